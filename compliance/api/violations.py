"""Violations: what the audit found against a company's calls, with the evidence as of the call; and its answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from compliance import violations
from compliance.api.violation_answers import (
    ResponseIn,
    ResponseOut,
    ViolationOut,
    ViolationPage,
    listed,
    own_ids,
    response,
    shown,
)
from compliance.models import Violation
from compliance.models.violations import VIOLATION_STATES
from registry.api import paging
from registry.api.bodies import answer, read
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import YEARS, public_id
from registry.api.idempotency import idempotent
from registry.api.paging import Paging
from registry.errors import Fault, InvalidInput, NotFound
from registry.reasons import REASONS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


_FILTERS = (
    OpenApiParameter(
        "status",
        {"type": "string", "enum": list(VIOLATION_STATES)},
        description="Only these. Without it, all but the withdrawn.",
    ),
    OpenApiParameter(
        "code", {"type": "string", "enum": sorted(REASONS)}, description="Only those of this code."
    ),
    OpenApiParameter(
        "since",
        {"type": "string"},
        description="Calls from then on: RFC 3339 with an offset, or a day (UTC).",
    ),
    OpenApiParameter("until", {"type": "string"}, description="Calls before then; a day counts whole."),
)


class Violations(Endpoint):
    """List what was found."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="listViolations",
        tag="violations",
        summary="List violations found against your calls",
        answers={200: (ViolationPage, "A page, the latest call first.")},
        parameters=[*PAGING, *_FILTERS],
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access, parts=2)
        wanted = _wanted(request.query_params)
        if not self.access.livemode:
            return answer(ViolationPage([], None))
        rows = Violation.objects.filter(wanted, company_id=self.access.company_id)
        found = list(_after(rows, asked)[: asked.size + 1])
        calls = own_ids(found)
        return answer(paging.page(found, asked, lambda row: listed(row, calls, asked), _key))


class ViolationById(Endpoint):
    """One violation with its evidence."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="readViolation",
        tag="violations",
        summary="Read a violation",
        description="With the evidence as of the call, and what you answered.",
        answers={200: (ViolationOut, "The violation.")},
        parameters=[PAGING[2]],
        problems=[404, 422],
    )
    def get(self, request: Request, violation: str) -> HttpResponse:
        asked = paging.read(request, self.access)
        row = None
        if self.access.livemode:
            number = public_id("vio", violation)
            row = Violation.objects.filter(pk=number, company_id=self.access.company_id).first()
        if row is None:
            raise NotFound
        return answer(shown(row, asked))


class Responses(Endpoint):
    """Answer a violation."""

    scopes = {"POST": ("calls",)}

    @documented(
        id="answerViolation",
        tag="violations",
        summary="Answer a violation",
        description="Say why the call was made, with what you can show for it. The violation becomes `answered`; you "
        "may add to your answer until the regulator has settled it.",
        body=ResponseIn,
        answers={201: (ResponseOut, "Your answer, on record.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409],
        example={"text": "The person asked us to call back; the recording is kept.", "evidence": []},
    )
    @idempotent()
    def post(self, request: Request, violation: str) -> HttpResponse:
        given = read(self.http, ResponseIn)
        if not self.access.livemode:
            raise NotFound
        row = violations.respond(
            violation_id=public_id("vio", violation),
            company_id=self.access.company_id,
            text=given.text,
            evidence=msgspec.to_builtins(given.evidence),
            clock=request.clock,
        )
        return answer(response(row), status=201)


def _wanted(query: Any) -> Q:
    """The filters of a list as a condition. Raises `InvalidInput` naming each that means nothing."""
    faults: list[Fault] = []
    wanted = Q()
    for name, known in (("status", VIOLATION_STATES), ("code", tuple(REASONS))):
        value = query.get(name, "")
        if value in known:
            wanted &= Q(**{name: value})
        elif value:
            faults.append(Fault(f"/{name}", "not_in_list", f"One of: {', '.join(known)}"))
    if not query.get("status", ""):
        wanted &= ~Q(status="withdrawn")
    for name, lookup in (("since", "call_started_at__gte"), ("until", "call_started_at__lt")):
        if text := query.get(name, ""):
            at = _instant(text, whole_day=name == "until")
            if at is None:
                detail = (
                    "RFC 3339 with an offset (its + written %2B), or a day: 2026-03-10T10:00:00Z, 2026-03-10"
                )
                faults.append(Fault(f"/{name}", "not_a_time", detail))
            else:
                wanted &= Q(**{lookup: at})
    if faults:
        raise InvalidInput(faults=faults)
    return wanted


def _instant(text: str, *, whole_day: bool) -> datetime | None:
    """The instant, or the start (end, for `whole_day`) of the day, that a text stands for; None if for none."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            at = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return at + timedelta(days=whole_day) if day.year in YEARS else None
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None and at.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def _after(rows: QuerySet[Violation], asked: Paging) -> QuerySet[Violation]:
    """Violations below the page token, the latest call first; a walk down the index `violation_company`."""
    rows = rows.order_by("-call_started_at", "-id")
    if asked.after is None:
        return rows
    try:
        at = _EPOCH + asked.after[0] * _MICROSECOND
    except OverflowError:
        return rows.none()
    return rows.filter(Q(call_started_at__lte=at) & (Q(call_started_at__lt=at) | Q(id__lt=asked.after[1])))


def _key(row: Violation) -> tuple[int, int]:
    return (row.call_started_at - _EPOCH) // _MICROSECOND, row.pk


urlpatterns = [
    path("violations", Violations.as_view()),
    path("violations/<str:violation>", ViolationById.as_view()),
    path("violations/<str:violation>/responses", Responses.as_view()),
]
