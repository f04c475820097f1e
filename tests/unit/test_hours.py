"""Calling hours in absolute time, held against the wall clock minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.hours import Segment, day_class, holidays_of, next_open, timetable

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week(*spans, days=WEEKDAYS):
    """The same windows on every one of `days`."""
    return {day: [list(span) for span in spans] for day in days}


ALL_DAYS = week(("09:00", "21:00"))
ITALY = {
    **week(("09:00", "20:00"), days=WEEKDAYS[:5]),
    "sat": [["10:00", "19:00"]],
    "sun": [],
    "holiday": [],
    "pre_holiday": [["10:00", "19:00"]],
}
FRANCE = {
    **week(("10:00", "13:00"), ("14:00", "20:00"), days=WEEKDAYS[:5]),
    "sat": [],
    "sun": [],
    "holiday": [],
}
AUSTRALIA = {
    **week(("09:00", "20:00"), days=WEEKDAYS[:5]),
    "sat": [["09:00", "17:00"]],
    "sun": [],
    "holiday": [],
}
#: The zones of Australian mobile numbers.
AUSTRALIAN_ZONES = (
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Darwin",
    "Australia/Eucla",
    "Australia/Hobart",
    "Australia/Lord_Howe",
    "Australia/Perth",
    "Australia/Sydney",
)
BRAZILIAN_ZONES = ("America/Manaus", "America/Noronha", "America/Rio_Branco", "America/Sao_Paulo")
#: Windows whose edges lie inside the hour that a change of summer time skips or repeats.
NIGHT = week(("00:30", "01:45"), ("02:15", "02:30"), ("02:45", "24:00"))
STRICTNESS = ("open", "outside_calling_hours", "closed_day")


def wall_state(windows, known_holidays, wall):
    """What the policy says at a wall time: written plainly, apart from the code under test."""
    day, clock = wall.date(), wall.strftime("%H:%M")
    spans = windows[WEEKDAYS[day.weekday()]]
    if day in known_holidays:
        spans = windows.get("holiday", spans)
    elif day + timedelta(days=1) in known_holidays and spans:
        spans = windows.get("pre_holiday", spans)
    if not spans:
        return "closed_day"
    return "open" if any(start <= clock < end for start, end in spans) else "outside_calling_hours"


def strictest_state(windows, known_holidays, zones, at):
    states = [wall_state(windows, known_holidays, at.astimezone(ZoneInfo(zone))) for zone in zones]
    return max(states, key=STRICTNESS.index)


def held_against_the_clock(segments, windows, known_holidays, zones, step):
    """Walk the whole timetable in steps and compare each with the wall clocks."""
    at = segments[0].starts_at
    steps = 0
    for segment in segments:
        while at < segment.ends_at:
            assert segment.state == strictest_state(windows, known_holidays, zones, at), at
            at += step
            steps += 1
    return steps


def is_sound(segments, zones, first, last):
    assert all(earlier.ends_at == later.starts_at for earlier, later in pairwise(segments))
    assert all(earlier.state != later.state for earlier, later in pairwise(segments))
    assert all(
        s.starts_at < s.ends_at and s.starts_at.tzinfo is UTC and s.ends_at.tzinfo is UTC for s in segments
    )
    for zone in map(ZoneInfo, zones):
        assert segments[0].starts_at <= datetime.combine(first, time.min, zone).astimezone(UTC)
        after = datetime.combine(last + timedelta(days=1), time(fold=1), zone).astimezone(UTC)
        assert after <= segments[-1].ends_at


EASTER = [date(2026, 4, 5), date(2026, 4, 6)]


@pytest.mark.parametrize(
    ("windows", "region", "zones", "first", "last", "known_holidays"),
    [
        pytest.param(ITALY, "IT", ["Europe/Rome"], "2026-03-27", "2026-03-30", [], id="rome-springs-forward"),
        pytest.param(ITALY, "IT", ["Europe/Rome"], "2026-10-24", "2026-10-26", [], id="rome-falls-back"),
        pytest.param(NIGHT, "IT", ["Europe/Rome"], "2026-03-28", "2026-03-30", [], id="rome-window-skipped"),
        pytest.param(NIGHT, "IT", ["Europe/Rome"], "2026-10-24", "2026-10-26", [], id="rome-window-twice"),
        pytest.param(ITALY, "IT", ["Europe/Rome"], "2026-04-03", "2026-04-07", EASTER, id="rome-easter"),
        pytest.param(
            ALL_DAYS, "US", ["America/New_York"], "2026-03-07", "2026-03-09", [], id="new-york-spring"
        ),
        pytest.param(
            NIGHT, "US", ["America/New_York"], "2026-03-07", "2026-03-09", [], id="new-york-skipped"
        ),
        pytest.param(NIGHT, "US", ["America/New_York"], "2026-10-31", "2026-11-02", [], id="new-york-twice"),
        pytest.param(
            FRANCE, "FR", ["Europe/Paris"], "2026-05-06", "2026-05-11", [date(2026, 5, 8)], id="paris"
        ),
        pytest.param(ALL_DAYS, "IN", ["Asia/Kolkata"], "2026-06-01", "2026-06-03", [], id="half-hour"),
        pytest.param(ALL_DAYS, "NP", ["Asia/Kathmandu"], "2026-06-01", "2026-06-03", [], id="quarter-hour"),
        pytest.param(
            NIGHT, "AU", ["Australia/Lord_Howe"], "2026-04-04", "2026-04-06", [], id="half-hour-back"
        ),
        pytest.param(
            NIGHT, "AU", ["Australia/Lord_Howe"], "2026-10-03", "2026-10-05", [], id="half-hour-forward"
        ),
        # Summer time in Brazil began at midnight: the day has no 00:00.
        pytest.param(NIGHT, "BR", ["America/Sao_Paulo"], "2018-11-03", "2018-11-05", [], id="no-midnight"),
        # And ended at midnight: the last hour of the day comes twice.
        pytest.param(NIGHT, "BR", ["America/Sao_Paulo"], "2018-02-17", "2018-02-18", [], id="midnight-twice"),
        # Newfoundland set its clocks back a minute after midnight: midnight struck twice.
        pytest.param(
            NIGHT, "CA", ["America/St_Johns"], "2010-11-05", "2010-11-06", [], id="midnight-strikes-twice"
        ),
        # Samoa skipped 30 December 2011.
        pytest.param(
            ALL_DAYS, "WS", ["Pacific/Apia"], "2011-12-29", "2011-12-31", [], id="a-day-that-never-was"
        ),
    ],
)
def test_it_agrees_with_the_wall_clock_minute_by_minute(windows, region, zones, first, last, known_holidays):
    first, last = date.fromisoformat(first), date.fromisoformat(last)

    segments = timetable(windows, region, None, tuple(zones), first, last)

    is_sound(segments, zones, first, last)
    assert held_against_the_clock(segments, windows, known_holidays, zones, timedelta(minutes=1)) > 24 * 60


@pytest.mark.parametrize(
    ("windows", "region", "zones", "first", "last", "known_holidays"),
    [
        pytest.param(
            AUSTRALIA,
            "AU",
            AUSTRALIAN_ZONES,
            "2026-04-02",
            "2026-04-08",
            [date(2026, 4, 3), date(2026, 4, 6)],
            id="australia-easter-and-clocks-back",
        ),
        pytest.param(
            {**ALL_DAYS, "holiday": []},
            "BR",
            BRAZILIAN_ZONES,
            "2018-11-01",
            "2018-11-05",
            [date(2018, 11, 2)],
            id="brazil-all-souls-and-clocks-forward",
        ),
        pytest.param(
            ITALY, "XX", ("Pacific/Kiritimati", "Pacific/Pago_Pago"), "2026-01-01", "2026-01-05", [], id="25h"
        ),
    ],
)
def test_it_takes_the_strictest_of_the_zones_a_number_spans(
    windows, region, zones, first, last, known_holidays
):
    first, last = date.fromisoformat(first), date.fromisoformat(last)

    segments = timetable(windows, region, None, zones, first, last)

    is_sound(segments, zones, first, last)
    assert held_against_the_clock(segments, windows, known_holidays, zones, timedelta(minutes=5)) > 24 * 12


def test_it_makes_a_window_as_long_as_the_wall_clock_does():
    def opens(first):
        day = date.fromisoformat(first)
        night = week(("01:00", "04:00"))
        return [
            (s.starts_at.strftime("%H:%M"), s.ends_at.strftime("%H:%M"))
            for s in timetable(night, "IT", None, ("Europe/Rome",), day, day)
            if s.state == "open"
        ]

    assert opens("2026-03-28") == [("00:00", "03:00")]
    assert opens("2026-03-29") == [("00:00", "02:00")]  # 02:00 to 03:00 is skipped
    assert opens("2026-10-25") == [("23:00", "03:00")]  # 02:00 to 03:00 comes twice


def test_it_is_open_in_two_zones_only_while_both_are():
    zones = ("America/New_York", "America/Los_Angeles")

    segments = timetable(ALL_DAYS, "US", None, zones, date(2026, 7, 1), date(2026, 7, 1))

    # 09:00 in Los Angeles is 16:00 UTC; 21:00 in New York is 01:00 UTC.
    assert (
        Segment(datetime(2026, 7, 1, 16, tzinfo=UTC), datetime(2026, 7, 2, 1, tzinfo=UTC), "open") in segments
    )
    assert sum(s.state == "open" for s in segments) == 1


def test_it_does_not_care_for_the_order_of_zones():
    day = date(2026, 4, 5)
    forward = timetable(AUSTRALIA, "AU", None, AUSTRALIAN_ZONES, day, day)

    assert (
        timetable(AUSTRALIA, "AU", None, AUSTRALIAN_ZONES[::-1] + AUSTRALIAN_ZONES[:1], day, day) == forward
    )


def test_it_is_always_open_without_a_rule():
    segments = timetable({}, "GB", None, ("Europe/London",), date(2026, 7, 1), date(2026, 7, 2))

    assert segments == [
        Segment(datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 2, 23, tzinfo=UTC), "open")
    ]


def test_it_joins_days_that_are_open_round_the_clock():
    windows = week(("00:00", "12:00"), ("12:00", "24:00"))

    assert len(timetable(windows, "CN", None, ("Asia/Shanghai",), date(2026, 7, 1), date(2026, 7, 31))) == 1


def test_it_keeps_a_closed_sunday_closed_before_a_holiday():
    # Republic Day, 2 June 2025, was a Monday.
    sunday = date(2025, 6, 1)

    (segment,) = timetable(ITALY, "IT", None, ("Europe/Rome",), sunday, sunday + timedelta(days=1))

    assert segment.state == "closed_day"


@pytest.mark.parametrize(
    ("region", "subdivision", "day", "expected"),
    [
        ("IT", None, "2026-06-01", "pre_holiday"),
        ("IT", None, "2026-06-02", "holiday"),
        ("IT", None, "2026-06-03", "wed"),
        ("IT", None, "2026-04-05", "holiday"),  # Easter Sunday, and a holiday follows: the day itself counts
        ("IT", None, "2026-12-31", "pre_holiday"),  # over the turn of the year
        ("CN", None, "2026-10-01", "holiday"),
        ("AU", None, "2026-09-28", "mon"),
        ("AU", "WA", "2026-09-28", "holiday"),  # the King's Birthday in Western Australia
        ("AU", "AU-WA", "2026-09-28", "holiday"),
        ("DE", "ZZ", "2026-10-31", "sat"),  # no such state: the national calendar
        ("DE", "SN", "2026-10-31", "holiday"),  # Reformation Day in Saxony
        ("XX", None, "2026-01-01", "thu"),  # no calendar, no holidays
        ("XX", "YY", "2026-01-03", "sat"),
    ],
)
def test_it_knows_the_class_of_a_day(region, subdivision, day, expected):
    assert day_class(region, subdivision, date.fromisoformat(day)) == expected


def test_it_lists_holidays_year_by_year():
    days = holidays_of("FR", None, 2025, 2026)

    assert days == sorted(set(days))
    assert [day for day in days if day.month == 5] == [
        date(2025, 5, 1),
        date(2025, 5, 8),
        date(2025, 5, 29),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
    ]
    assert holidays_of("XX", None, 2025, 2026) == []
    assert holidays_of("FR", None, 2026, 2025) == []


def test_it_lists_what_is_known_of_holidays_that_follow_the_moon():
    assert date(2026, 1, 26) in holidays_of("IN", None, 2026, 2026)
    assert date(2060, 1, 26) in holidays_of("IN", None, 2060, 2060)


@pytest.fixture(scope="module")
def rome():
    """Friday 3 to Tuesday 7 April 2026 in Rome: Easter Sunday and Monday are holidays."""
    return timetable(ITALY, "IT", None, ("Europe/Rome",), date(2026, 4, 3), date(2026, 4, 7))


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        ("2026-04-03T06:59:00", "2026-04-03T07:00:00"),
        ("2026-04-03T07:00:00", "2026-04-03T07:00:00"),
        ("2026-04-03T17:59:59", "2026-04-03T17:59:59"),
        ("2026-04-03T18:00:00", "2026-04-04T08:00:00"),
        ("2026-04-04T17:00:00", "2026-04-07T07:00:00"),
        ("2026-04-07T18:00:00", None),
        ("2026-05-01T12:00:00", None),
    ],
)
def test_it_finds_the_next_open_instant(rome, after, opens):
    asked = datetime.fromisoformat(after).replace(tzinfo=UTC)
    expected = opens and datetime.fromisoformat(opens).replace(tzinfo=UTC)

    assert next_open(rome, asked) == expected
    assert next_open(rome, asked.astimezone(ZoneInfo("Asia/Shanghai"))) == expected


def test_it_does_not_guess_about_a_time_before_the_timetable(rome):
    with pytest.raises(ValueError, match="does not reach back"):
        next_open(rome, datetime(2026, 4, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="does not reach back"):
        next_open([], datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zones", "last", "error"),
    [
        ((), date(2026, 1, 2), ValueError),
        (("Europe/Rome",), date(2025, 12, 31), ValueError),
        (("Europe/Atlantis",), date(2026, 1, 2), ZoneInfoNotFoundError),
    ],
)
def test_it_refuses_what_has_no_hours(zones, last, error):
    with pytest.raises(error):
        timetable(ALL_DAYS, "IT", None, zones, date(2026, 1, 1), last)


QUARTERS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)] + ["24:00"]


@st.composite
def spans(draw):
    edges = sorted(draw(st.lists(st.sampled_from(QUARTERS), max_size=4, unique=True)))
    return [list(pair) for pair in zip(edges[::2], edges[1::2], strict=False)]


@settings(max_examples=40, deadline=None)
@given(
    windows=st.fixed_dictionaries({day: spans() for day in WEEKDAYS}),
    zones=st.lists(
        st.sampled_from(
            (
                *AUSTRALIAN_ZONES,
                *BRAZILIAN_ZONES,
                "Europe/Rome",
                "America/St_Johns",
                "Asia/Kathmandu",
                "Africa/Casablanca",
            )
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    # Around the days on which these zones change their clocks, past and to come.
    first=st.sampled_from(
        ["2018-02-17", "2018-11-03", "2026-02-14", "2026-03-28", "2026-04-04", "2026-10-03"]
    ),
)
def test_it_agrees_with_the_wall_clock_for_any_policy_in_any_zones(windows, zones, first):
    first = date.fromisoformat(first)
    last = first + timedelta(days=1)

    segments = timetable(windows, "XX", None, tuple(zones), first, last)

    is_sound(segments, zones, first, last)
    held_against_the_clock(segments, windows, [], zones, timedelta(minutes=15))
