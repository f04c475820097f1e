"""Discrepancies: put what a run found in place of what it found before; explain, dismiss, put one into a case."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from compliance.complaint_matching import LOG_COMES_WITHIN
from compliance.errors import DiscrepancySettled, LogMayStillCome
from compliance.models import Discrepancy, DiscrepancyAct
from registry.errors import InvalidInput, NotFound

#: Kinds that a log which comes in late may explain.
MAY_BE_LATE = ("not_reported", "probing", "complaint_unreported")
MAX_REASON = 10_000


@dataclass(frozen=True)
class Replaced:
    """How many of each kind stand, and what changed against the run before."""

    counts: dict[str, int]
    changes: dict[str, int]


_REOPEN = """
UPDATE compliance_discrepancy AS d
SET state = 'open', evidence = found.evidence, score = found.score, reconciliation_id = %(reconciliation_id)s,
    updated_at = %(clock)s
FROM recon_found AS found
WHERE d.key = found.key AND d.state = 'withdrawn'
"""
# What somebody has explained, dismissed or put into a case stays as they saw it.
_REFRESH = """
UPDATE compliance_discrepancy AS d
SET evidence = found.evidence, score = found.score, reconciliation_id = %(reconciliation_id)s, updated_at = %(clock)s
FROM recon_found AS found
WHERE d.key = found.key AND d.state = 'open'
    AND (d.evidence IS DISTINCT FROM found.evidence OR d.score IS DISTINCT FROM found.score)
"""
_ADD = """
INSERT INTO compliance_discrepancy (
    kind, key, company_id, reconciliation_id, caller, number, day, at, state, score, evidence, firm_at, opened_at,
    updated_at
)
SELECT
    found.kind, found.key, %(company_id)s, %(reconciliation_id)s, found.caller, found.number, %(day)s, found.at, 'open',
    found.score, found.evidence, CASE WHEN found.kind = ANY (%(late)s) THEN %(firm_at)s ELSE %(clock)s END, %(clock)s,
    %(clock)s
FROM recon_found AS found
WHERE NOT EXISTS (SELECT FROM compliance_discrepancy AS d WHERE d.key = found.key)
ORDER BY found.at, found.key
"""
_WITHDRAW = """
UPDATE compliance_discrepancy AS d
SET state = 'withdrawn', reconciliation_id = %(reconciliation_id)s, updated_at = %(clock)s
WHERE d.company_id IS NOT DISTINCT FROM %(company_id)s AND d.at >= %(since)s AND d.at < %(until)s AND d.state = 'open'
    AND NOT EXISTS (SELECT FROM recon_found AS found WHERE found.key = d.key)
"""


def replace(
    *,
    reconciliation_id: int,
    company_id: int | None,
    day: date,
    since: datetime,
    until: datetime,
    clock: datetime,
) -> Replaced:
    """Make the discrepancies of a company-day those of the working table `recon_found`.

    By key, and without losing history: what is found again keeps its row; what is not, and is still open, is
    withdrawn; a withdrawn one that is found again is open again; what staff have settled stays as it is. Runs in the
    last transaction of the run.
    """
    values = {
        "reconciliation_id": reconciliation_id,
        "company_id": company_id,
        "day": day,
        "since": since,
        "until": until,
        "clock": clock,
        "firm_at": until + LOG_COMES_WITHIN,
        "late": list(MAY_BE_LATE),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recon_found")

        def run(statement: str) -> int:
            cursor.execute(statement, values)
            return cursor.rowcount

        reopened, _, added, withdrawn = (run(step) for step in (_REOPEN, _REFRESH, _ADD, _WITHDRAW))
        cursor.execute("SELECT kind, count(*) FROM recon_found GROUP BY kind ORDER BY kind")
        counts = dict(cursor.fetchall())
    kept = sum(counts.values()) - added - reopened
    return Replaced(counts, dict(Counter(added=added, withdrawn=withdrawn, reopened=reopened, kept=kept)))


def explain(*, discrepancy_id: int, reason: str, user: Any, clock: datetime) -> Discrepancy:
    """Say what explains it, such as a fault of a carrier's export. Raises as `_settle`."""
    return _settle(discrepancy_id, "explain", "explained", reason=reason, user=user, clock=clock)


def dismiss(*, discrepancy_id: int, reason: str, user: Any, clock: datetime) -> Discrepancy:
    """Let it rest, with the reason. Raises as `_settle`."""
    return _settle(discrepancy_id, "dismiss", "dismissed", reason=reason, user=user, clock=clock)


def into_case(*, discrepancy_id: int, case_id: int, reason: str, user: Any, clock: datetime) -> Discrepancy:
    """Note that it is part of a case, into which the caller puts it in the same transaction.

    Raises as `_settle`, and `LogMayStillCome` while a log may still come in that explains it.
    """
    return _settle(
        discrepancy_id, "into_case", "in_case", reason=reason, user=user, clock=clock, case_id=case_id
    )


def out_of_case(*, discrepancy_id: int, case_id: int, reason: str, user: Any, clock: datetime) -> Discrepancy:
    """Open it again, since the case that held it was given up. Raises as `_settle`."""
    return _settle(
        discrepancy_id,
        "reopen",
        "open",
        reason=reason,
        user=user,
        clock=clock,
        of=("in_case",),
        case_id=case_id,
    )


def reopen(*, discrepancy_id: int, reason: str, user: Any, clock: datetime) -> Discrepancy:
    """Take an explanation or a dismissal back. Raises as `_settle`, for one that was neither."""
    return _settle(
        discrepancy_id, "reopen", "open", reason=reason, user=user, clock=clock, of=("explained", "dismissed")
    )


@transaction.atomic
def _settle(
    discrepancy_id: int,
    act: str,
    state: str,
    *,
    reason: str,
    user: Any,
    clock: datetime,
    of: tuple[str, ...] = ("open",),
    case_id: int | None = None,
) -> Discrepancy:
    """Do one act. Raises `NotFound`, `InvalidInput` without a reason, `DiscrepancySettled` in another state."""
    if not reason.strip():
        raise InvalidInput("Say why", pointer="/reason")
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"At most {MAX_REASON:,} characters", pointer="/reason")
    row = Discrepancy.objects.select_for_update().filter(pk=discrepancy_id).first()
    if row is None:
        raise NotFound
    if row.state not in of:
        raise DiscrepancySettled(f"The discrepancy is {row.get_state_display()}")
    if state == "in_case" and clock < row.firm_at:
        raise LogMayStillCome(f"Until {row.firm_at:%Y-%m-%d %H:%M} UTC a log may still come in")
    row.state, row.updated_at = state, clock
    row.save(update_fields=["state", "updated_at"])
    DiscrepancyAct.objects.create(
        discrepancy=row, act=act, state=state, user=user, reason=reason, case_id=case_id, at=clock
    )
    return row
