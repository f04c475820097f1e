"""A small national month: every offence that is planted is found, and nobody honest is accused.

The same lines as the figure `month` (`benchmarks/month.py`): workers of their own audit every company-day.
"""

import re
from datetime import date

import pytest
from django.db import connection

from benchmarks import month, month_rows, month_totals
from benchmarks.month_plan import Month
from benchmarks.population import caller
from benchmarks.stories import NOT_PLANTED, STORIES
from compliance.audit import rules
from compliance.models import Audit
from compliance.models.discrepancies import KINDS
from registry import companies
from registry.codes import SECTORS
from registry.decision import DENY_CODES
from registry.periods import Moment
from tests.story import when

STORIES_TOLD = 20_000
DAYS = 14
COMPANIES = 3


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The month, audited; its totals and how many calls a second."""
    from tests.conftest import empty

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        name = str(connection.settings_dict["NAME"])
        patch.setenv("DATABASE_URL", re.sub(r"/[^/?]*(?=\?|$)", f"/{name}", _url(), count=1))
        try:
            since = Moment.of(when("2024-01-01 00:00"))
            cast = [_company(place, since) for place in range(COMPANIES)]
            made = Month(date(2026, 2, 1), DAYS, STORIES_TOLD, tuple(cast), 0)
            calls = month_rows.make(made, lambda _line: None)
            with month.workers() as pool:
                speed = month.audit_month(pool, made, calls)
                month.reconcile_month(pool, made)
            yield calls, speed, month_totals.count(made)
        finally:
            empty()
            connection.close()


def _url() -> str:
    import os

    return os.environ["DATABASE_URL"]


def _company(place: int, since: Moment) -> int:
    company = companies.enter(name=f"Company {place}", moment=since)
    companies.license(company=company, sectors=[SECTORS[place]], moment=since)
    for line in range(2):
        companies.add_caller(company=company, number=caller(place, line), moment=since)
    return company.pk


def test_every_code_of_rule_and_audit_is_planted(told):
    _calls, _speed, totals = told
    planted = {kind.name for kind in totals.codes}
    assert planted == set(DENY_CODES) - NOT_PLANTED | set(rules.CODES)
    assert all(kind.planted > 0 for kind in totals.codes)


def test_every_planted_offence_is_found(told):
    _calls, _speed, totals = told
    assert {kind.name: kind.missed for kind in totals.codes} == {kind.name: 0 for kind in totals.codes}
    offending = {story.name for story in STORIES if any(call.codes for call in story.calls)}
    assert {kind.name for kind in totals.stories} == offending


def test_nobody_honest_is_accused(told):
    _calls, _speed, totals = told
    assert totals.wrongly == {}
    assert totals.accused == 0


def test_our_own_wrong_answers_are_incidents_and_no_others(told):
    _calls, _speed, totals = told
    assert totals.incidents.planted > 0
    assert (totals.incidents.missed, totals.incidents.more) == (0, 0)


def test_each_complaint_finds_its_ground(told):
    _calls, _speed, totals = told
    assert totals.complaints.planted >= len([story for story in STORIES if story.complaint])
    assert totals.complaints.missed == 0


def test_every_call_was_audited(told):
    calls, speed, _totals = told
    assert calls > STORIES_TOLD
    assert speed.per_second > 0
    assert sum(Audit.objects.values_list("calls", flat=True)) == calls
    assert set(Audit.objects.values_list("state", flat=True)) == {"completed"}


def test_the_reconciliation_finds_what_was_planted(told):
    _calls, _speed, totals = told
    assert {kind.kind for kind in totals.discrepancies if kind.planted} == set(KINDS)
    assert [kind for kind in totals.discrepancies if kind.found != kind.planted] == []


def test_the_reconciliation_names_nobody_honest(told):
    _calls, _speed, totals = told
    assert {kind.kind: kind.honest for kind in totals.discrepancies if kind.honest} == {}


def test_the_reports_say_what_plain_counts_say(told):
    _calls, _speed, totals = told
    assert totals.figures
    assert [figure for figure in totals.figures if not figure.same] == []
