"""Counts by day: count the checks asked since the last round, and count a company-day again when it changed.

Pages read these tables and no rows of checks or calls. Checks only ever come in, so a round adds those since the mark;
everything else replaces the counts of a company-day whole. Each verb may run twice, late, or at once in two workers.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from compliance.models import CallCount, CheckCount, ChecksCounted, CountDue, ViolationCount
from registry import partitions
from registry.sql import read

SQL = Path(__file__).parent / "sql"
#: A check that began is on record so long after its clock was read, mostly; what took longer is counted with its day's
#: audit.
SETTLES = timedelta(seconds=30)
#: Where nothing was counted so far, rounds begin so many days back; days before those are counted with their audits.
FIRST_DAYS = 7
#: Company-days that one round counts, so that it stays short.
ROUND = 500
#: Statuses of a violation that does not stand.
FALLEN = ("withdrawn", "dismissed")


def mark(company_id: int, days: Iterable[date], *, clock: datetime) -> None:
    """Say that the counts of these company-days are out of date. Runs in the caller's transaction."""
    CountDue.objects.bulk_create(
        [CountDue(company_id=company_id, day=day, since=clock) for day in sorted(days)]
    )


def due() -> list[tuple[int, date]]:
    """The company-days to be counted again, those that have waited longest first."""
    rows = CountDue.objects.order_by("id").values_list("company_id", "day")[: 4 * ROUND]
    return list(dict.fromkeys(rows))[:ROUND]


@transaction.atomic
def count_day(company_id: int, day: date) -> None:
    """Count a company's calls, violations and checks of a day (UTC) from their rows, in place of what was counted."""
    since = datetime.combine(day, time(), UTC)
    values = {
        "company_id": company_id,
        "day": day,
        "since": since,
        "until": since + timedelta(days=1),
        "fallen": list(FALLEN),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('compliance_count', %s))", [company_id])
        # First: what changes from here on leaves a row that stays.
        CountDue.objects.filter(company_id=company_id, day=day).delete()
        ViolationCount.objects.filter(company_id=company_id, day=day).delete()
        cursor.execute(read(SQL / "count_violations.sql"), values)
        # A month that was put aside cannot be counted again; what was counted of it stays.
        month = partitions.month_of(since)
        if partitions.exists("compliance_call", month):
            CallCount.objects.filter(company_id=company_id, day=day).delete()
            cursor.execute(read(SQL / "count_calls.sql"), values)
        counted = ChecksCounted.objects.select_for_update().first()
        if counted is not None and counted.until > since and partitions.exists("registry_check", month):
            CheckCount.objects.filter(company_id=company_id, day=day).delete()
            _count_checks(cursor, [company_id], since, min(values["until"], counted.until))


@transaction.atomic
def count_checks(*, clock: datetime) -> datetime:
    """Add the checks asked since the last round; up to when they are counted now."""
    until = clock - SETTLES
    ChecksCounted.objects.get_or_create(
        pk=1, defaults={"until": datetime.combine(until.date() - timedelta(days=FIRST_DAYS), time(), UTC)}
    )
    counted = ChecksCounted.objects.select_for_update().get(pk=1)
    if counted.until < until:
        with connection.cursor() as cursor:
            _count_checks(cursor, None, counted.until, until)
        counted.until = until
        counted.save(update_fields=["until"])
    return counted.until


def _count_checks(cursor: Any, company_ids: list[int] | None, since: datetime, until: datetime) -> None:
    cursor.execute(read(SQL / "count_checks.sql"), {"companies": company_ids, "since": since, "until": until})
