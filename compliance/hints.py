"""Hints: the jobs that a worker should be told of again, because nothing was heard of them for a while.

A message in the queue is only a hint; the rows say what is to be done. Where the broker was away when a job came in,
or a worker died with it, the job is found here. One that has killed its workers for a whole day is given up, in a
state that people see.
"""

from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q

from compliance.audit.claims import LEASE as AUDIT_LEASE
from compliance.audit.claims import Days
from compliance.discrepancies import LOG_COMES_WITHIN
from compliance.errors import LoadingGaveUp, ReplayGaveUp
from compliance.models import Audit, CallLog, CarrierRecord, Complaint, Reconciliation, Replay
from compliance.reconciliation import reconciliation
from registry import claims
from registry.claims import PATIENCE, ROUND, SILENCE

AUDIT_GAVE_UP = "The register tried for a day and did not come to the end of that audit."


def call_logs(*, clock: datetime) -> list[int]:
    """The call logs that should be loaded, and that nobody seems to load."""
    return claims.forgotten(CallLog, clock=clock, gave_up=LoadingGaveUp())


def replays(*, clock: datetime) -> list[int]:
    """The replays that should be done, and that nobody seems to do."""
    return claims.forgotten(Replay, clock=clock, gave_up=ReplayGaveUp())


def carrier_records(*, clock: datetime) -> list[int]:
    """The files of carriers that should be loaded, and that nobody seems to load."""
    return claims.forgotten(CarrierRecord, clock=clock, gave_up=LoadingGaveUp())


def audits(*, clock: datetime) -> list[tuple[int, date]]:
    """The company-days that should be audited, or audited again, and that nobody seems to audit.

    What failed is not among them: it waits for the nightly round, or for somebody to ask.
    """
    return _company_days(Audit, clock, AUDIT_GAVE_UP)


def reconciliations(*, clock: datetime) -> list[tuple[int | None, date]]:
    """The company-days that should be reconciled (again), and that nobody seems to reconcile; as `audits`."""
    return _company_days(Reconciliation, clock, reconciliation.GAVE_UP)


def failed_reconciliations(*, clock: datetime) -> list[tuple[int | None, date]]:
    """Those of the days that logs may still come in for that failed: for the nightly round."""
    first = clock.date() - LOG_COMES_WITHIN - timedelta(days=1)
    rows = Reconciliation.objects.filter(state="failed", day__gte=first).order_by("day", "company_id")
    return list(rows.values_list("company_id", "day")[:ROUND])


def _company_days(rows: Days, clock: datetime, gave_up: str) -> list[tuple[int, date]]:
    """The company-days of a table of claims that a worker should be told of."""
    late = clock - SILENCE
    dead = Q(state="running", beat_at__lt=clock - AUDIT_LEASE)
    rows.objects.filter(dead, requested_at__lt=clock - PATIENCE).update(
        state="failed", finished_at=clock, problem=gave_up
    )
    unheard = Q(state="queued", beat_at=None, requested_at__lt=late) | Q(state="queued", beat_at__lt=late)
    stale = Q(state="completed", stale_since__isnull=False)
    quiet = rows.objects.filter(unheard | stale | dead).order_by("day", "company_id")[:ROUND]
    found = list(quiet.values_list("pk", "company_id", "day"))
    told = rows.objects.filter(pk__in=[pk for pk, _, _ in found])
    # Stale ones become queued, so that they too are hinted at once in a while and not every minute.
    told.filter(stale).update(state="queued", requested_at=clock)
    told.filter(state="queued").update(beat_at=clock)
    return [(company_id, day) for _, company_id, day in found]


def complaints(*, clock: datetime) -> list[int]:
    """The complaints that should be matched, or looked at again, and that nobody seems to match."""
    return _put_off("match_at", clock)


def untold(*, clock: datetime) -> list[int]:
    """The complaints whose people should be told where they stand, and that nobody seems to tell."""
    return _put_off("tell_at", clock)


def _put_off(field: str, clock: datetime) -> list[int]:
    """The complaints due by `field`, put off by as long as a hint is believed: a queue that is merely long is not to
    be filled with the same.
    """
    due = {f"{field}__lt": clock - SILENCE}
    found = list(Complaint.objects.filter(**due).order_by(field, "id").values_list("pk", flat=True)[:ROUND])
    Complaint.objects.filter(pk__in=found, **due).update(**{field: clock})
    return found


def missed(first: date, last: date) -> list[tuple[int, date]]:
    """The company-days from `first` to before `last` (UTC) with calls or checks, never audited or in vain."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT company.id, days.day::date
            FROM registry_company AS company
            CROSS JOIN generate_series(%(first)s::date, %(last)s::date - 1, interval '1 day') AS days (day)
            LEFT JOIN compliance_audit AS audited
                ON audited.company_id = company.id AND audited.day = days.day::date
            WHERE audited.state = 'failed' OR audited.id IS NULL AND (EXISTS (
                SELECT
                FROM compliance_call AS call
                WHERE call.company_id = company.id
                    AND call.started_at >= days.day::timestamp AT TIME ZONE 'UTC'
                    AND call.started_at < (days.day::timestamp + interval '1 day') AT TIME ZONE 'UTC'
            ) OR EXISTS (
                SELECT
                FROM registry_check AS asked
                WHERE asked.company_id = company.id
                    AND asked.checked_at >= days.day::timestamp AT TIME ZONE 'UTC'
                    AND asked.checked_at < (days.day::timestamp + interval '1 day') AT TIME ZONE 'UTC'
            ))
            ORDER BY days.day, company.id
            """,
            {"first": first, "last": last},
        )
        return cursor.fetchall()
