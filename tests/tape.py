"""Choices read from bytes, and the grid of instants from which random histories are made.

A `Tape` gives the next choice; where it has run out it gives the first, which is always the plainest. So a shorter
tape, or one of more zeros, is a simpler history, and Hypothesis can find the simplest that shows a difference.

Instants come from a small grid about the question's own time: the same one twice, spans that touch, and things put on
record just before or after they matter, are then common instead of rare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from registry.codes import names
from tests.oracle_rows import Place, Record, Span

T = TypeVar("T")

#: Days with something to them: a plain Tuesday, weekends, changes of summer time, holidays and the days before them,
#: the day France changes its law, the first and last days of months.
DATES = (
    date(2026, 3, 10),
    date(2026, 3, 8),
    date(2026, 3, 14),
    date(2026, 3, 29),
    date(2026, 5, 1),
    date(2026, 6, 1),
    date(2026, 7, 3),
    date(2026, 7, 14),
    date(2026, 8, 11),
    date(2026, 9, 15),
    date(2026, 10, 4),
    date(2026, 11, 26),
)
#: Local minutes of the day: inside, on and beside the edges of every pack's windows.
MINUTES = (
    660,
    630,
    0,
    479,
    480,
    539,
    540,
    599,
    600,
    779,
    780,
    839,
    840,
    1019,
    1020,
    1199,
    1200,
    1229,
    1259,
    1260,
    1439,
)
MINUTE = 1
HOUR = 60
DAY = 24 * HOUR
#: Minutes from the question's time to what happened.
GRID = (
    -30 * DAY,
    -30 * DAY,
    -400 * DAY,
    -31 * DAY,
    -3 * DAY,
    -2 * DAY,
    -2 * DAY,
    -DAY,
    -3 * HOUR,
    -HOUR,
    -MINUTE,
    0,
    MINUTE,
    HOUR,
    2 * DAY,
)
#: Minutes from the question's time to earlier checks.
ATTEMPTS = (
    -HOUR,
    -30 * DAY,
    -30 * DAY - MINUTE,
    -30 * DAY + MINUTE,
    -20 * DAY,
    -2 * DAY,
    -DAY - MINUTE,
    -DAY,
    -DAY + MINUTE,
    -12 * HOUR,
    -3 * HOUR,
    -2 * HOUR,
    -MINUTE,
    0,
    MINUTE,
)
#: Minutes from the question's time to what is known.
KNOWN = (0, 0, 0, 0, 0, -HOUR, HOUR, 3 * DAY, 3 * DAY, -DAY)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class Tape:
    """Choices read from bytes."""

    def __init__(self, told: bytes) -> None:
        self.rest = iter(told)

    def pick(self, options: Sequence[T]) -> T:
        """The next choice among `options`."""
        return options[next(self.rest, 0) % len(options)]

    def some(self, options: Sequence[T]) -> tuple[T, ...]:
        """One or more of `options`, in their order; the first alone is the plainest."""
        bits = 1 + next(self.rest, 0) % ((1 << len(options)) - 1)
        return tuple(names(bits, options))


@dataclass
class Cast:
    """Who may be in a history: the company that asks, sellers it may ask for, and where the number is."""

    company: int
    sellers: Sequence[int]
    number: int
    place: Place
    callers: dict[int, int]


@dataclass
class Teller:
    """Tells one history; `at` is the question's time."""

    tape: Tape
    at: datetime
    cast: Cast
    record: Record
    next_record: int
    seller: int = 0
    said: list[datetime] = field(default_factory=list)

    def instant(self, after: datetime | None = None) -> datetime | None:
        """An instant of the grid; with `after`, a later one, or None if the grid has none."""
        minutes = self.tape.pick(GRID)
        at = self.at + timedelta(minutes=minutes)
        if after is None or at > after:
            return at
        later = [
            self.at + timedelta(minutes=m) for m in sorted(GRID) if self.at + timedelta(minutes=m) > after
        ]
        return later[minutes % len(later)] if later else None

    def beginning(self) -> datetime:
        """When somebody agreed, refused, bought or moved: of the grid, or the very instant of something before."""
        at = self.tape.pick(self.said) if self.said and self.tape.pick((0, 0, 1)) else self.instant()
        self.said.append(at)
        return at

    def span(self) -> Span:
        """A span with a start, and often without an end."""
        start = self.instant()
        return start, self.instant(start) if self.tape.pick((0, 0, 1)) else None

    def versions(self, first: datetime | None = None) -> list[Span]:
        """When each of a thing's versions was on record, one after another; the last perhaps still is."""
        marks = [first or self.instant()]
        for _ in range(self.tape.pick((0, 0, 0, 1, 1, 2))):
            following = self.instant(marks[-1])
            if following is not None:
                marks.append(following)
        spans: list[Span] = list(pairwise(marks))
        if self.tape.pick((0, 0, 0, 1)) == 0 or not spans:
            spans.append((marks[-1], None))
        return spans

    def new_record(self) -> int:
        """The id of the next thing."""
        self.next_record += 1
        return self.next_record
