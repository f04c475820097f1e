"""The tasks that audit: the parent that enumerates, and the child that does one company-day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from compliance import calls, tasks
from compliance.models import Audit
from config.celery import app
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")

#: When the nightly round comes, on the day after the calls of `line()`.
NIGHT = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch):
    """The company-days sent to the workers."""
    messages = []
    monkeypatch.setattr(
        tasks.audit_company_day, "apply_async", lambda args, **options: messages.append(tuple(args))
    )
    return messages


def load(company, clock, *starts):
    rows = [line(f"{start}", started_at=start) for start in starts]
    calls.load(accept(company, native(*rows)).pk, clock=clock)


def audit_day(*args):
    with time_machine.travel(NIGHT, tick=False):
        return tasks.audit_day(*args)


def test_it_sends_every_company_with_calls_of_yesterday(acme, bolt, carrier, clock, sent):
    load(acme, clock, "2026-03-09T00:00:00Z", "2026-03-09T23:59:59Z")
    load(bolt, clock, "2026-03-09T12:00:00Z")
    load(carrier, clock, "2026-03-10T00:00:00Z")
    assert audit_day() == {"day": "2026-03-09", "audits": 2}
    assert sent == [(acme.pk, "2026-03-09"), (bolt.pk, "2026-03-09")]
    assert set(Audit.objects.values_list("company_id", "state")) == {(acme.pk, "queued"), (bolt.pk, "queued")}


def test_it_sends_the_day_it_is_told(acme, clock, sent):
    load(acme, clock, "2026-01-05T12:00:00Z", "2026-03-09T12:00:00Z")
    audit_day("2026-01-05")
    assert sent == [(acme.pk, "2026-01-05")]


def test_it_sends_earlier_days_that_were_never_audited(acme, clock, sent):
    load(acme, clock, "2026-03-03T12:00:00Z", "2026-03-08T12:00:00Z")
    assert audit_day()["audits"] == 2
    assert sent == [(acme.pk, "2026-03-03"), (acme.pk, "2026-03-08")]


def test_it_sends_earlier_days_whose_audit_failed_and_no_others(acme, bolt, clock, sent):
    for company, state in ((acme, "failed"), (bolt, "completed")):
        load(company, clock, "2026-03-05T12:00:00Z")
        Audit.objects.create(company=company, day=date(2026, 3, 5), state=state, requested_at=clock)
    audit_day()
    assert sent == [(acme.pk, "2026-03-05")]


def test_it_audits_every_day_of_calls_however_late_they_come(acme, clock, sent):
    """The days that loading leaves to the nightly round are those that the round looks at."""
    starts = [f"2026-03-{day:02d}T12:00:00Z" for day in range(1, 11)]
    load(acme, NIGHT + timedelta(minutes=1), *starts)
    queued = set(Audit.objects.values_list("day", flat=True))
    with time_machine.travel(NIGHT + timedelta(days=1), tick=False):
        tasks.audit_day()
    assert queued | {date.fromisoformat(day) for _, day in sent} == {
        date(2026, 3, day) for day in range(1, 11)
    }


def test_it_audits_one_company_day(acme, clock):
    load(acme, clock, "2026-03-09T12:00:00Z", "2026-03-09T13:00:00Z")
    with time_machine.travel(NIGHT, tick=False):
        counts = tasks.audit_company_day(acme.pk, "2026-03-09")
    assert (counts["state"], counts["calls"]) == ("completed", 2)
    assert counts["violations"]["no_check"] == 2
    assert Audit.objects.get().stale_since is None


def test_it_may_come_twice(acme, clock):
    load(acme, clock, "2026-03-09T12:00:00Z")
    with time_machine.travel(NIGHT, tick=False):
        first = tasks.audit_company_day(acme.pk, "2026-03-09")
        second = tasks.audit_company_day(acme.pk, "2026-03-09")
    assert second == {**first, "claimed": False}


def test_it_sees_the_calls_that_came_after_the_first_audit(acme, clock):
    load(acme, clock, "2026-03-09T12:00:00Z")
    with time_machine.travel(NIGHT, tick=False):
        tasks.audit_company_day(acme.pk, "2026-03-09")
        load(acme, NIGHT, "2026-03-09T14:00:00Z")
        counts = tasks.audit_company_day(acme.pk, "2026-03-09")
    assert (counts["calls"], counts["runs"]) == (2, 2)


@pytest.mark.parametrize(
    "name", ["compliance.audit_day", "compliance.audit_company_day", "compliance.reconcile"]
)
def test_it_goes_to_the_queue_of_audits(name):
    assert name in app.tasks
    assert app.amqp.router.route({}, name)["queue"].name == "audit"
