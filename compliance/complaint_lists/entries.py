"""What a row of any layout becomes, and the cells they share: times, numbers, yes and no."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from registry.lists.rows import EARLIEST, LATEST, Fault, instant
from registry.phone import BadNumber, parse, parse_caller

#: Times as spreadsheets write them, tried after RFC 3339.
_FORMS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")
_YES = frozenset(("y", "yes", "true", "1", "是", "有"))
_NO = frozenset(("n", "no", "false", "0", "否", "无", "没有"))


class Entry(NamedTuple):
    """A complaint as a list has it. `reference` is what makes it the same when the list is loaded again."""

    line: int
    reference: str
    number: int | None
    caller: int | None
    called_at: datetime
    tolerance: timedelta
    filed_at: datetime
    category: str
    sector: str
    voice: str
    said_no: bool | None
    company_named: str
    text: str


class Reading(NamedTuple):
    """How a list is read: zone of times without an offset, region of national numbers, and the latest time."""

    zone: ZoneInfo
    region: str
    latest: datetime


def time_of(text: str, column: str, reading: Reading) -> datetime:
    """A time, in UTC; without an offset it is in the list's zone. Raises `Fault`."""
    at = _naive(text.strip())
    if at is None:
        raise Fault(f"{column}_malformed", "The time is not written as 2026-03-01 10:00:00", text)
    if at.tzinfo is not None:
        return instant(text, column, reading.latest)
    if not EARLIEST.year < at.year < LATEST.year:
        raise Fault(f"{column}_out_of_range", "The time is not between the years 1970 and 2200", text)
    return instant(at.replace(tzinfo=reading.zone).isoformat(), column, reading.latest)


def _naive(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  (the list's zone is put on by `time_of`)
        except ValueError:
            continue
    return None


def caller_of(text: str, reading: Reading) -> int | None:
    """The number a call came from; None for an empty cell. Raises `Fault`."""
    if not text.strip():
        return None
    try:
        return parse_caller(text, reading.region)
    except BadNumber as bad:
        raise Fault(bad.code, bad.detail, text) from None


def number_of(text: str, reading: Reading) -> int | None:
    """The number that was called; None for an empty cell. Raises `Fault`."""
    if not text.strip():
        return None
    try:
        return parse(text, reading.region)
    except BadNumber as bad:
        raise Fault(bad.code, bad.detail, text) from None


def yes_or_no(text: str, column: str) -> bool | None:
    """Yes, no, or None for an empty cell. Raises `Fault`."""
    word = text.strip().lower()
    if not word:
        return None
    if word in _YES | _NO:
        return word in _YES
    raise Fault(f"{column}_unknown", "Write yes or no", text)
