"""VICIdial: the call export, with tabs or saved again as CSV, and the table `vicidial_log`."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"


def fixture(name, **options):
    with (FIXTURES / name).open("rb") as stream:
        return list(formats.read(stream, **{"zone": "Asia/Shanghai", "region": None} | options))


def test_it_reads_the_export():
    sale, unanswered, refusal, promise, bad = fixture("vicidial_export.txt")
    assert (sale.row, sale.call_id, sale.number, sale.caller) == (2, "1788228000.11", 8613800138000, None)
    assert sale.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert (sale.duration_s, sale.disposition) == (55, "answered")
    assert (sale.campaign, sale.agent) == ("renewals", "1007")
    assert sale.natural_key == "1788228000.11|8613800138000|2026-09-01T02:00:00+00:00"
    assert (unanswered.disposition, unanswered.agent, unanswered.duration_s) == ("no_answer", "", 0)
    assert (refusal.disposition, refusal.opt_out_requested) == ("answered", True)
    assert (promise.disposition, promise.opt_out_requested) == ("answered", False)
    assert (bad.row, bad.code) == (6, "number_not_possible")


def test_it_takes_the_first_of_two_columns_of_numbers_and_the_lead_for_an_id():
    sale, busy = fixture("vicidial_export_old.csv")
    assert (sale.number, sale.call_id, sale.agent) == (8613800138000, "501", "1007")
    assert (busy.number, busy.disposition) == (8613800138001, "busy")


def test_it_needs_no_zone_where_the_start_is_counted_in_seconds():
    sale, unanswered = fixture("vicidial_log.csv", zone=None)
    assert (sale.started_at, sale.ended_at) == (
        datetime(2026, 9, 1, 2, 0, tzinfo=UTC),
        datetime(2026, 9, 1, 2, 0, 55, tzinfo=UTC),
    )
    assert (unanswered.ended_at, unanswered.duration_s) == (None, None)


@pytest.mark.parametrize("name", ["vicidial_export.txt", "vicidial_export_old.csv"])
def test_it_asks_for_the_dialers_zone_although_the_leads_offset_is_there(name):
    with pytest.raises(formats.ZoneNeeded):
        fixture(name, zone=None)


def test_it_reads_numbers_without_a_country_code_in_the_region_of_the_upload():
    header = "call_date,phone_number,status,lead_id,user,length_in_sec,outbound_cid\n"
    row = '2026-09-01 10:00:00,13800138000,OWNWORD,9,,5,"""Us"" <+861065551234>"\n'
    (call,) = formats.read(io.BytesIO((header + row).encode()), zone="Asia/Shanghai", region="CN")
    assert (call.number, call.caller, call.disposition) == (8613800138000, 861065551234, "unknown")


def test_it_passes_over_a_header_that_comes_again():
    data = (FIXTURES / "vicidial_export.txt").read_bytes()
    rows = list(formats.read(io.BytesIO(data + data), zone="Asia/Shanghai", region=None))
    assert [row.row for row in rows] == [2, 3, 4, 5, 6, 8, 9, 10, 11, 12]


def test_it_rejects_a_row_that_a_tab_in_a_text_has_shifted():
    lines = (FIXTURES / "vicidial_export.txt").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'said "yes"', b"said\tyes\t")
    rows = list(formats.read(io.BytesIO(b"".join(lines[:3])), zone="Asia/Shanghai", region=None))
    assert [(type(row), row.row) for row in rows] == [(Rejected, 2), (Call, 3)]
    assert rows[0].code == "columns_too_many"
