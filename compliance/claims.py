"""Claims: who loads a call log now, and how long that is believed.

A worker claims the row by a conditional update, gives signs of life while it reads, and ends the claim by another
conditional update. So a task may come twice, late or never, and a worker may be killed at any point: the row says
what is to be done, and the message in the queue was only a hint.

Next to the row, the claim holds an advisory lock of the database session, which dies with the worker. Whoever gets
it knows at once that nobody loads the file; otherwise the signs of life must have been missing for `LEASE`.
"""

import time
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q

from compliance.models import CallLog
from registry.errors import RegistryError

#: After so long without a sign of life a claim is void, even where the dead worker's session still holds its lock (a
#: machine cut off from the network). The one silent phase is the last transaction: two minutes for the largest file.
LEASE = timedelta(minutes=15)


class Lost(Exception):
    """The job was cancelled, or another worker took it over: nothing of this one may remain."""


class Claim:
    """One worker's hold on one call log. `log` is the row as it was when it was claimed."""

    def __init__(self, log: CallLog, *, clock: datetime, locked: bool) -> None:
        self.log = log
        self.clock = clock
        self.begun = time.monotonic()
        self.locked = locked

    def present(self) -> datetime:
        """The time now: the reading of the clock that was handed down, and what has passed since."""
        return self.clock + timedelta(seconds=time.monotonic() - self.begun)

    def _update(self, **values: Any) -> None:
        """Write to the row, if it is still ours; its start is the token. Raises `Lost`."""
        ours = CallLog.objects.filter(pk=self.log.pk, state="running", started_at=self.clock)
        if not ours.update(**values):
            raise Lost

    def beat(self, **values: Any) -> None:
        """Give a sign of life and say how far it is. Raises `Lost`."""
        self._update(beat_at=self.present(), **values)

    def complete(self, **values: Any) -> None:
        """End the job, as the last statement of its transaction: whoever cancels must not wait. Raises `Lost`."""
        self._update(state="completed", finished_at=self.present(), **values)

    def fail(self, error: RegistryError) -> None:
        """End the job without a call taken, and say why. A job that is not ours any more is left alone."""
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.locked and connection.connection is not None and connection.is_usable():
            _session_lock("pg_advisory_unlock", self.log.pk)


def problem(error: RegistryError) -> dict[str, Any]:
    """What is kept of an error on the row; the API makes a whole problem document of it."""
    return {"code": error.code(), "title": error.title, "status": error.status, "detail": error.detail}


def _session_lock(function: str, call_log_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended('compliance_calllog', %s))", [call_log_id])
        return cursor.fetchone()[0]


def take(call_log_id: int, *, clock: datetime) -> Claim | None:
    """Claim a call log that is queued, or that a worker died on; None if there is nothing to do.

    Call it outside a transaction: the claim must be seen by others before the work begins.
    """
    locked = _session_lock("pg_try_advisory_lock", call_log_id)
    abandoned = Q(state="running") if locked else Q(state="running", beat_at__lt=clock - LEASE)
    taken = CallLog.objects.filter(Q(state="queued") | abandoned, pk=call_log_id).update(
        state="running", started_at=clock, beat_at=clock, rows_done=0
    )
    if not taken:
        if locked:
            _session_lock("pg_advisory_unlock", call_log_id)
        return None
    log = CallLog.objects.select_related("company").get(pk=call_log_id)
    return Claim(log, clock=clock, locked=locked)
