"""Is it alive, is it ready, and how does it do: for load balancers and monitoring."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from registry import partitions
from registry.api import metrics, problems
from registry.decision import RULE_DIGEST
from registry.errors import Fault, ServiceUnavailable
from registry.models import Policy, RuleSet


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process lives. Touches nothing else, so that a slow database does not get processes killed."""
    return HttpResponse(b'{"status":"alive"}', content_type="application/json")


def _database(clock: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _rule(clock: datetime) -> bool:
    return RuleSet.objects.filter(digest=RULE_DIGEST, valid__upper_inf=True).exists()


def _policies(clock: datetime) -> bool:
    return Policy.objects.filter(recorded__upper_inf=True).exists()


def _partition(clock: datetime) -> bool:
    return partitions.exists("registry_check", partitions.month_of(clock))


#: What must hold before a check can be answered, and what to say if it does not. The database comes first.
NEEDS: tuple[tuple[str, Callable[[datetime], bool], str], ...] = (
    ("database", _database, "The database does not answer"),
    ("rule", _rule, "This program's rule is not loaded: run `manage.py load_policies`"),
    ("policies", _policies, "No policy is loaded: run `manage.py load_policies`"),
    ("partition", _partition, "This month's partition of checks is missing: run `manage.py load_policies`"),
)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when checks can be answered, else a 503 that names what is missing."""
    clock: datetime = request.clock  # type: ignore[attr-defined]
    missing = []
    for name, holds, detail in NEEDS:
        try:
            fine = holds(clock)
        except (DatabaseError, OSError):
            fine = False
        if not fine:
            missing.append(Fault(f"/{name}", f"{name}_missing", detail))
            break
    if missing:
        return problems.respond(ServiceUnavailable(missing[0].detail, faults=missing), request)
    done = {"status": "ready", "checks": {name: "ok" for name, _, _ in NEEDS}}
    return HttpResponse(msgspec.json.encode(done), content_type="application/json")


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus. Keep it inside the network: it tells how busy the register is."""
    text, content_type = metrics.render()
    return HttpResponse(text, content_type=content_type)
