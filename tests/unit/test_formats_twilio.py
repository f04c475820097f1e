"""Twilio: call logs of the API and of the console."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
SID = f"CA{7:032x}"


def fixture(name, **options):
    with (FIXTURES / name).open("rb") as stream:
        return list(formats.read(stream, **{"zone": None, "region": None} | options))


def one(start, header="Sid,To,From,StartTime,Status", zone=None):
    line = f"{SID},+8613800138000,+861065551234,{start},completed\n"
    return list(formats.read(io.BytesIO(f"{header}\n{line}".encode()), zone=zone, region=None))


def test_it_reads_the_apis_csv():
    answered, unanswered, inbound, client = fixture("twilio_api.csv")
    assert (answered.row, answered.call_id) == (2, f"CA{1:032x}")
    assert (answered.number, answered.caller) == (8613800138000, 861065551234)
    assert answered.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert answered.ended_at == datetime(2026, 9, 1, 2, 1, tzinfo=UTC)
    assert (answered.duration_s, answered.disposition) == (55, "answered")
    assert answered.natural_key == f"CA{1:032x}|8613800138000|2026-09-01T02:00:00+00:00"
    assert (unanswered.disposition, unanswered.duration_s) == ("no_answer", 0)
    assert [(row.row, row.code) for row in (inbound, client)] == [
        (4, "call_inbound"),
        (5, "number_malformed"),
    ]


def test_it_reads_the_consoles_csv_with_its_byte_order_mark():
    answered, cancelled = fixture("twilio_console.csv")
    assert (answered.started_at, answered.disposition) == (datetime(2026, 9, 1, 2, 0, tzinfo=UTC), "answered")
    assert (cancelled.disposition, cancelled.caller, cancelled.ended_at) == ("cancelled", None, None)


@pytest.mark.parametrize(
    "start",
    [
        '"Tue, 01 Sep 2026 10:00:00 +0800"',
        '"Tue, 01 Sep 2026 02:00:00 GMT"',
        "01 Sep 2026 02:00:00 UTC",
        "2026-09-01 02:00:00 UTC",
        "2026-09-01T02:00:00Z",
        "2026-09-01T10:00:00+08:00",
    ],
)
def test_it_reads_the_spellings_of_a_time(start):
    (call,) = one(start)
    assert call.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "start", ["2026-09-01 02:00:00 PDT", '"Tue, 31 Feb 2026 02:00:00 +0000"', "yesterday"]
)
def test_it_guesses_no_time(start):
    (bad,) = one(start)
    assert bad.code == "started_at_malformed"


def test_it_asks_for_a_zone_where_no_time_has_one():
    with pytest.raises(formats.ZoneNeeded):
        one("2026-09-01 10:00:00")
    (call,) = one("2026-09-01 10:00:00", zone="Asia/Shanghai")
    assert call.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def test_it_takes_no_file_for_its_own_whose_ids_are_none_of_twilios():
    data = b"sid,to,from,date,status\n1,+8613800138000,+861065551234,2026-09-01T10:00:00Z,completed\n"
    with pytest.raises(formats.UnknownFormat, match="none of the known layouts"):
        formats.sniff(data)


def test_it_goes_by_the_names_of_the_columns_and_not_their_places():
    shuffled = "Status,From,To,Start Time,Call SID\n"
    line = f"busy,+861065551234,+8613800138000,2026-09-01T02:00:00Z,{SID}\nbusy\n"
    good, bad = formats.read(io.BytesIO((shuffled + line).encode()), zone=None, region=None)
    assert isinstance(good, Call)
    assert (good.call_id, good.disposition) == (SID, "busy")
    assert isinstance(bad, Rejected)
