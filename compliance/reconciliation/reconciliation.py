"""One company-day from claim to finish, and which company-days there are.

The faces call `request` to say what is to be reconciled, and `reconcile` to do one; both may be called twice.
"""

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from compliance import discrepancies
from compliance.audit import claims
from compliance.audit.claims import Claim, ClaimLost
from compliance.models import Reconciliation
from compliance.reconciliation import findings, stale
from compliance.reconciliation.statements import working_tables
from registry.errors import RegistryError

log = structlog.get_logger(__name__)

BROKE = "The register failed while it reconciled that day; the log says where."
GAVE_UP = "The register tried for a day and did not come to the end of that reconciliation."


def reconcile(company_id: int | None, day: date, *, clock: datetime) -> dict[str, Any]:
    """Reconcile a company's calls of `day` (UTC), or those of callers of nobody; what the row says afterwards.

    Safe to run twice and from many workers: one of them claims the day, to the others `claimed` is false. What is on
    record at `clock` counts, and nothing later.
    """
    held = claims.claim(company_id, day, clock=clock, rows=Reconciliation)
    if held is None:
        return outcome(Reconciliation.objects.get(company_id=company_id, day=day), claimed=False)
    log.info("reconciliation_started", company=company_id, day=day.isoformat(), run=held.run)
    try:
        _carry_out(held)
    except ClaimLost:
        log.warning("reconciliation_taken_over", company=company_id, day=day.isoformat(), run=held.run)
        return outcome(Reconciliation.objects.get(pk=held.row_id), claimed=False)
    except RegistryError as error:
        claims.give_up(held, error.detail)
    except Exception:
        claims.give_up(held, BROKE)
        raise
    row = Reconciliation.objects.get(pk=held.row_id)
    log.info(
        "reconciliation_ended", company=company_id, day=day.isoformat(), state=row.state, found=row.found
    )
    return outcome(row, claimed=True)


def _carry_out(held: Claim) -> None:
    with working_tables(held):
        found = findings.find(held)
        with transaction.atomic():
            replaced = discrepancies.replace(
                reconciliation_id=held.row_id,
                company_id=held.company_id,
                day=held.day,
                since=held.since,
                until=held.until,
                clock=held.clock,
            )
            held.beat(
                state="completed",
                problem="",
                finished_at=held.now(),
                known_at=held.clock,
                policy_digest=found.policy_digest(),
                found=replaced.counts,
                changes=replaced.changes,
                **found.counts,
            )


def outcome(row: Reconciliation, *, claimed: bool) -> dict[str, Any]:
    """What a row says, for a face: plain values. `claimed`: this call did the work."""
    return {
        "company_id": row.company_id,
        "day": row.day.isoformat(),
        "claimed": claimed,
        "state": row.state,
        "runs": row.runs,
        "found": row.found,
        "changes": row.changes,
        "problem": row.problem,
    } | {
        name: getattr(row, name)
        for name in (
            "reported",
            "carried",
            "matched",
            "legs",
            "missing",
            "not_carried",
            "checks",
            "unused",
            "silent",
        )
    }


@transaction.atomic
def request(
    first: date, last: date, company_ids: list[int] | None = None, *, clock: datetime
) -> list[tuple[int | None, date]]:
    """Queue every company-day from `first` to `last` with calls, checks or carried calls, or reconciled before.

    Unless companies are named, also the callers of nobody, for each day. Which they are, by day and company. One that
    is being worked on will be done once more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST, {"first": first, "last": last, "companies": company_ids, "clock": clock})
        return sorted(cursor.fetchall(), key=lambda pair: (pair[1], pair[0] is None, pair[0] or 0))


_REQUEST = """
INSERT INTO compliance_reconciliation AS held (
    company_id, day, state, requested_at, runs, reported, carried, matched, legs, missing, not_carried, checks, unused,
    silent, found, changes, policy_digest, problem
)
SELECT wanted.id, days.day::date, 'queued', %(clock)s, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, '{}', '{}', '', ''
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
CROSS JOIN LATERAL (
    SELECT days.day AT TIME ZONE 'UTC' AS since, (days.day + interval '1 day') AT TIME ZONE 'UTC' AS until
) AS span
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS id WHERE %(companies)s::bigint[] IS NULL
    UNION ALL
    SELECT company.id
    FROM registry_company AS company
    WHERE (%(companies)s::bigint[] IS NULL OR company.id = ANY (%(companies)s::bigint[]))
        AND (EXISTS (
            SELECT FROM compliance_call AS call
            WHERE call.company_id = company.id AND call.started_at >= span.since AND call.started_at < span.until
        ) OR EXISTS (
            SELECT FROM registry_check AS asked
            WHERE asked.company_id = company.id AND asked.checked_at >= span.since AND asked.checked_at < span.until
        ) OR EXISTS (
            SELECT FROM registry_caller AS own
            WHERE own.company_id = company.id AND upper_inf(own.recorded) AND EXISTS (
                SELECT FROM compliance_carriercall AS carried
                WHERE carried.caller = own.number AND carried.started_at >= span.since
                    AND carried.started_at < span.until
                OFFSET 0
            )
        ) OR EXISTS (
            SELECT FROM compliance_complaint AS complaint
            WHERE complaint.company_id = company.id AND complaint.called_at >= span.since
                AND complaint.called_at < span.until
        ) OR EXISTS (
            SELECT FROM compliance_reconciliation AS done
            WHERE done.company_id = company.id AND done.day = days.day::date
        ))
) AS wanted
ORDER BY days.day, wanted.id
ON CONFLICT (company_id, day) DO UPDATE SET
    state = CASE held.state WHEN 'running' THEN 'running' ELSE 'queued' END,
    stale_since = CASE held.state WHEN 'running' THEN excluded.requested_at ELSE held.stale_since END,
    requested_at = excluded.requested_at
RETURNING company_id, day
"""


def due(clock: datetime) -> list[date]:
    """The days that the nightly round asks for, the earliest first.

    Yesterday; the day whose logs can come in no more; and those of the last days that no round asked for.
    """
    yesterday = clock.date() - timedelta(days=1)
    recent = [yesterday - timedelta(days=n) for n in range(1, stale.LOOK_BACK_DAYS)]
    asked = set(
        Reconciliation.objects.filter(company=None, day__in=recent).order_by().values_list("day", flat=True)
    )
    return sorted({yesterday, yesterday - discrepancies.LOG_COMES_WITHIN, *recent} - asked)
