"""Asterisk's two files under one name, in every width they are written in."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"


def fixture(name, **options):
    with (FIXTURES / name).open("rb") as stream:
        return list(formats.read(stream, **{"zone": "Asia/Shanghai", "region": "CN"} | options))


def row_of(**changes):
    """One cdr-custom row, with some values changed."""
    values = {
        "clid": '""',
        "src": "1001",
        "dst": "13800138000",
        "dcontext": "outbound",
        "channel": "PJSIP/1001-00000002",
        "dstchannel": "PJSIP/trunk-00000003",
        "lastapp": "Dial",
        "lastdata": "",
        "start": "2026-09-01 10:00:00",
        "answer": "2026-09-01 10:00:06",
        "end": "2026-09-01 10:01:00",
        "duration": "60",
        "billsec": "54",
        "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION",
        "accountcode": "renewals",
        "uniqueid": "1788228000.2",
        "userfield": "",
        "sequence": "2",
    }
    good = (FIXTURES / "asterisk_cdr-custom_19.csv").read_bytes().splitlines(keepends=True)[0]
    line = ",".join((values | changes).values()).encode()
    _, row = formats.read(io.BytesIO(good + line), zone="Asia/Shanghai", region="CN")
    return row


def test_it_reads_cdr_csv():
    calls = fixture("asterisk_cdr-csv_18.csv")
    assert calls[0] == Call(
        row=1,
        call_id="1788228000.42",
        number=8613800138000,
        caller=None,
        started_at=datetime(2026, 9, 1, 2, 0, tzinfo=UTC),
        answered_at=datetime(2026, 9, 1, 2, 0, 6, tzinfo=UTC),
        ended_at=datetime(2026, 9, 1, 2, 1, tzinfo=UTC),
        duration_s=54,
        disposition="answered",
        channel=None,
        sector=None,
        check_id=None,
        opt_out_requested=False,
        campaign="renewals",
        agent="",
        sip_call_id="",
        natural_key="1788228000.42|8613800138000|2026-09-01T02:00:00+00:00",
    )
    assert calls[1].caller == 861065551234
    assert [row.disposition for row in calls if isinstance(row, Call)] == [
        "answered",
        "no_answer",
        "failed",
        "failed",
    ]


def test_it_rejects_calls_between_extensions_and_loses_one_row_to_an_open_quote():
    rejected = [row for row in fixture("asterisk_cdr-csv_18.csv") if isinstance(row, Rejected)]
    assert [(row.row, row.code) for row in rejected] == [
        (4, "number_not_possible"),
        (5, "quote_unterminated"),
    ]
    assert rejected[0].detail.startswith("Not a telephone number: ****.")


def test_it_reads_cdr_custom():
    first, second, extension = fixture("asterisk_cdr-custom_19.csv")
    assert (first.call_id, first.number, first.duration_s, first.campaign) == (
        "1788228000.2",
        8613800138000,
        54,
        "renewals",
    )
    assert (second.disposition, second.answered_at, second.duration_s) == ("no_answer", None, 0)
    assert (extension.row, extension.code) == (3, "number_not_possible")


@pytest.mark.parametrize(
    ("name", "call_id"),
    [
        ("asterisk_cdr-csv_16.csv", "SIP/1001-0000002a"),
        ("asterisk_cdr-csv_17_userfield.csv", "SIP/1001-0000002a"),
        ("asterisk_cdr-csv_21.csv", "pbx1-1788228000.42"),
    ],
)
def test_it_finds_the_id_in_every_width(name, call_id):
    (call,) = fixture(name)
    assert call.call_id == call_id
    assert call.natural_key == f"{call_id}|8613800138000|2026-09-01T02:00:00+00:00"
    assert call.duration_s == 54


@pytest.mark.parametrize(
    ("word", "disposition"),
    [
        ("ANSWERED", "answered"),
        ("NO ANSWER", "no_answer"),
        ("BUSY", "busy"),
        ("FAILED", "failed"),
        ("CONGESTION", "failed"),
        ("UNKNOWN", "unknown"),
        ("SOMETHING ELSE", "unknown"),
    ],
)
def test_it_puts_asterisks_words_into_ours(word, disposition):
    assert row_of(disposition=word).disposition == disposition


def test_it_takes_a_caller_only_where_it_is_a_telephone_number():
    assert row_of(src="+861065551234").caller == 861065551234
    assert row_of(src="01065551234").caller == 861065551234
    assert row_of(src="+8695588").caller == 8695588
    assert row_of(src="95588").caller is None
    assert row_of(src="anonymous").caller is None
    assert row_of(src="").caller is None


def test_it_tells_two_calls_with_one_id_apart_by_number_and_start():
    keys = {
        row_of().natural_key,
        row_of(dst="13800138001").natural_key,
        row_of(start="2026-09-01 10:00:01").natural_key,
    }
    assert len(keys) == 3
    assert row_of().natural_key == row_of(disposition="BUSY").natural_key


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dst": ""}, "number_missing"),
        ({"dst": "s"}, "number_malformed"),
        ({"dst": "&"}, "number_malformed"),
        ({"start": ""}, "started_at_missing"),
        ({"end": "2026-09-01 09:00:00"}, "ended_at_before_start"),
        ({"billsec": "-1"}, "duration_negative"),
        ({"userfield": '"note'}, "quote_unterminated"),
        ({"uniqueid": "x" * 200}, "call_id_too_long"),
    ],
)
def test_it_rejects_a_row_with_a_code(changes, code):
    row = row_of(**changes)
    assert (row.row, row.code) == (2, code)


def test_it_reads_fractions_of_seconds_and_columns_a_site_added():
    assert row_of(billsec="13.42").duration_s == 13
    assert row_of(sequence="2,outbound,3").call_id == "1788228000.2"


def test_it_asks_for_the_zone_and_takes_the_one_given():
    with pytest.raises(formats.ZoneNeeded):
        fixture("asterisk_cdr-csv_16.csv", zone=None)
    (call,) = fixture("asterisk_cdr-csv_16.csv", zone="UTC")
    assert call.started_at == datetime(2026, 9, 1, 10, tzinfo=UTC)


def test_it_passes_over_blank_rows():
    data = (FIXTURES / "asterisk_cdr-csv_16.csv").read_bytes() + b"\n,,,,,,,,,,,,,,,,,\n\n"
    assert len(list(formats.read(io.BytesIO(data), zone="UTC", region="CN"))) == 1


def test_it_rejects_a_row_that_was_cut_short():
    data = (FIXTURES / "asterisk_cdr-csv_16.csv").read_bytes() + b'"","1001","13800138000","out'
    _, cut = formats.read(io.BytesIO(data), zone="UTC", region="CN")
    assert (cut.row, cut.code) == (2, "quote_unterminated")
    data = (FIXTURES / "asterisk_cdr-csv_16.csv").read_bytes() + b'"","1001","13800138000"'
    _, cut = formats.read(io.BytesIO(data), zone="UTC", region="CN")
    assert (cut.row, cut.code) == (2, "columns_too_few")
