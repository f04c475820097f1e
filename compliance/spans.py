"""Both clocks of records as bars over one axis of time, for a page to draw. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: The size that coordinates are given in.
WIDTH, LEFT, LANE, TOP = 720, 28, 34, 24
#: The narrowest bar: a stretch of seconds is still to be seen.
NARROWEST = 2


@dataclass(frozen=True)
class Bar:
    """One stretch. `open` where it has no end so far."""

    x: float
    width: float
    open: bool


@dataclass(frozen=True)
class Lane:
    """One version of a record: when it is in effect above, when it was on record below."""

    y: int
    about: Any
    valid: Bar
    recorded: Bar


@dataclass(frozen=True)
class Drawing:
    """Lanes under one another, the moment as a line, and the ends of the axis."""

    lanes: list[Lane]
    here: float
    first: datetime
    last: datetime
    left: int
    width: int
    height: int


def draw(rows: Sequence[tuple[Any, Any, Any]], *, at: datetime, clock: datetime) -> Drawing | None:
    """Draw rows of (about, valid, recorded), ranges as the database gives them; None without any."""
    if not rows:
        return None
    edges = [at, clock]
    edges += [
        edge for _about, valid, recorded in rows for edge in (valid.lower, recorded.lower) if edge is not None
    ]
    first, last = min(edges), max(edges)
    spare = max((last - first) / 50, timedelta(minutes=1))
    first, last = first - spare, last + spare

    def x(edge: datetime | None, otherwise: float) -> float:
        if edge is None:
            return otherwise
        return round(LEFT + min(max((edge - first) / (last - first), 0), 1) * (WIDTH - LEFT), 1)

    def bar(span: Any) -> Bar:
        begins, ends = x(span.lower, LEFT), x(span.upper, WIDTH)
        return Bar(begins, round(max(ends - begins, NARROWEST), 1), span.upper is None)

    lanes = [
        Lane(TOP + n * LANE, about, bar(valid), bar(recorded))
        for n, (about, valid, recorded) in enumerate(rows)
    ]
    return Drawing(lanes, x(at, LEFT), first, last, LEFT, WIDTH, TOP + len(rows) * LANE + 4)
