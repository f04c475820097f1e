"""Who works on which company-day: claimed by conditional update, kept alive by beats, given up or finished.

The days of audits and of reconciliations are claimed alike.

A claim is the row's `runs`: whoever claims it next counts it up, and a worker that was taken for dead finds at its next
beat that the row is no longer its own. Nothing is written for a company-day but in the transaction of a beat.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F, Q

from compliance.models import Audit, Reconciliation

#: A worker that gave no sign of life for so long is taken for dead. Longer than its longest single statement, which is
#: why the calls are judged in chunks; one that was only slow finds its claim lost, and leaves nothing behind.
LEASE = timedelta(seconds=90)


#: The rows that are claimed: both have the same columns of a job.
Days = type[Audit] | type[Reconciliation]


class ClaimLost(Exception):
    """Somebody else took the company-day over, so this run must leave nothing behind."""


@dataclass(frozen=True)
class Claim:
    """The right to work on one company-day."""

    row_id: int
    company_id: int | None
    day: date
    run: int
    clock: datetime
    rows: Days = Audit
    begun: float = field(default_factory=time.monotonic)

    @property
    def since(self) -> datetime:
        """The start of the day, UTC."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The end of the day, exclusive."""
        return self.since + timedelta(days=1)

    def now(self) -> datetime:
        """The reading of the clock that began the run, and the time that passed since."""
        return self.clock + timedelta(seconds=time.monotonic() - self.begun)

    def beat(self, **fields: Any) -> None:
        """Give a sign of life, and with it set `fields`. Raises `ClaimLost` if the row is no longer this run's."""
        own = self.rows.objects.filter(pk=self.row_id, state="running", runs=self.run)
        if own.update(**{"beat_at": self.now(), **fields}) != 1:
            raise ClaimLost


def claimable(clock: datetime) -> Q:
    """Rows that a worker may take: to be done, out of date, failed, or left behind by a dead worker."""
    return (
        Q(state__in=("queued", "failed"))
        | Q(state="completed", stale_since__isnull=False)
        | Q(state="running", beat_at__lt=clock - LEASE)
    )


def claim(company_id: int | None, day: date, *, clock: datetime, rows: Days = Audit) -> Claim | None:
    """Take the company-day for this worker, or None if there is nothing to do or somebody is at it.

    What made it stale is forgotten here and not at the end: calls that come in while it runs make it stale again.
    """
    row, _ = rows.objects.get_or_create(company_id=company_id, day=day, defaults={"requested_at": clock})
    taken = rows.objects.filter(claimable(clock), pk=row.pk).update(
        state="running",
        started_at=clock,
        beat_at=clock,
        finished_at=None,
        stale_since=None,
        runs=F("runs") + 1,
    )
    if taken != 1:
        return None
    row.refresh_from_db()
    return Claim(row.pk, company_id, day, row.runs, clock, rows)


def give_up(held: Claim, problem: str) -> None:
    """End the run as failed, with the reason; whoever took it over meanwhile is left alone."""
    now = held.now()
    held.rows.objects.filter(pk=held.row_id, state="running", runs=held.run).update(
        state="failed", problem=problem, beat_at=now, finished_at=now
    )
