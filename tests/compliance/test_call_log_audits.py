"""Calls that come after the audit of their day: the audit is to be done again."""

from datetime import date, timedelta

import pytest

from compliance import calls
from compliance.models import Audit
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")

YESTERDAY = date(2026, 3, 9)


def audit(company, day, clock, state="completed", **fields):
    return Audit.objects.create(company=company, day=day, requested_at=clock, state=state, **fields)


def load(company, clock, *lines):
    return calls.load(accept(company, native(*lines)).pk, clock=clock)


@pytest.mark.parametrize("state", ["queued", "running", "completed", "failed"])
def test_it_marks_the_audit_of_the_day_as_stale(acme, bolt, clock, state):
    late = audit(acme, YESTERDAY, clock, state)
    others = [audit(acme, date(2026, 3, 8), clock), audit(bolt, YESTERDAY, clock)]
    load(
        acme,
        clock,
        line("c1", started_at="2026-03-09T00:00:00Z"),
        line("c2", started_at="2026-03-09T23:59:59Z"),
    )
    late.refresh_from_db()
    assert (late.state, late.stale_since is not None) == (state, True)
    assert clock <= late.stale_since < clock + timedelta(minutes=1)
    for other in others:
        other.refresh_from_db()
        assert other.stale_since is None


def test_it_keeps_since_when_the_audit_is_stale(acme, clock):
    late = audit(acme, YESTERDAY, clock, stale_since=clock - timedelta(hours=3))
    load(acme, clock, line("c1"))
    late.refresh_from_db()
    assert late.stale_since == clock - timedelta(hours=3)


def test_it_marks_nothing_when_no_call_is_new(acme, clock):
    load(acme, clock, line("c1"))
    done = audit(acme, YESTERDAY, clock)
    load(acme, clock, line("c1"))
    done.refresh_from_db()
    assert done.stale_since is None


def test_it_leaves_recent_days_to_the_nightly_audit(acme, clock):
    load(acme, clock, line("c1"), line("c2", started_at="2026-03-03T10:00:00Z"))
    assert not Audit.objects.exists()


def test_it_asks_for_the_audit_of_a_day_that_the_nightly_audit_does_not_look_at_any_more(acme, clock):
    load(
        acme,
        clock,
        line("c1", started_at="2026-03-02T10:00:00Z"),
        line("c2", started_at="2025-05-05T10:00:00Z"),
    )
    found = Audit.objects.order_by("day").values_list("company_id", "day", "state", "runs")
    assert list(found) == [
        (acme.pk, date(2025, 5, 5), "queued", 0),
        (acme.pk, date(2026, 3, 2), "queued", 0),
    ]
