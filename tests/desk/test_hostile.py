"""The desk against the careless and the hostile: days beyond the calendar, a broker that is away, files left behind."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from compliance import tasks
from compliance.models import Report
from registry import uploads
from tests.desk.house import desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.mark.parametrize(
    "address",
    [
        "/desk/violations/?until=9999-12-31",
        "/desk/violations/?since=0001-01-01",
        "/desk/audits/?until=9999-12-31",
        "/desk/call-logs/?until=9999-12-31",
        "/desk/discrepancies/?until=9999-12-31",
        "/desk/reconciliation/?until=9999-12-31",
        "/desk/calls/?company=com_1&day=9999-12-31",
        "/desk/?until=0001-01-05",
        "/desk/?since=9999-12-31&until=9999-12-31",
        "/desk/violations/?after=WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0",
    ],
)
def test_a_day_at_the_edge_of_the_calendar_is_no_defect(acme, address):
    assert desk("administrator").get(address).status_code in (200, 422)


def test_a_report_is_on_record_while_the_broker_is_away(acme, monkeypatch):
    def away(*args, **options):
        raise ConnectionError

    monkeypatch.setattr(tasks.make_report, "apply_async", away)
    asked = {"kind": "violations", "first": "2026-02-01", "last": "2026-02-28"}
    answer = desk("supervisor").post("/desk/reports/", asked)
    row = Report.objects.get()
    assert (answer.status_code, row.state) == (302, "queued")


def test_lists_that_were_loaded_at_the_desk_are_not_kept(files):
    name = default_storage.save("desk_lists/old.csv", ContentFile(b"+8613800138000"))
    stored_at = default_storage.get_modified_time(name)
    assert uploads.forget("desk_lists", before=stored_at) == 0
    assert uploads.forget("desk_lists", before=stored_at + timedelta(seconds=1)) == 1
    assert not default_storage.exists(name)
    assert uploads.forget("desk_lists_that_are_not", before=stored_at) == 0
