"""Calling hours in absolute time: from a policy's local windows to stretches of UTC, each in one state.

Windows are wall times where the called person is. An instant is in a window when the clock on the wall there shows a
time inside it, so a change of summer time cuts or repeats a window just as the wall clock does. Where a number may
lie in several zones, the strictest holds: all of them must be open. Pure; holidays come from the `holidays` package.

China's make-up working days (a Saturday worked for a bridge day) are left out: no pack treats its weekdays and
weekends differently there, so they could not change an answer.
"""

import warnings
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from registry.decision import HOURS
from registry.shapes import WEEKDAYS

OPEN, OUTSIDE, CLOSED = HOURS
_STRICTNESS = {state: place for place, state in enumerate(HOURS)}
_DAY = timedelta(days=1)
#: Zones lie at most 26 hours apart, so this many local days more on each side cover the others' first and last day.
_MARGIN = timedelta(days=2)


class Segment(NamedTuple):
    """A stretch of time, `starts_at` to before `ends_at`, aware in UTC, in which `state` is the same."""

    starts_at: datetime
    ends_at: datetime
    state: str


class _Stretch(NamedTuple):
    """A stretch of UTC in which a zone keeps one offset."""

    starts_at: datetime
    ends_at: datetime
    offset: timedelta


@cache
def _calendars() -> dict[str, frozenset[str]]:
    """The regions with a holiday calendar, and the subdivisions that have one of their own."""
    return {region: frozenset(parts) for region, parts in holidays.list_supported_countries().items()}


@lru_cache(maxsize=4096)
def _holidays_in(region: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of one year; none for a region that has no calendar."""
    parts = _calendars().get(region)
    if parts is None:
        return frozenset()
    part = (subdivision or "").removeprefix(f"{region}-")
    with warnings.catch_warnings():
        # Lunar calendars are known for some decades only; outside them the package warns and gives what it has.
        warnings.simplefilter("ignore", UserWarning)
        days = holidays.country_holidays(
            region, subdiv=part if part in parts else None, years=year, expand=False
        )
    return frozenset(day for day in days if day.year == year)


def _is_holiday(region: str, subdivision: str | None, day: date) -> bool:
    return day in _holidays_in(region, subdivision, day.year)


def holidays_of(region: str, subdivision: str | None, first_year: int, last_year: int) -> list[date]:
    """The public holidays from `first_year` to `last_year`, both included, in order.

    `subdivision` is the part of an ISO 3166-2 code after the region ("FL"), or the whole code. One that has no
    calendar of its own has the national one; a region without a calendar has no holidays.
    """
    years = range(first_year, last_year + 1)
    return sorted(day for year in years for day in _holidays_in(region, subdivision, year))


def day_class(region: str, subdivision: str | None, day: date) -> str:
    """`holiday`, else `pre_holiday` on the day before one, else the weekday: `mon` to `sun`."""
    if _is_holiday(region, subdivision, day):
        return "holiday"
    if _is_holiday(region, subdivision, day + _DAY):
        return "pre_holiday"
    return WEEKDAYS[day.weekday()]


def _windows_on(windows: dict[str, Any], region: str, subdivision: str | None, day: date) -> Any:
    """The windows of `day`. A class the policy does not name is as its weekday.

    The day before a holiday keeps no window where its weekday has none: a closed Sunday does not open because Monday
    is a holiday.
    """
    weekday = windows[WEEKDAYS[day.weekday()]]
    named = day_class(region, subdivision, day)
    if named == "pre_holiday" and not weekday:
        return weekday
    return windows.get(named, weekday)


def _wall(clock: str) -> timedelta:
    return timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def _append(segments: list[Segment], starts_at: datetime, ends_at: datetime, state: str) -> None:
    """Add a segment at the end, as part of the last one if the state is the same."""
    if starts_at >= ends_at:
        return
    if segments and segments[-1].state == state:
        starts_at = segments.pop().starts_at
    segments.append(Segment(starts_at, ends_at, state))


def _by_wall(
    windows: dict[str, Any], region: str, subdivision: str | None, first: date, last: date
) -> list[Segment]:
    """What the wall clock would say from the start of `first` to the end of `last`: naive, without gaps."""
    spans = {name: [(_wall(a), _wall(b)) for a, b in day] for name, day in windows.items()}
    walls: list[Segment] = []
    day = first
    while day <= last:
        midnight = datetime.combine(day, time.min)
        until = midnight
        on = _windows_on(spans, region, subdivision, day)
        for start, end in on:
            _append(walls, until, midnight + start, OUTSIDE)
            _append(walls, midnight + start, midnight + end, OPEN)
            until = midnight + end
        _append(walls, until, midnight + _DAY, OUTSIDE if on else CLOSED)
        day += _DAY
    return walls


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second between two instants of different offset at which the offset is no longer that of `before`."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


@lru_cache(maxsize=1024)
def _stretches(zone_name: str, starts_at: datetime, ends_at: datetime) -> tuple[_Stretch, ...]:
    """`zone_name`'s offsets between two UTC instants. No zone has ever changed its offset twice within half a day."""
    zone = ZoneInfo(zone_name)
    stretches: list[_Stretch] = []
    begin = at = starts_at
    offset = at.astimezone(zone).utcoffset() or timedelta()
    while at < ends_at:
        ahead = min(at + _DAY / 2, ends_at)
        ahead_offset = ahead.astimezone(zone).utcoffset() or timedelta()
        if ahead_offset != offset:
            change = _change(zone, at, ahead)
            stretches.append(_Stretch(begin, change, offset))
            begin, offset = change, ahead_offset
        at = ahead
    if begin < ends_at:
        stretches.append(_Stretch(begin, ends_at, offset))
    return tuple(stretches)


def _in_zone(walls: list[Segment], zone: str, starts_at: datetime, ends_at: datetime) -> list[Segment]:
    """`walls` as seen in `zone` between two instants: each stretch of one offset takes its part of the wall times."""
    begins = [wall.starts_at for wall in walls]
    segments: list[Segment] = []
    for stretch in _stretches(zone, starts_at, ends_at):
        # The naive wall time at an instant of this stretch is its UTC time plus the offset; and back.
        from_wall = stretch.starts_at.replace(tzinfo=None) + stretch.offset
        to_wall = stretch.ends_at.replace(tzinfo=None) + stretch.offset
        for wall in walls[bisect_right(begins, from_wall) - 1 : bisect_right(begins, to_wall)]:
            begin, end = max(wall.starts_at, from_wall), min(wall.ends_at, to_wall)
            begin, end = (naive.replace(tzinfo=UTC) - stretch.offset for naive in (begin, end))
            _append(segments, begin, end, wall.state)
    return segments


def _strictest(one: list[Segment], other: list[Segment]) -> list[Segment]:
    """The stricter state of two timetables over the same time, at each instant."""
    merged: list[Segment] = []
    i = j = 0
    at = one[0].starts_at
    while i < len(one) and j < len(other):
        end = min(one[i].ends_at, other[j].ends_at)
        _append(merged, at, end, max(one[i].state, other[j].state, key=_STRICTNESS.__getitem__))
        at = end
        i += one[i].ends_at == end
        j += other[j].ends_at == end
    return merged


def timetable(  # noqa: PLR0917  # what it is made of, in the order of the key it is stored under
    windows: dict[str, Any],
    region: str,
    subdivision: str | None,
    zones: tuple[str, ...],
    first: date,
    last: date,
) -> list[Segment]:
    """When a number in `zones` may be called: segments in order, without gaps, neighbours of different states.

    `windows` is the policy's value as `Terms.values` has it: day class to [["HH:MM", "HH:MM"], …], all seven weekdays
    there, or empty for no rule. The segments cover the local days `first` to `last` in every zone. A state is one of
    `decision.HOURS`. Raises ValueError for no zone or no day, ZoneInfoNotFoundError for an unknown zone.
    """
    if not zones or first > last:
        raise ValueError("a timetable needs a zone and a day")
    places = sorted({ZoneInfo(zone) for zone in zones}, key=str)
    midnights = [datetime.combine(first, time.min, place).astimezone(UTC) for place in places]
    starts_at = min(midnights)
    # `fold`: where that midnight strikes twice, the day ends at the second.
    ends_at = max(datetime.combine(last + _DAY, time(fold=1), place).astimezone(UTC) for place in places)
    if not windows:
        return [Segment(starts_at, ends_at, OPEN)]
    walls = _by_wall(windows, region, subdivision, first - _MARGIN, last + _MARGIN)
    segments: list[Segment] = []
    for place in places:
        here = _in_zone(walls, place.key, starts_at, ends_at)
        segments = _strictest(segments, here) if segments else here
    return segments


def next_open(segments: Sequence[Segment], after: datetime) -> datetime | None:
    """The first instant from `after` on that is open: `after` itself if it is. None if the timetable has none left.

    Raises ValueError for an `after` before the timetable begins, about which it knows nothing.
    """
    if not segments or after < segments[0].starts_at:
        raise ValueError("the timetable does not reach back to that instant")
    place = bisect_right(segments, after, key=lambda segment: segment.starts_at) - 1
    for segment in segments[place:]:
        if segment.state == OPEN and after < segment.ends_at:
            return max(after.astimezone(UTC), segment.starts_at)
    return None
