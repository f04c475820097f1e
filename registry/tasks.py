"""What the register does by itself. Each is safe to run twice; the timetable is in `config/celery.py`."""

from datetime import UTC, datetime

from celery import shared_task
from django.db import OperationalError

from registry import idempotency, partitions, sandbox, timetables

#: Tables of the register that are partitioned by month.
PARTITIONED = ("registry_check",)

_settings = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "autoretry_for": (OperationalError,),
    "retry_backoff": True,
    "max_retries": 5,
}


@shared_task(name="registry.make_partitions", **_settings)
def make_partitions() -> int:
    """Make the months of the append-only tables before they begin; how many were made."""
    clock = datetime.now(UTC)
    return sum(partitions.ensure_around(table, clock) for table in PARTITIONED)


@shared_task(name="registry.forget_idempotency_keys", **_settings)
def forget_idempotency_keys() -> int:
    """Drop answers kept for replay for longer than a day; how many."""
    return idempotency.forget(datetime.now(UTC))


@shared_task(name="registry.extend_timetables", **_settings)
def extend_timetables() -> int:
    """Carry the calling hours that are asked about into the next year; how many calendars were looked at."""
    return timetables.extend(datetime.now(UTC))


@shared_task(name="registry.forget_sandbox_records", **_settings)
def forget_sandbox_records() -> int:
    """Drop what test keys made more than a month ago; how many."""
    return sandbox.forget(datetime.now(UTC))
