"""Lengths of time as law writes them: ISO 8601 durations, calendar months among them.

A month is not a number of days ("18 months after the purchase"), so `timedelta` cannot hold one. Instants are
counted on in UTC: months first, kept inside the month, then days, then the rest. PostgreSQL does the same with the
text as an interval in a session whose time zone is UTC, so Python and SQL give one answer.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

_SHAPE = re.compile(
    r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_LONGEST_MONTHS = 12 * 100
_LONGEST_SECONDS = 100 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: calendar `months`, then `days`, then `seconds`. Never negative.

    Days are 24 hours of UTC, so `P1D` and `PT24H` end at the same instant; they are kept apart only in writing.
    """

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """The duration that ISO 8601 writes as `text`, such as `P18M`, `P3Y14D`, `P4W` or `PT24H`.

        Raises ValueError for anything else: fractions, signs, an empty `P`, or more than a century.
        """
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no ISO 8601 duration such as P18M, P30D or PT24H")
        years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        length = cls(years * 12 + months, weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)
        if length.months > _LONGEST_MONTHS or length.days * 86_400 + length.seconds > _LONGEST_SECONDS:
            raise ValueError(f"{text!r} is longer than a century")
        return length

    def __str__(self) -> str:
        """The one way this register writes it: years only when they are whole, weeks as days."""
        years, months = divmod(self.months, 12) if self.months % 12 == 0 else (0, self.months)
        date = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (self.days, "D")) if n)
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
        if time:
            return f"P{date}T{time}"
        return f"P{date}" if date else "PT0S"

    def __bool__(self) -> bool:
        """False for no time at all."""
        return bool(self.months or self.days or self.seconds)

    @property
    def interval(self) -> str:
        """The same length for PostgreSQL: `'…'::interval`. It reads ISO 8601 as it is."""
        return str(self)

    @property
    def timedelta(self) -> timedelta:
        """The same length as `timedelta`. Raises ValueError for calendar months, which depend on the date."""
        if self.months:
            raise ValueError(f"{self} has calendar months, whose length depends on the date")
        return timedelta(days=self.days, seconds=self.seconds)

    def after(self, at: datetime) -> datetime:
        """The instant this long after `at`, aware, in UTC.

        A day that the month does not have becomes its last one: a month after 31 January is 28 February.
        Raises ValueError for a naive `at`.
        """
        if at.tzinfo is None:
            raise ValueError("an aware datetime is needed")
        at = at.astimezone(UTC)
        years, month = divmod(at.year * 12 + at.month - 1 + self.months, 12)
        day = min(at.day, monthrange(years, month + 1)[1])
        return at.replace(year=years, month=month + 1, day=day) + timedelta(
            days=self.days, seconds=self.seconds
        )
