"""One company-day from claim to finish, and which company-days there are.

The faces call `request` to say what is to be audited, and `audit` to do one; both may be called twice.
"""

from datetime import date, datetime
from typing import Any

import structlog
from django.db import connection, transaction

from compliance import calls, violations
from compliance.audit import claims, findings, recheck
from compliance.audit.claims import Claim, ClaimLost
from compliance.models import Audit, Incident
from registry.errors import RegistryError

log = structlog.get_logger(__name__)

BROKE = "The register failed while it audited that day; the log says where."


def audit(company_id: int, day: date, *, clock: datetime) -> dict[str, Any]:
    """Audit a company's calls that started on `day` (UTC); what the audit's row says afterwards (`outcome`).

    Safe to run twice and from many workers: one of them claims the day, to the others `claimed` is false. Where calls
    cannot be judged, what was found stands, nothing is made up, and the state is `failed` with the reason.
    """
    held = claims.claim(company_id, day, clock=clock)
    if held is None:
        return outcome(Audit.objects.get(company_id=company_id, day=day), claimed=False)
    log.info("audit_started", company=company_id, day=day.isoformat(), run=held.run)
    try:
        # A log that is being put into the table of calls just now is waited for; a later one makes the day stale.
        calls.settle(company_id=company_id)
        _carry_out(held)
    except ClaimLost:
        log.warning("audit_taken_over", company=company_id, day=day.isoformat(), run=held.run)
        return outcome(Audit.objects.get(pk=held.row_id), claimed=False)
    except RegistryError as error:
        claims.give_up(held, error.detail)
    except Exception:
        claims.give_up(held, BROKE)
        raise
    row = Audit.objects.get(pk=held.row_id)
    log.info("audit_ended", company=company_id, day=day.isoformat(), state=row.state, calls=row.calls)
    return outcome(row, claimed=True)


def _carry_out(held: Claim) -> None:
    with findings.working_tables():
        found = findings.find(held)
        rechecked = recheck.recheck(held, found.differing)
        held.beat()
        with transaction.atomic():
            Incident.objects.bulk_create(rechecked.incidents, ignore_conflicts=True, batch_size=1000)
            replaced = violations.replace(
                audit_id=held.row_id,
                company_id=held.company_id,
                since=held.since,
                until=held.until,
                clock=held.now(),
            )
            held.beat(
                state="failed" if found.undecided else "completed",
                problem=found.problem,
                finished_at=held.now(),
                rule_digest=found.rule_digest(),
                policy_digest=found.policy_digest(),
                calls=found.calls,
                violations=replaced.counts,
                changes=replaced.changes,
                incidents=Incident.objects.filter(audit_id=held.row_id).count(),
                checks_skipped=rechecked.skipped,
            )
    if rechecked.skipped:
        log.warning("checks_skipped", company=held.company_id, audit=held.row_id, checks=rechecked.skipped)
    for incident in rechecked.incidents:
        log.error("check_differs", check=incident.check_id, company=held.company_id, audit=held.row_id)


def outcome(row: Audit, *, claimed: bool) -> dict[str, Any]:
    """What an audit's row says, for a face: plain values. `claimed`: this call did the work."""
    return {
        "company_id": row.company_id,
        "day": row.day.isoformat(),
        "claimed": claimed,
        "state": row.state,
        "runs": row.runs,
        "calls": row.calls,
        "violations": row.violations,
        "changes": row.changes,
        "incidents": row.incidents,
        "checks_skipped": row.checks_skipped,
        "problem": row.problem,
    }


@transaction.atomic
def request(
    first: date, last: date, company_ids: list[int] | None = None, *, clock: datetime
) -> list[tuple[int, date]]:
    """Queue the audit of every company-day from `first` to `last` that has calls or checks, or was audited before.

    Which they are, by day and company. One that is being worked on will be done once more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO compliance_audit AS held (
                company_id, day, state, requested_at, runs, rule_digest, policy_digest, calls, violations, changes,
                incidents, checks_skipped, problem
            )
            SELECT company.id, days.day::date, 'queued', %(clock)s, 0, '', '', 0, '{}', '{}', 0, 0, ''
            FROM registry_company AS company
            CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
            WHERE (%(companies)s::bigint[] IS NULL OR company.id = ANY (%(companies)s::bigint[]))
                AND (EXISTS (
                    SELECT FROM compliance_call AS call
                    WHERE call.company_id = company.id
                        AND call.started_at >= days.day AT TIME ZONE 'UTC'
                        AND call.started_at < (days.day + interval '1 day') AT TIME ZONE 'UTC'
                ) OR EXISTS (
                    SELECT FROM registry_check AS asked
                    WHERE asked.company_id = company.id
                        AND asked.checked_at >= days.day AT TIME ZONE 'UTC'
                        AND asked.checked_at < (days.day + interval '1 day') AT TIME ZONE 'UTC'
                ) OR EXISTS (
                    SELECT FROM compliance_audit AS audited
                    WHERE audited.company_id = company.id AND audited.day = days.day::date
                ))
            ORDER BY days.day, company.id
            ON CONFLICT (company_id, day) DO UPDATE SET
                state = CASE held.state WHEN 'running' THEN 'running' ELSE 'queued' END,
                stale_since = CASE held.state WHEN 'running' THEN excluded.requested_at ELSE held.stale_since END,
                requested_at = excluded.requested_at
            RETURNING company_id, day
            """,
            {"first": first, "last": last, "companies": company_ids, "clock": clock},
        )
        return sorted(cursor.fetchall(), key=lambda pair: (pair[1], pair[0]))
