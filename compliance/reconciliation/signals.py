"""Signals: what in the behaviour of a calling number speaks for telemarketing without a licence. Plain and pure.

Each signal is one figure against one threshold of the policy, worth a number of points; the score is their sum, and a
caller is a suspect from the policy's `suspect_from` points on. Nothing else is weighed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


class Behaviour(NamedTuple):
    """What one caller did on one day, as the carrier with most of its calls recorded it."""

    caller: int
    carrier_id: int | None
    calls: int
    answered: int
    #: Answered, and over within the policy's seconds.
    short: int
    #: Different numbers called.
    numbers: int
    #: Calls to a number a few steps beside the one called before.
    in_sequence: int
    #: Calls outside the policy's hours, where the number called lives.
    odd: int
    first_at: datetime | None
    last_at: datetime | None
    received_at: datetime | None
    complaints: tuple[str, ...]


class Signal(NamedTuple):
    """A signal that holds: its name, the figure, what it is of, the threshold it met, its points."""

    name: str
    value: float
    of: int
    threshold: float
    points: int


@dataclass(frozen=True)
class Suspect:
    """A caller whose signals reach the policy's score."""

    behaviour: Behaviour
    signals: tuple[Signal, ...]
    suspect_from: int

    @property
    def score(self) -> int:
        """The sum of the points."""
        return sum(signal.points for signal in self.signals)

    def evidence(self) -> dict[str, Any]:
        """What is kept: the behaviour, each signal, the score that makes a suspect."""
        seen = self.behaviour._asdict()
        seen.pop("caller")
        seen["carrier"] = f"com_{seen.pop('carrier_id')}" if self.behaviour.carrier_id else None
        return {
            "behaviour": seen,
            "signals": [signal._asdict() for signal in self.signals],
            "suspect_from": self.suspect_from,
        }


def judge(behaviour: Behaviour, terms: Mapping[str, Any]) -> Suspect | None:
    """The suspect that a behaviour makes under the policy's `unlicensed_callers`, or None."""
    suspect = Suspect(behaviour, tuple(_signals(behaviour, terms)), terms["suspect_from"])
    return suspect if suspect.score >= suspect.suspect_from else None


def _signals(seen: Behaviour, terms: Mapping[str, Any]) -> Iterator[Signal]:
    if (limit := terms.get("many_calls")) and seen.calls >= limit["calls"]:
        yield Signal("many_calls", seen.calls, seen.calls, limit["calls"], limit["points"])
    # Of a handful of calls, shares say nothing.
    if seen.calls >= terms["min_calls"]:
        yield from _shares(seen, terms)
    count = len(seen.complaints)
    if (limit := terms.get("complaints")) and count >= limit["complaints"]:
        yield Signal("complaints", count, count, limit["complaints"], limit["points"])


def _shares(seen: Behaviour, terms: Mapping[str, Any]) -> Iterator[Signal]:
    """The signals that are a share of the calls, in per cent."""
    for name, count, of, most in (
        ("short_calls", seen.short, seen.answered, False),
        ("in_sequence", seen.in_sequence, seen.calls, False),
        ("few_answers", seen.answered, seen.calls, True),
        ("odd_hours", seen.odd, seen.calls, False),
        ("many_numbers", seen.numbers, seen.calls, False),
    ):
        limit = terms.get(name)
        if not limit or not of:
            continue
        percent = round(count * 100 / of, 1)
        if percent <= limit["percent"] if most else percent >= limit["percent"]:
            yield Signal(name, percent, of, limit["percent"], limit["points"])
