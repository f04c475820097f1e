"""Claims: who does a job now, and how long that is believed. A job is a row of a file that was sent in.

A worker claims the row by a conditional update, gives signs of life while it works, and ends the claim by another
conditional update. So a task may come twice, late or never, and a worker may be killed at any point: the row says
what is to be done, and the message in the queue was only a hint.

Next to the row, the claim holds an advisory lock of the database session, which dies with the worker. Whoever gets
it knows at once that nobody does the job; otherwise the signs of life must have been missing for `LEASE`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model, Q, QuerySet

from registry.errors import RegistryError, RuleNotLoaded

#: After so long without a sign of life a claim is void, even where the dead worker's session still holds its lock (a
#: machine cut off from the network).
LEASE = timedelta(minutes=15)
#: After so long without a sign of life a job is hinted at again; a worker that is at it refuses the hint.
SILENCE = timedelta(minutes=2)
#: A job that was begun, and is still not done so long after it came in, kills its workers: it is given up.
PATIENCE = timedelta(days=1)
#: Jobs hinted at in one round, so that a round stays short; the next one is a minute away.
ROUND = 1000


#: A model with the columns of `models.jobs.Job`.
Row = TypeVar("Row", bound=Model)


class Lost(Exception):
    """The job was cancelled, or another worker took it over: nothing of this one may remain."""


class Share(Generic[Row]):
    """A hand lent to a job that another worker holds: it may add to the row as long as the job runs, and never ends it.

    `row` is the row as it was when the work began.
    """

    def __init__(self, row: Row, *, clock: datetime) -> None:
        self.row = row
        self.clock = clock
        self.begun = time.monotonic()

    def present(self) -> datetime:
        """The time now: the reading of the clock that was handed down, and what has passed since."""
        return self.clock + timedelta(seconds=time.monotonic() - self.begun)

    def _ours(self) -> QuerySet[Row]:
        """The row, as long as it may be written to."""
        return type(self.row)._default_manager.filter(pk=self.row.pk, state="running")

    def _update(self, **values: Any) -> None:
        """Write to the row. Raises `Lost`."""
        if not self._ours().update(**values):
            raise Lost

    def beat(self, **values: Any) -> None:
        """Give a sign of life and say how far it is. Raises `Lost`."""
        self._update(beat_at=self.present(), **values)


class Claim(Share[Row]):
    """One worker's hold on one job; its start is the token."""

    def __init__(self, row: Row, *, clock: datetime, locked: bool) -> None:
        super().__init__(row, clock=clock)
        self.locked = locked

    def _ours(self) -> QuerySet[Row]:
        return super()._ours().filter(started_at=self.clock)

    def complete(self, **values: Any) -> None:
        """End the job, as the last statement of its transaction: whoever cancels must not wait. Raises `Lost`."""
        self._update(state="completed", finished_at=self.present(), **values)

    def fail(self, error: RegistryError) -> None:
        """End the job and say why. A job that is not ours any more is left alone."""
        try:
            self._update(state="failed", finished_at=self.present(), problem=problem(error))
        except Lost:
            return

    def release(self) -> None:
        """Put the job back, to be claimed by another try.

        A job that is not ours any more is left alone, and so is one whose database cannot be reached: it is found
        by its silence.
        """
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        try:
            self._update(state="queued", beat_at=self.present())
        except (Lost, OperationalError, InterfaceError):
            return

    @contextmanager
    def held(self, *, broke: RegistryError) -> Iterator[None]:
        """The time the job is done in: however the block ends, so does the claim.

        A job that was cancelled or taken over is left alone. Where the database went away the job is put back, and
        `OperationalError` raised, so that the task comes again; where the rule is not loaded, because a release is
        under way, it is put back in silence. What else is wrong with the job in the register's own words makes it
        fail; what nobody expected makes it fail with `broke`, and is raised.
        """
        try:
            yield
        except Lost:
            return
        except OperationalError:
            self.release()
            raise
        except RuleNotLoaded:
            self.release()
        except RegistryError as error:
            if isinstance(error.__cause__, OperationalError):
                # As the statements that decide put it: nothing can be decided without a database.
                self.release()
                raise error.__cause__ from None
            self.fail(error)
        except Exception:
            self.fail(broke)
            raise
        finally:
            if self.locked and connection.connection is not None and connection.is_usable():
                _session_lock("pg_advisory_unlock", self.row)


def problem(error: RegistryError) -> dict[str, Any]:
    """What is kept of an error on the row; the API makes a whole problem document of it."""
    return {"code": error.code(), "title": error.title, "status": error.status, "detail": error.detail}


def _session_lock(function: str, row: Model) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, %s))", [row._meta.db_table, row.pk])
        return cursor.fetchone()[0]


def take(rows: type[Row], pk: int, *, clock: datetime, **values: Any) -> Claim[Row] | None:
    """Claim a job that is queued, or that a worker died on; None if there is nothing to do.

    `values` are written to the row with the claim. Call it outside a transaction: the claim must be seen by others
    before the work begins.
    """
    row = rows(pk=pk)
    locked = _session_lock("pg_try_advisory_lock", row)
    abandoned = Q(state="running") if locked else Q(state="running", beat_at__lt=clock - LEASE)
    taken = rows._default_manager.filter(Q(state="queued") | abandoned, pk=pk).update(
        state="running", started_at=clock, beat_at=clock, **values
    )
    if not taken:
        if locked:
            _session_lock("pg_advisory_unlock", row)
        return None
    return Claim(rows._default_manager.get(pk=pk), clock=clock, locked=locked)


def forgotten(rows: type[Model], *, clock: datetime, gave_up: RegistryError) -> list[int]:
    """The jobs that should be done, and that nobody seems to do: a worker should be told again.

    One that was begun, and that no worker has finished in `PATIENCE`, ends as failed with `gave_up`.
    """
    late = clock - SILENCE
    silent = rows._default_manager.filter(
        Q(state="queued", beat_at=None, created_at__lt=late)
        | Q(state__in=["queued", "running"], beat_at__lt=late)
    )
    dead = Q(state="queued") | Q(state="running", beat_at__lt=clock - LEASE)
    silent.filter(dead, created_at__lt=clock - PATIENCE).exclude(started_at=None).update(
        state="failed", finished_at=clock, problem=problem(gave_up)
    )
    found = list(silent.order_by("id").values_list("pk", flat=True)[:ROUND])
    # A queue that is merely long is not to be filled with the same hint every minute. The beat of a running one is
    # its worker's alone.
    rows._default_manager.filter(pk__in=found, state="queued").update(beat_at=clock)
    return found
