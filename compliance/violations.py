"""Violations: put what an audit found in place of what it found before, answer one, confirm or dismiss one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from compliance.audit import rules
from compliance.errors import ViolationSettled
from compliance.models import Violation, ViolationResponse
from registry import changes
from registry.decision import DENY_CODES
from registry.errors import InvalidInput, NotFound
from registry.models.changes import EVENTS
from registry.reasons import REASONS

#: The codes an audit of one company-day gives, and so may take back. Other codes have other finders.
AUDITED = (*DENY_CODES, *rules.CODES)
#: Those of them that need a verdict on the call: they are not taken back where none could be given.
NEED_VERDICT = (*DENY_CODES, *sorted(rules.NEED_POLICY))
MAX_TEXT = 10_000


@dataclass(frozen=True)
class Replaced:
    """How many of each code stand, and what changed against the audit before."""

    counts: dict[str, int]
    changes: dict[str, int]


#: What is told of a violation, of its row `v`.
_RETURNED = ", ".join(
    f"v.{name}" for name in ("id", "company_id", "code", "severity", "status", "number", "call_started_at")
)


def _told(event: str, statement: str) -> str:
    """The statement, its rows told to their company in the same breath; it counts what it changed or wrote."""
    return f"""
WITH changed AS ({statement}RETURNING {_RETURNED})
INSERT INTO registry_change (company_id, event, subject, number, number_known, details, at)
SELECT company_id, {EVENTS.index(event)}, id, number, true,
    jsonb_build_object('code', code, 'severity', severity, 'status', status, 'call_started_at', call_started_at),
    %(clock)s
FROM changed ORDER BY id
"""


_REOPEN = """
UPDATE compliance_violation AS v
SET status = 'open', evidence = found.evidence, check_id = found.check_id, audit_id = %(audit_id)s,
    updated_at = %(clock)s
FROM audit_found AS found
WHERE v.call_row = found.call_row AND v.code = found.code AND v.company_id = %(company_id)s AND v.status = 'withdrawn'
"""
# A company answers to the evidence it was shown: once it did, or the regulator has settled it, it stays as it was.
_REFRESH = """
UPDATE compliance_violation AS v
SET evidence = found.evidence, check_id = found.check_id, audit_id = %(audit_id)s, updated_at = %(clock)s
FROM audit_found AS found
WHERE v.call_row = found.call_row AND v.code = found.code AND v.company_id = %(company_id)s AND v.status = 'open'
    AND v.evidence IS DISTINCT FROM found.evidence
"""
_ADD = """
INSERT INTO compliance_violation AS v (
    company_id, audit_id, code, severity, status, call_row, call_started_at, number, caller, sector, channel, check_id,
    evidence, opened_at, updated_at
)
SELECT
    %(company_id)s, %(audit_id)s, found.code, severity.severity, 'open', found.call_row, found.call_started_at,
    found.number, found.caller, found.sector, found.channel, found.check_id, found.evidence, %(clock)s, %(clock)s
FROM audit_found AS found
JOIN unnest(%(codes)s::text[], %(severities)s::text[]) AS severity (code, severity) ON severity.code = found.code
WHERE NOT EXISTS (
    SELECT FROM compliance_violation AS held WHERE held.call_row = found.call_row AND held.code = found.code
)
ORDER BY found.call_started_at, found.call_row, found.code
"""
_WITHDRAW = """
UPDATE compliance_violation AS v
SET status = 'withdrawn', audit_id = %(audit_id)s, updated_at = %(clock)s
WHERE v.company_id = %(company_id)s AND v.call_started_at >= %(since)s AND v.call_started_at < %(until)s
    AND v.status = 'open' AND v.code = ANY (%(codes)s)
    AND NOT EXISTS (
        SELECT FROM audit_found AS found WHERE found.call_row = v.call_row AND found.code = v.code
    )
    AND NOT (v.code = ANY (%(need_verdict)s) AND v.call_row IN (SELECT call_row FROM audit_undecided))
"""


def replace(*, audit_id: int, company_id: int, since: datetime, until: datetime, clock: datetime) -> Replaced:
    """Make the violations of a company's calls in `[since, until)` those of the working table `audit_found`.

    By key, and without losing history: what is found again keeps its row; what is not, and is still open, is
    withdrawn; a withdrawn one that is found again is open again; one that was answered, confirmed or dismissed keeps
    its status. Runs in the audit's last transaction.
    """
    values = {
        "audit_id": audit_id,
        "company_id": company_id,
        "since": since,
        "until": until,
        "clock": clock,
        "codes": list(AUDITED),
        "severities": [REASONS[code].severity for code in AUDITED],
        "need_verdict": list(NEED_VERDICT),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_found")

        def run(statement: str) -> int:
            cursor.execute(statement, values)
            return cursor.rowcount

        reopened, _, added, withdrawn = (
            run(_told(event, step))
            for event, step in (
                ("violation.opened", _REOPEN),
                ("violation.updated", _REFRESH),
                ("violation.opened", _ADD),
                ("violation.updated", _WITHDRAW),
            )
        )
        cursor.execute("SELECT code, count(*) FROM audit_found GROUP BY code ORDER BY code")
        counts = dict(cursor.fetchall())
    kept = sum(counts.values()) - added - reopened
    changes = Counter(added=added, withdrawn=withdrawn, reopened=reopened, kept=kept)
    return Replaced(counts, dict(changes))


@transaction.atomic
def respond(
    *, violation_id: int, company_id: int, text: str, evidence: list[dict[str, Any]], clock: datetime
) -> ViolationResponse:
    """A company's answer to a violation of its own, which makes an open one `answered`; more may follow.

    Raises `NotFound` for another company's, `ViolationSettled` once it is confirmed, dismissed or withdrawn.
    """
    if not text.strip():
        raise InvalidInput("An answer needs a text", pointer="/text")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"An answer has at most {MAX_TEXT:,} characters", pointer="/text")
    row = Violation.objects.select_for_update().filter(pk=violation_id, company_id=company_id).first()
    if row is None:
        raise NotFound
    if row.status not in ("open", "answered"):
        raise ViolationSettled(f"The violation is {row.status}, so there is nothing to answer")
    if row.status == "open":
        row.status = "answered"
        row.updated_at = clock
        row.save(update_fields=["status", "updated_at"])
        _tell(row)
    return ViolationResponse.objects.create(violation=row, text=text, evidence=evidence, created_at=clock)


@transaction.atomic
def settle(*, violation_id: int, status: str, clock: datetime) -> Violation:
    """The regulator's word on a violation: `confirmed` or `dismissed`.

    Raises `NotFound`, or `ViolationSettled` if it was settled or withdrawn before.
    """
    if status not in ("confirmed", "dismissed"):
        raise ValueError(f"a violation is confirmed or dismissed, not {status}")
    row = Violation.objects.select_for_update().filter(pk=violation_id).first()
    if row is None:
        raise NotFound
    if row.status not in ("open", "answered"):
        raise ViolationSettled(f"The violation is {row.status} already")
    row.status = status
    row.updated_at = clock
    row.save(update_fields=["status", "updated_at"])
    _tell(row)
    return row


@transaction.atomic
def settle_many(*, violation_ids: Sequence[int], status: str, clock: datetime) -> list[int]:
    """The decision of a case on the violations it rests on; the numbers of those it settled.

    Those settled or withdrawn before stay as they are.
    """
    if status not in ("confirmed", "dismissed"):
        raise ValueError(f"a violation is confirmed or dismissed, not {status}")
    rows = Violation.objects.select_for_update().filter(pk__in=violation_ids, status__in=("open", "answered"))
    return _settle_each(rows, status, clock)


@transaction.atomic
def overturn(*, violation_ids: Sequence[int], clock: datetime) -> list[int]:
    """Dismiss violations that a decision confirmed and an appeal annulled; the numbers of those."""
    rows = Violation.objects.select_for_update().filter(pk__in=violation_ids, status="confirmed")
    return _settle_each(rows, "dismissed", clock)


def _settle_each(rows: QuerySet[Violation], status: str, clock: datetime) -> list[int]:
    """Give locked rows their new status, and tell the company of each."""
    held = list(rows.order_by("pk"))
    for row in held:
        row.status, row.updated_at = status, clock
    Violation.objects.bulk_update(held, ["status", "updated_at"])
    for row in held:
        _tell(row)
    return [row.pk for row in held]


def _tell(row: Violation) -> None:
    """Tell the company of a violation's new status."""
    changes.add(
        company_id=row.company_id,
        event="violation.updated",
        subject=row.pk,
        number=row.number,
        details={
            "code": row.code,
            "severity": row.severity,
            "status": row.status,
            "call_started_at": row.call_started_at.isoformat(),
        },
        at=row.updated_at,
    )
