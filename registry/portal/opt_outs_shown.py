"""Opt-outs as pages show them: what each covers in words, since when, and its history on both clocks."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from registry import ids
from registry.codes import CHANNELS
from registry.models import OptOut
from registry.portal import words


class Shown(NamedTuple):
    """One opt-out on a page."""

    id: str
    title: str
    #: What narrows it: channels, days, hours; empty where it covers everything.
    limits: list[str]
    said_at: datetime
    source: str | Promise
    in_effect_since: datetime
    ended_at: datetime | None
    recorded_at: datetime
    scope: str

    @property
    def stands(self) -> bool:
        """Whether it is in effect."""
        return self.ended_at is None


def show(row: OptOut) -> Shown:
    """An opt-out as a page shows it; its company is loaded with it."""
    return Shown(
        id=ids.public("opt", row.record_id),
        title=title(row),
        limits=limits(row),
        said_at=row.said_at,
        source=words.SOURCES[row.source],
        in_effect_since=row.valid.lower,
        ended_at=row.valid.upper,
        recorded_at=row.recorded.lower,
        scope=row.scope,
    )


def title(row: OptOut) -> str:
    """What is refused, in a few words."""
    if row.scope == "sector":
        return str(words.SECTORS[row.sector])
    if row.scope == "company":
        return row.company.name
    if row.days or row.from_minute is not None:
        return _("Calls at certain times")
    if len(row.channels) < len(CHANNELS):
        return listed(words.CHANNELS[name] for name in row.channels)
    return _("All sales calls")


def limits(row: OptOut) -> list[str]:
    """What narrows an opt-out, a phrase each."""
    found = []
    timed = bool(row.days) or row.from_minute is not None
    if len(row.channels) < len(CHANNELS) and (row.scope != "all" or timed):
        found.append(listed(words.CHANNELS[name] for name in row.channels))
    if row.days:
        found.append(listed(words.DAYS[name] for name in row.days))
    if row.from_minute is not None:
        found.append(f"{clock(row.from_minute)}–{clock(row.to_minute)}")
    return found


def listed(items: object) -> str:
    """Words in a row, as the language separates them."""
    return _(", ").join(str(item) for item in items)  # type: ignore[attr-defined]


def clock(minute: int) -> str:
    """`HH:MM` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute(clock: str) -> int:
    """The minute of the day that `HH:MM` stands for."""
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


class Step(NamedTuple):
    """One step of a history: when it happened, when the register knew, and what it was."""

    at: datetime
    known_at: datetime
    what: str

    @property
    def learned_later(self) -> bool:
        """Whether the register knew only afterwards; steps of one moment lie a microsecond apart."""
        return self.known_at - self.at >= timedelta(seconds=1)


def history(versions: list[OptOut]) -> list[Step]:
    """The steps of one opt-out, from its versions, the oldest first."""
    steps = []
    for place, row in enumerate(sorted(versions, key=lambda row: row.recorded.lower)):
        if place == 0:
            steps.append(Step(row.valid.lower, row.recorded.lower, _("You refused; in effect from here")))
        elif row.valid.upper is not None:
            steps.append(Step(row.valid.upper, row.recorded.lower, _("Ended: taken back, or said anew")))
    return steps
