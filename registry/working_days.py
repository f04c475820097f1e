"""Working days of a place: neither its weekend nor a public holiday, and the weekend days worked for a bridge day.

For clocks of offices, not for calling hours (`hours.py`). From the `holidays` package, China's make-up days too. Pure.
"""

import warnings
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays


@cache
def _calendar(region: str, subdivision: str | None) -> holidays.HolidayBase:
    """A place's calendar, which fills itself year by year; Saturday and Sunday are free where there is none."""
    supported = holidays.list_supported_countries()
    if region not in supported:
        return holidays.HolidayBase()
    return holidays.country_holidays(region, subdiv=subdivision if subdivision in supported[region] else None)


def after(calendar: str, day: date, count: int) -> date:
    """The `count`th working day after `day`, in a calendar such as `CN` or `US-FL`; the day itself does not count."""
    region, _, subdivision = calendar.partition("-")
    with warnings.catch_warnings():
        # Lunar calendars are known for some decades only; outside them the package warns and gives what it has.
        warnings.simplefilter("ignore", UserWarning)
        return _calendar(region, subdivision or None).get_nth_working_day(day, count)


def end_after(calendar: str, zone: str, at: datetime, count: int) -> datetime:
    """When the `count`th working day after an instant ends where `zone` is, in UTC."""
    place = ZoneInfo(zone)
    return _midnight_after(after(calendar, at.astimezone(place).date(), count), place)


def end_of_day_after(zone: str, at: datetime, count: int) -> datetime:
    """When the `count`th calendar day after an instant ends where `zone` is, in UTC."""
    place = ZoneInfo(zone)
    return _midnight_after(at.astimezone(place).date() + timedelta(days=count), place)


def _midnight_after(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC)
