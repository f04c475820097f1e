"""Times as text to instants: offsets, wall times, and the hours that occur twice or not at all."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from compliance import formats
from compliance.formats.rows import Fault
from compliance.formats.times import span_reader, zone_of

HEADER = b"call_id,number,started_at\n"


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def span(zone, start, answer="", end=""):
    return span_reader(zone_of(zone) if zone else None)(start, answer, end)


def rows(*starts, zone=None):
    lines = b"".join(b"c,+8613800138000,%s\n" % start.encode() for start in starts)
    return list(formats.read(io.BytesIO(HEADER + lines), zone=zone, region=None))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-01T10:00:00+08:00", at(2026, 9, 1, 2)),
        ("2026-09-01T10:00:00Z", at(2026, 9, 1, 10)),
        ("2026-09-01 10:00:00.250+0800", at(2026, 9, 1, 2, 0, 0, 250000)),
        ("2026/9/1 10:00 +08:00", at(2026, 9, 1, 2)),
        ("2026-9-1 1:02:03Z", at(2026, 9, 1, 1, 2, 3)),
    ],
)
def test_it_believes_an_offset_whatever_the_zone(text, instant):
    assert span(None, text)[0] == instant
    assert span("America/New_York", text)[0] == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-01 10:00:00", at(2026, 9, 1, 2)),
        ("2026-09-01T10:00", at(2026, 9, 1, 2)),
        ("2020/2/10 22:41", at(2020, 2, 10, 14, 41)),
        ("2020/02/10 22:41:07", at(2020, 2, 10, 14, 41, 7)),
        # China kept summer time from 1986 to 1991.
        ("1990-07-01 10:00:00", at(1990, 7, 1, 1)),
    ],
)
def test_it_reads_wall_times_in_the_zone_given(text, instant):
    assert span("Asia/Shanghai", text)[0] == instant


def test_it_takes_an_offset_for_a_zone():
    assert span("+08:00", "2026-09-01 10:00:00")[0] == at(2026, 9, 1, 2)
    assert span("-0330", "2026-09-01 10:00:00")[0] == at(2026, 9, 1, 13, 30)


def test_it_reads_an_hour_that_occurs_twice_as_the_earlier():
    # New York, 1 November 2026: 01:30 is 05:30Z in summer time, and 06:30Z an hour later.
    assert span("America/New_York", "2026-11-01 01:30:00")[0] == at(2026, 11, 1, 5, 30)


def test_it_shifts_an_hour_that_does_not_occur():
    # New York, 8 March 2026: 02:30 is skipped; half an hour after 02:00 is 07:30Z.
    assert span("America/New_York", "2026-03-08 02:30:00")[0] == at(2026, 3, 8, 7, 30)


def test_it_lets_a_call_last_over_the_change_of_clocks():
    started, answered, ended = span(
        "America/New_York", "2026-11-01 01:59:50", "2026-11-01 01:00:05", "2026-11-01 01:02:00"
    )
    assert answered - started == timedelta(seconds=15)
    assert ended - answered == timedelta(seconds=115)


def test_it_still_rejects_an_end_before_the_start_that_no_clock_explains():
    with pytest.raises(Fault) as fault:
        span("America/New_York", "2026-11-01 01:59:50", "", "2026-11-01 00:10:00")
    assert fault.value.code == "ended_at_before_start"


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01",
        "20260901",
        "10:00",
        "2/10/2020 22:41",
        "2020/2/10 10:41 PM",
        "1788228000",
        "24/09/01 10:00",
        "x",
    ],
)
def test_it_does_not_guess(text):
    with pytest.raises(Fault) as fault:
        span("UTC", text)
    assert fault.value.code == "started_at_malformed"


def test_it_asks_for_a_zone_when_no_time_in_the_file_has_an_offset():
    with pytest.raises(formats.ZoneNeeded):
        rows("2026-09-01 10:00:00", "2026-09-01 10:01:00")
    first, second = rows("2026-09-01 10:00:00", "2026-09-01 10:01:00", zone="Asia/Shanghai")
    assert (first.started_at, second.started_at) == (at(2026, 9, 1, 2), at(2026, 9, 1, 2, 1))


def test_it_rejects_a_lone_time_without_offset_among_others():
    first, second = rows("2026-09-01T10:00:00Z", "2026-09-01 10:01:00")
    assert first.started_at == at(2026, 9, 1, 10)
    assert (second.row, second.code) == (3, "started_at_without_offset")


def test_it_asks_for_no_zone_when_there_is_no_time_to_read():
    assert rows() == []
    assert [row.code for row in rows("soon", "")] == ["started_at_malformed", "started_at_missing"]
