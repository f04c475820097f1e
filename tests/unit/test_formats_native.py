"""Native call logs: CSV by its header, NDJSON by its keys, and what is wrong with a row."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"

HEADER = (
    "call_id,number,caller,started_at,answered_at,ended_at,duration_s,disposition,channel,sector,"
    "check_id,opt_out_requested,campaign,agent,sip_call_id"
)
GOOD = {
    "call_id": "n-1",
    "number": "+8613800138000",
    "caller": "+861065551234",
    "started_at": "2026-09-01T10:00:00+08:00",
    "answered_at": "2026-09-01T10:00:05+08:00",
    "ended_at": "2026-09-01T10:01:00+08:00",
    "duration_s": "55",
    "disposition": "answered",
    "channel": "live",
    "sector": "insurance",
    "check_id": "chk_01",
    "opt_out_requested": "false",
    "campaign": "autumn",
    "agent": "agent 7",
    "sip_call_id": "a84b@pbx.example",
}


def fixture(name):
    with (FIXTURES / name).open("rb") as stream:
        return list(formats.read(stream, zone=None, region=None))


def one(zone=None, region=None, **changes):
    """What becomes of one good row with some values changed."""
    line = ",".join((GOOD | changes)[name] for name in HEADER.split(","))
    stream = io.BytesIO(f"{HEADER}\n{line}\n".encode())
    (row,) = formats.read(stream, zone=zone, region=region, format="native")
    return row


def test_it_reads_every_column():
    assert fixture("native.csv")[0] == Call(
        row=2,
        call_id="n-1",
        number=8613800138000,
        caller=861065551234,
        started_at=datetime(2026, 9, 1, 2, 0, tzinfo=UTC),
        answered_at=datetime(2026, 9, 1, 2, 0, 5, tzinfo=UTC),
        ended_at=datetime(2026, 9, 1, 2, 1, tzinfo=UTC),
        duration_s=55,
        disposition="answered",
        channel="live",
        sector="insurance",
        check_id="chk_01",
        opt_out_requested=False,
        campaign="autumn",
        agent="agent 7",
        sip_call_id="a84b4c76e66710@pbx.example",
        natural_key="n-1",
    )


def test_it_takes_empty_values_for_unknown():
    call = fixture("native.csv")[2]
    assert (call.caller, call.answered_at, call.ended_at, call.duration_s) == (None, None, None, None)
    assert (call.channel, call.sector, call.check_id, call.opt_out_requested) == (None, None, None, False)
    assert (call.campaign, call.agent, call.sip_call_id) == ("", "", "")
    assert call.disposition == "busy"


def test_it_reads_quoted_commas_and_doubled_quotes_and_derives_what_is_missing():
    call = fixture("native.csv")[3]
    assert call.campaign == 'autumn, "second" wave'
    assert call.opt_out_requested is True
    assert (call.disposition, call.duration_s) == ("answered", 16)


def test_it_goes_by_the_names_of_the_columns_not_their_places():
    first, second = fixture("native_shuffled_crlf_bom.csv")
    assert (first.row, first.call_id, first.number, first.duration_s) == (2, "s-1", 8613800138000, 12)
    assert (second.row, second.call_id, second.disposition) == (4, "s-2", "no_answer")
    assert second.started_at == datetime(2026, 9, 1, 2, 1, tzinfo=UTC)


def test_it_reads_one_json_object_a_line():
    rows = fixture("native.ndjson")
    first, second = rows[:2]
    assert (first.call_id, first.duration_s, first.agent, first.opt_out_requested) == ("j-1", 55, "", True)
    assert (second.number, second.disposition, second.natural_key) == (8613800138001, "no_answer", "j-2")
    assert [(row.row, row.code) for row in rows[2:]] == [
        (4, "value_malformed"),
        (5, "json_malformed"),
        (6, "json_malformed"),
        (7, "call_id_missing"),
    ]


def test_it_names_the_json_field_at_fault():
    assert fixture("native.ndjson")[2].detail == "agent must be a text, a number, true, false or null."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"call_id": ""}, "call_id_missing"),
        ({"call_id": "x" * 129}, "call_id_too_long"),
        ({"number": ""}, "number_missing"),
        ({"number": "100"}, "number_not_possible"),
        ({"number": "8.61E+12"}, "number_malformed"),
        ({"caller": "front desk"}, "caller_malformed"),
        ({"started_at": ""}, "started_at_missing"),
        ({"started_at": "yesterday"}, "started_at_malformed"),
        ({"started_at": "2026-09-01"}, "started_at_malformed"),
        ({"started_at": "9/1/2026 10:00"}, "started_at_malformed"),
        ({"started_at": "2026-02-30T10:00:00Z"}, "started_at_malformed"),
        ({"started_at": "2026-09-01T10:00:00+25:00"}, "started_at_malformed"),
        ({"started_at": "1989-12-31T23:59:59Z"}, "started_at_out_of_range"),
        ({"started_at": "0001-01-01T00:00:00+08:00"}, "started_at_out_of_range"),
        ({"started_at": "2101-01-01T00:00:00Z"}, "started_at_out_of_range"),
        ({"answered_at": "soon"}, "answered_at_malformed"),
        ({"answered_at": "2026-09-01T09:59:59+08:00"}, "answered_at_before_start"),
        ({"ended_at": "2026-09-01T10:00"}, "ended_at_without_offset"),
        ({"ended_at": "2026-09-01T09:00:00+08:00"}, "ended_at_before_start"),
        ({"ended_at": "2026-09-01T10:00:04+08:00"}, "ended_at_before_answer"),
        ({"ended_at": "2101-09-01T10:00:04+08:00"}, "ended_at_out_of_range"),
        ({"duration_s": "-5"}, "duration_negative"),
        ({"duration_s": "1m"}, "duration_malformed"),
        ({"duration_s": "١٢"}, "duration_malformed"),
        ({"duration_s": "604801"}, "duration_out_of_range"),
        ({"duration_s": "9" * 5000}, "duration_out_of_range"),
        ({"duration_s": "", "ended_at": "2027-09-01T10:00:00+08:00"}, "duration_out_of_range"),
        ({"disposition": "voicemail"}, "disposition_unknown"),
        ({"channel": "pigeon"}, "channel_unknown"),
        ({"sector": "gambling"}, "sector_unknown"),
        ({"opt_out_requested": "maybe"}, "opt_out_requested_malformed"),
    ],
)
def test_it_rejects_a_row_with_a_code(changes, code):
    row = one(**changes)
    assert isinstance(row, Rejected)
    assert (row.row, row.code) == (2, code)
    assert row.detail.endswith((".", ").")), "a code comes with a sentence"


def test_it_shows_the_number_masked_in_the_sentence_and_the_line_shortened():
    row = one(number="1380013800012", region="CN", campaign="c" * 300)
    assert row.code == "number_not_possible"
    assert "138*" in row.detail
    assert "1380013800012" not in row.detail
    assert len(row.value) == 200
    assert row.value.startswith("n-1,1380013800012,")


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"call_id": "  n-1 "}, "natural_key", "n-1"),
        ({"disposition": "NO ANSWER"}, "disposition", "no_answer"),
        ({"disposition": "no-answer"}, "disposition", "no_answer"),
        ({"disposition": "Canceled"}, "disposition", "cancelled"),
        ({"disposition": "", "answered_at": "", "duration_s": ""}, "disposition", "unknown"),
        ({"disposition": "", "answered_at": "", "duration_s": "3"}, "disposition", "answered"),
        ({"channel": " SMS "}, "channel", "sms"),
        ({"sector": "Finance"}, "sector", "finance"),
        ({"sector": " "}, "sector", None),
        ({"duration_s": "12.9"}, "duration_s", 12),
        ({"opt_out_requested": "TRUE"}, "opt_out_requested", True),
        ({"opt_out_requested": "是"}, "opt_out_requested", True),
        ({"opt_out_requested": "0"}, "opt_out_requested", False),
        ({"check_id": " " + "k" * 70}, "check_id", "k" * 64),
        ({"campaign": "k" * 70}, "campaign", "k" * 64),
        ({"agent": "k" * 70}, "agent", "k" * 64),
        ({"sip_call_id": "k" * 140}, "sip_call_id", "k" * 128),
        ({"started_at": " 2026-09-01T10:00:00+08:00 "}, "started_at", datetime(2026, 9, 1, 2, tzinfo=UTC)),
        ({"started_at": "2026/9/1 10:00 +0800"}, "started_at", datetime(2026, 9, 1, 2, tzinfo=UTC)),
    ],
)
def test_it_reads_the_usual_spellings(changes, field, value):
    row = one(**changes)
    assert isinstance(row, Call)
    assert getattr(row, field) == value


def test_it_accepts_a_call_whose_check_it_does_not_know():
    assert one(check_id="").check_id is None
    assert one(check_id="nonsense").check_id == "nonsense"


def test_it_reads_national_numbers_only_with_a_region():
    assert one(number="138 0013 8000", region="CN").number == 8613800138000
    assert one(number="138 0013 8000").code == "number_not_e164"


def test_it_reads_a_short_caller_with_its_country_code():
    assert one(caller="+8695588").caller == 8695588


@pytest.mark.parametrize("columns", [("call_id",), ("number",), ("started_at",), ("number", "call_id")])
def test_it_refuses_a_header_without_the_columns_it_needs(columns):
    header = ",".join(name for name in HEADER.split(",") if name not in columns)
    with pytest.raises(formats.UnknownFormat) as refused:
        formats.read(io.BytesIO(f"{header}\n".encode()), format="native", zone=None, region=None)
    assert "number" in columns or columns[0] in refused.value.detail


def test_it_refuses_a_header_with_one_of_its_columns_twice():
    with pytest.raises(formats.UnknownFormat, match="number more than once"):
        formats.sniff(b"call_id,number,started_at,number\n")


def test_it_passes_over_a_header_that_comes_again():
    line = ",".join(GOOD.values())
    stream = io.BytesIO(f"{HEADER}\n{line}\n\ufeff{HEADER}\n{line.replace('n-1', 'n-2')}\n".encode())
    rows = list(formats.read(stream, zone=None, region=None))
    assert [(row.row, row.call_id) for row in rows] == [(2, "n-1"), (4, "n-2")]


def test_it_reads_parts_of_a_file_cut_at_line_ends():
    data = (FIXTURES / "native.csv").read_bytes()
    layout = formats.examine(data, zone=None, region=None)
    cut = data.index(b"n-3,")
    parts = [
        *formats.read_part(layout, io.BytesIO(data[:cut])),
        *formats.read_part(layout, io.BytesIO(data[cut:]), first_row=4),
    ]
    assert parts == fixture("native.csv")
