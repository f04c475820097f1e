"""What was on record, as plain rows in memory: what `tests/oracle.py` reads and `tests/histories.py` tells.

Codes are names, numbers are E.164 digits, instants are aware, spans are half-open and None is open on that side.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, kw_only=True)
class Version:
    """What every row of a two-clock table has."""

    valid: Span
    recorded: Span


@dataclass(frozen=True, kw_only=True)
class Licence(Version):
    company: int
    sector: str


@dataclass(frozen=True, kw_only=True)
class Caller(Version):
    company: int
    number: int


@dataclass(frozen=True, kw_only=True)
class OptOut(Version):
    number: int
    scope: str
    sector: str | None
    company: int | None
    channels: tuple[str, ...]
    days: tuple[str, ...] | None
    hours: tuple[int, int] | None
    said_at: datetime

    @property
    def is_wish(self) -> bool:
        """Limited to days or hours: it weighs as calling hours do, and is no refusal."""
        return self.days is not None or self.hours is not None


@dataclass(frozen=True, kw_only=True)
class Consent(Version):
    record: int
    number: int
    company: int
    sectors: tuple[str, ...]
    channels: tuple[str, ...]
    status: str
    given_at: datetime
    on_record_since: datetime


@dataclass(frozen=True, kw_only=True)
class Relationship(Version):
    record: int
    number: int
    company: int
    kind: str
    last_at: datetime
    on_record_since: datetime


@dataclass(frozen=True, kw_only=True)
class Reassignment(Version):
    """`valid` begins when the number went to its new holder."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier check."""

    number: int
    seller: int
    checked_at: datetime
    kind: str
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class Terms(Version):
    """The parameters in force at the number's place for one sector."""

    sector: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a number may be: its time zones, and whose public holidays count there."""

    zones: tuple[str, ...]
    region: str
    subdivision: str | None


@dataclass
class Record:
    """Everything that is on record, and was."""

    place: Place
    terms: list[Terms] = field(default_factory=list)
    licences: list[Licence] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    reassignments: list[Reassignment] = field(default_factory=list)
    checks: list[Earlier] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """May `company` call `number` from `caller`, for `seller`?"""

    company: int
    seller: int
    number: int
    caller: int
    sector: str
    channel: str
    purpose: str
    at: datetime
    known_at: datetime


def within(span: Span, at: datetime) -> bool:
    """Whether `at` lies in the half-open span."""
    start, end = span
    return (start is None or start <= at) and (end is None or at < end)


def known(row: Version, asked: Asked) -> bool:
    """Whether the register held the row for true at `known_at`."""
    return within(row.recorded, asked.known_at)


def holds(row: Version, asked: Asked) -> bool:
    """Whether the row was so at `at`, as the register knew it at `known_at`."""
    return known(row, asked) and within(row.valid, asked.at)
