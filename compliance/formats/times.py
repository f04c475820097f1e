"""Times of a call as text, to instants in UTC.

A time with an offset (RFC 3339, ISO 8601) is what it says. A time without one is wall time in the zone given for the
file. Wall time that occurs twice, when clocks go back, is read as the earlier instant; wall time that is left out,
when clocks go forward, is shifted by the gap. An answer or end that would then lie before the start is tried as the
later instant: a call can last over the change.

Besides ISO 8601, dates as spreadsheets leave them (`2020/2/10 22:41`) are read, year first only: `2/10/2020` means
two things and is refused.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from compliance.formats.rows import Fault, UnknownZone

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)

Span = tuple[datetime, datetime | None, datetime | None]
#: Start, answer and end as text, to instants. Raises Fault.
SpanReader = Callable[[str, str, str], Span]

_OFFSET = re.compile(r"[+-]\d{2}:?[0-5]\d", re.ASCII)
_LOOSE = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


class WithoutOffset(ValueError):
    """The time has no offset, and no zone is known."""


def zone_of(name: str) -> tzinfo:
    """The zone of a tz database name (`Asia/Shanghai`) or an offset (`+08:00`). Raises UnknownZone."""
    try:
        return _offset(name) if _OFFSET.fullmatch(name) else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # KeyError: no such name. ValueError, OSError: no name at all, such as a path or a folder of names.
        raise UnknownZone(
            "The time zone is no name such as Asia/Shanghai and no offset such as +08:00."
        ) from None


def _offset(text: str) -> tzinfo:
    """The fixed zone of `Z`, `+08:00` or `+0800`. Raises ValueError from 24 hours on."""
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))


def wall_time(text: str) -> datetime:
    """The date and time of `text`, aware if it carries an offset. Raises ValueError for anything else."""
    try:
        # A date alone would be read as midnight; the longest date alone has ten characters.
        if len(text) > 10:
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    parts = _LOOSE.fullmatch(text.strip())
    if parts is None:
        raise ValueError("not a date and time")
    year, _, month, day, hour, minute, second, offset = parts.groups()
    zone = _offset(offset) if offset else None
    return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)


def instant(text: str, zone: tzinfo | None, fold: int = 0) -> datetime:
    """The instant of `text` in UTC. Raises WithoutOffset, ValueError or OverflowError."""
    value = wall_time(text)
    if value.tzinfo is None:
        if zone is None:
            raise WithoutOffset(text)
        value = value.replace(tzinfo=zone, fold=fold)
    return value.astimezone(UTC)


def epoch(text: str, field: str) -> datetime | None:
    """The instant of seconds since 1970; None for 0, the word for what did not happen, and for no text.

    Raises Fault of the field (`started_at`) for anything else.
    """
    text = text.strip()
    if not text or text == "0":
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 11:
        raise Fault(f"{field}_malformed", "The time is not a number of seconds since 1970.")
    return datetime.fromtimestamp(int(text), UTC)


def span_reader(zone: tzinfo | None) -> SpanReader:
    """What reads start, answer and end of a call whose wall times are in `zone`; None: they must carry an offset."""

    def read(start: str, answer: str, end: str) -> Span:
        try:
            started = instant(start, zone)
            answered = instant(answer, zone) if answer else None
            ended = instant(end, zone) if end else None
        except (ValueError, OverflowError):
            # The rare path: blanks around a value, or a fault to be named.
            started, answered, ended = _with_care(start, answer, end, zone)
        if answered is not None and answered < started:
            answered = instant(answer, zone, fold=1)
        if ended is not None and ended < (answered or started):
            ended = instant(end, zone, fold=1)
        check_span(started, answered, ended)
        return started, answered, ended

    return read


def _with_care(start: str, answer: str, end: str, zone: tzinfo | None) -> Span:
    if not start.strip():
        raise Fault("started_at_missing")
    started = _named(start, "started_at", zone)
    answered = _named(answer, "answered_at", zone) if answer.strip() else None
    ended = _named(end, "ended_at", zone) if end.strip() else None
    return started, answered, ended


def _named(text: str, field: str, zone: tzinfo | None) -> datetime:
    try:
        return instant(text, zone)
    except WithoutOffset:
        raise Fault(f"{field}_without_offset") from None
    except OverflowError:
        raise Fault(f"{field}_out_of_range") from None
    except ValueError:
        raise Fault(f"{field}_malformed") from None


def check_span(started: datetime, answered: datetime | None, ended: datetime | None) -> None:
    """Raise Fault when a time is out of range or before one that must precede it."""
    if not EARLIEST <= started < LATEST:
        raise Fault("started_at_out_of_range")
    if answered is not None:
        if answered < started:
            raise Fault("answered_at_before_start")
        if answered >= LATEST:
            raise Fault("answered_at_out_of_range")
    if ended is not None:
        if ended < started:
            raise Fault("ended_at_before_start")
        if answered is not None and ended < answered:
            raise Fault("ended_at_before_answer")
        if ended >= LATEST:
            raise Fault("ended_at_out_of_range")
