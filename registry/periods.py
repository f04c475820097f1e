"""The two clocks: when a thing was so, and when the register knew it.

Every record that a verdict can rest on carries `valid` (in effect, in the world) and `recorded` (on record, here),
both half-open ranges of aware instants. A row is never edited, only superseded: `recorded` of the old row is closed
and new rows are inserted, in one transaction. A database trigger refuses anything else (`sql/append_only_v1.sql`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange


@dataclass(frozen=True, slots=True)
class Moment:
    """A question's place in time: `at`, when it happened; `known_at`, what the register knew by then.

    Both are aware. A face reads the clock once and makes `Moment.now(…)` of it; an audit asks about a call with both
    at the call's start; a review asks with `at` then and `known_at` today.
    """

    at: datetime
    known_at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.known_at.tzinfo is None:
            raise ValueError("a moment needs aware datetimes")

    @classmethod
    def of(cls, clock: datetime) -> "Moment":
        """The moment at which `at` and `known_at` are the same reading of the clock."""
        return cls(clock, clock)


def since(start: datetime | None, end: datetime | None = None) -> DateTimeTZRange:
    """The half-open range `[start, end)`; None leaves that side open."""
    return DateTimeTZRange(start, end, "[)")


class TwoClockQuerySet(models.QuerySet[Any]):
    """Questions to a two-clock table, in words."""

    def in_effect(self, at: datetime) -> Self:
        """Rows that are so in the world at `at`."""
        return self.filter(valid__contains=at)

    def on_record(self, known_at: datetime) -> Self:
        """Rows that the register holds for true at `known_at`."""
        return self.filter(recorded__contains=known_at)

    def as_of(self, moment: Moment) -> Self:
        """Rows in effect at `moment.at`, as the register knew it at `moment.known_at`."""
        return self.in_effect(moment.at).on_record(moment.known_at)

    def current(self) -> Self:
        """Rows not superseded so far, whether or not they are in effect."""
        return self.filter(recorded__upper_inf=True)


class TwoClock(models.Model):
    """The columns of a two-clock table. `record_id` is the same on every version of one thing."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.BigIntegerField(
        editable=False, null=True, help_text="The thing this row is a version of: the id of its first row."
    )
    valid = DateTimeRangeField(help_text="When it is in effect, in the world. Half-open, aware.")
    recorded = DateTimeRangeField(help_text="When the register held it for true. Half-open, aware.")

    objects = TwoClockQuerySet.as_manager()

    class Meta:
        abstract = True

    def supersede(self, at: datetime, *replacements: "TwoClock") -> datetime:
        """Close this row's `recorded` at `at` and insert `replacements` as on record from then on; when that is.

        Call it inside a transaction. A row that was recorded in the same instant (two faces, one reading of the
        clock) is closed a microsecond later, since an empty range would lose it from history.
        """
        closes = max(at, self.recorded.lower + timedelta(microseconds=1))
        self.recorded = since(self.recorded.lower, closes)
        self.save(update_fields=["recorded"])
        for row in replacements:
            row.pk = None
            row.record_id = self.record_id
            row.recorded = since(closes)
            row.save(force_insert=True)
        return closes
