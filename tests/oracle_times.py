"""Whether this is a time for calls, by the clock on the wall: the oracle's hours and attempts.

Nothing of `registry/hours.py`: each zone's wall clock is read and looked up in the policy's windows.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from registry.durations import Duration
from tests.oracle_rows import Asked, OptOut, Place, Record

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STRICTNESS = ("open", "outside_calling_hours", "closed_day")


@cache
def _holidays(region: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(region, subdiv=subdivision, years=range(2024, 2029))


def is_holiday(place: Place, local: datetime) -> bool:
    """Whether the local day is a public holiday there."""
    return local.date() in _holidays(place.region, place.subdivision)


def hours(place: Place, at: datetime, windows: dict[str, Any], wishes: list[OptOut]) -> str:
    """The person's own wishes about time first, then the strictest of the number's zones."""
    walls = [at.astimezone(ZoneInfo(zone)) for zone in place.zones]
    if any(wished_off(wish, place, wall) for wish in wishes for wall in walls):
        return "outside_calling_hours"
    if not windows:
        return "open"
    return max((state_on_wall(windows, place, wall) for wall in walls), key=STRICTNESS.index)


def wished_off(wish: OptOut, place: Place, wall: datetime) -> bool:
    """Whether the person wants no calls at this time of their clock."""
    if wish.days is not None:
        today = WEEKDAYS[wall.weekday()] in wish.days
        if "holiday" in wish.days and is_holiday(place, wall):
            today = True
        if not today:
            return False
    if wish.hours is None:
        return True
    start, end = wish.hours
    return start <= wall.hour * 60 + wall.minute < end


def state_on_wall(windows: dict[str, Any], place: Place, wall: datetime) -> str:
    """Open, outside the hours or a closed day, by the clock on the wall of one zone."""
    weekday = windows[WEEKDAYS[wall.weekday()]]
    spans = weekday
    if is_holiday(place, wall):
        spans = windows.get("holiday", weekday)
    elif is_holiday(place, wall + timedelta(days=1)) and weekday:
        spans = windows.get("pre_holiday", weekday)
    if not spans:
        return "closed_day"
    minute = f"{wall.hour:02d}:{wall.minute:02d}"
    for start, end in spans:
        if start <= minute < end:
            return "open"
    return "outside_calling_hours"


def exceeded(record: Record, asked: Asked, cap: dict[str, Any]) -> bool:
    """Whether a cap's window holds as many allowed dials for this seller to this number as it permits."""
    walls = [asked.at.astimezone(ZoneInfo(zone)) for zone in record.place.zones]
    for wall in walls:
        count = 0
        for check in record.checks:
            if check.number != asked.number or check.seller != asked.seller:
                continue
            if check.kind != "dial" or not check.allowed or check.checked_at >= asked.at:
                continue
            if in_window(cap, wall, check.checked_at):
                count += 1
        if count >= cap["max"]:
            return True
    return False


def in_window(cap: dict[str, Any], wall: datetime, checked_at: datetime) -> bool:
    """Whether an earlier check lies in the cap's window that the wall clock is in."""
    then = checked_at.astimezone(wall.tzinfo)
    if cap["window"] == "calendar_day":
        return then.date() == wall.date()
    if cap["window"] == "calendar_month":
        return (then.year, then.month) == (wall.year, wall.month)
    return Duration.parse(cap["duration"]).after(checked_at) > wall
