"""FreeSWITCH: the templates of mod_cdr_csv, files saved again by a spreadsheet, and mod_json_cdr."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call, Rejected
from compliance.formats.hangup_causes import CAUSES, disposition

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
UUID = "6f9619ff-8b86-4d01-b42d-00c04fc964"


def fixture(name, **options):
    with (FIXTURES / name).open("rb") as stream:
        return list(formats.read(stream, **{"zone": "Asia/Shanghai", "region": "CN"} | options))


@pytest.mark.parametrize("name", ["default", "example", "snom", "linksys", "sql", "asterisk", "resaved"])
def test_it_reads_each_template(name):
    call = fixture(f"freeswitch_{name}.csv")[0]
    assert isinstance(call, Call)
    assert (call.row, call.call_id, call.number) == (1, f"{UUID}01", 8613800138000)
    assert call.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert call.ended_at == datetime(2026, 9, 1, 2, 1, tzinfo=UTC)
    assert (call.duration_s, call.disposition) == (54, "answered")
    assert call.campaign == ("1002" if name == "resaved" else "renewals")
    assert call.natural_key == f"{UUID}01|8613800138000|2026-09-01T02:00:00+00:00"


def test_it_keeps_a_bare_quotation_mark_in_a_callers_name():
    calls = fixture("freeswitch_default.csv")
    assert [(call.caller, call.disposition) for call in calls] == [
        (861065551234, "answered"),
        (None, "no_answer"),
        (None, "busy"),
    ]
    assert calls[2].campaign == "renewals"


def test_it_reads_the_remaining_rows_of_a_template():
    assert fixture("freeswitch_example.csv")[1].disposition == "cancelled"
    assert fixture("freeswitch_sql.csv")[1].disposition == "failed"


def test_it_starts_a_call_of_opencdrrate_where_that_first_knows_it():
    answered, unanswered = fixture("freeswitch_opencdrrate.csv")
    assert answered.started_at == answered.answered_at == datetime(2026, 9, 1, 2, 0, 6, tzinfo=UTC)
    assert (answered.disposition, answered.duration_s) == ("answered", 54)
    assert unanswered.started_at == unanswered.ended_at == datetime(2026, 9, 1, 2, 2, 30, tzinfo=UTC)
    assert (unanswered.disposition, unanswered.answered_at) == ("unknown", None)


def test_it_rejects_what_is_no_number_in_a_resaved_file():
    rows = fixture("freeswitch_resaved.csv")
    assert [(type(row), row.row) for row in rows] == [(Call, 1), (Rejected, 2), (Call, 3)]
    assert (rows[1].code, rows[1].value[:22]) == ("number_malformed", "Outbound Call,1002,&,d")
    assert (rows[2].caller, rows[2].disposition, rows[2].answered_at) == (None, "no_answer", None)


def test_it_reads_json_records_without_a_zone():
    answered, cancelled, broken = fixture("freeswitch_json_cdr.json", zone=None)
    assert (answered.number, answered.caller) == (8613800138000, 861065551234)
    assert answered.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert answered.answered_at == datetime(2026, 9, 1, 2, 0, 6, tzinfo=UTC)
    assert (answered.campaign, answered.sip_call_id) == ("renewals 2026", "a84b4c76@pbx.example")
    assert (answered.disposition, answered.duration_s) == ("answered", 54)
    assert (cancelled.disposition, cancelled.answered_at) == ("cancelled", None)
    assert (broken.row, broken.code) == (3, "json_malformed")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"start_epoch":"1788228000"', '"start_epoch":"0"', "started_at_missing"),
        ('"start_epoch":"1788228000"', '"start_epoch":"today"', "started_at_malformed"),
        ('"end_epoch":"1788228060"', '"end_epoch":"1788227999"', "ended_at_before_start"),
        ('"uuid":"' + UUID + '01"', '"uuid":""', "call_id_missing"),
        ("renewals", "renewals%00", "nul_byte"),
        ('"destination_number":"13800138000"', '"destination_number":7', "number_missing"),
    ],
)
def test_it_rejects_a_json_record_with_a_code(old, new, code):
    data = (FIXTURES / "freeswitch_json_cdr.json").read_text()
    assert old in data
    row = next(iter(formats.read(io.BytesIO(data.replace(old, new, 1).encode()), zone=None, region="CN")))
    assert (row.row, row.code) == (1, code)


@pytest.mark.parametrize("name", ["default", "sql", "asterisk", "opencdrrate", "resaved"])
def test_it_asks_for_the_zone_of_wall_times(name):
    with pytest.raises(formats.ZoneNeeded):
        fixture(f"freeswitch_{name}.csv", zone=None)


def test_it_rejects_a_line_that_is_no_row_of_the_template():
    sql = (FIXTURES / "freeswitch_sql.csv").read_bytes() + b"COMMIT;\n\n"
    rows = list(formats.read(io.BytesIO(sql), zone="UTC", region="CN"))
    assert (rows[2].row, rows[2].code, len(rows)) == (3, "columns_too_few", 3)


def test_it_calls_a_call_with_an_answer_answered_whatever_ended_it():
    assert {disposition(cause, answered=True) for cause in CAUSES} == {"answered"}


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("NORMAL_CLEARING", "no_answer"),
        ("NO_USER_RESPONSE", "no_answer"),
        ("USER_BUSY", "busy"),
        ("ORIGINATOR_CANCEL", "cancelled"),
        ("LOSE_RACE", "cancelled"),
        ("CALL_REJECTED", "failed"),
        ("UNALLOCATED_NUMBER", "failed"),
        ("RECOVERY_ON_TIMER_EXPIRE", "failed"),
        ("NORMAL_UNSPECIFIED", "unknown"),
        ("A_CAUSE_OF_TOMORROW", "unknown"),
        ("", "unknown"),
    ],
)
def test_it_reads_the_cause_of_a_call_without_an_answer(cause, expected):
    assert disposition(cause, answered=False) == expected
