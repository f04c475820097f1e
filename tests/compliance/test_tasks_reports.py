"""Reports and counts are made whether or not a message arrives, and however often it does."""

import pytest
import time_machine

from compliance import tasks
from compliance.models import CallCount, CheckCount, Report
from compliance.reports import reports
from compliance.reports.kinds import KINDS
from tests.compliance.calls_made import audited, called
from tests.compliance.reports_made import AS_OF, day, question

pytestmark = pytest.mark.django_db
MONTHLY = sum(kind.monthly for kind in KINDS.values())


@pytest.fixture
def april():
    with time_machine.travel(AS_OF.replace(month=4, day=2, hour=5), tick=False) as traveller:
        yield traveller


def test_it_makes_the_month_on_the_second(acme, files, eager, april):
    day(acme)
    assert tasks.schedule_reports() == MONTHLY
    assert set(Report.objects.values_list("state", flat=True)) == {"completed"}
    assert tasks.schedule_reports() == 0
    assert Report.objects.count() == MONTHLY


def test_it_makes_up_for_a_second_that_was_missed(acme, april, monkeypatch):
    monkeypatch.setattr(tasks.make_report, "apply_async", lambda _args: None)
    april.shift(20 * 86_400)
    assert tasks.schedule_reports() == MONTHLY


def test_it_makes_what_no_message_told_of(acme, files, eager, april):
    row = reports.request(question("violations"), user=None, clock=AS_OF)
    assert tasks.reconcile_reports() == 1
    row.refresh_from_db()
    assert row.state == "completed"
    assert tasks.reconcile_reports() == 0
    assert tasks.make_report(row.pk)["state"] == "completed"


def test_it_says_why_a_report_failed(acme, files, april, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    row = reports.request(question("violations"), user=None, clock=AS_OF)
    monkeypatch.setattr("compliance.reports.figures.build", broken)
    with pytest.raises(ZeroDivisionError):
        tasks.make_report(row.pk)
    row.refresh_from_db()
    assert (row.state, row.problem["code"], row.figures) == ("failed", "report_making_broke", None)


def test_it_leaves_no_file_of_a_report_that_broke(acme, files, april, monkeypatch):
    real = reports.render

    def broken(row, name):
        if name == "en.pdf":
            raise ZeroDivisionError
        return real(row, name)

    row = reports.request(question("violations"), user=None, clock=AS_OF)
    monkeypatch.setattr(reports, "render", broken)
    with pytest.raises(ZeroDivisionError):
        tasks.make_report(row.pk)
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_it_counts_what_changed_and_then_nothing(acme, eager, april):
    day(acme)
    assert tasks.count_days() == 2
    assert sum(CallCount.objects.values_list("calls", flat=True)) == 7
    assert tasks.count_days() == 0
    called(acme, "16:00")
    audited(acme)
    assert tasks.count_days() == 1
    assert sum(CallCount.objects.values_list("calls", flat=True)) == 8
    assert tasks.count_company_day(acme.pk, "2026-03-10") is False
    # The mark began weeks after these checks; their day was counted with its audit.
    assert sum(CheckCount.objects.values_list("checks", flat=True)) == 3
