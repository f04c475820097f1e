"""The list of violations of a period, one by one, with the digests they were judged by."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.models import Call, Violation, ViolationVersion
from compliance.reports.kind import Kind, Question, Table
from compliance.reports.shared import BY_RULE
from registry import ids

#: Rows fetched at once.
PIECE = 2000
COLUMNS = (
    "id",
    "company_id",
    "company",
    "code",
    "severity",
    "status",
    "call",
    "call_id",
    "started_at",
    "number",
    "caller",
    "sector",
    "channel",
    "check",
    "verdict",
    "reasons",
    "policy",
    "policy_digest",
    "rule_digest",
    "opened_at",
    "updated_at",
)


def violations(question: Question, show: Callable[[int], str]) -> Iterator[dict[str, Any]]:
    """Violations as they were at `as_of`, by the time of the call; those withdrawn by then are left out.

    `show` writes a number. `evidence` is in no column, and in JSON only.
    """
    found = Violation.objects.filter(
        call_started_at__gte=question.since,
        call_started_at__lt=question.until,
        opened_at__lte=question.as_of,
    )
    found = found.select_related("company").order_by("call_started_at", "id")
    if question.company_id is not None:
        found = found.filter(company_id=question.company_id)
    if question.sector:
        found = found.filter(sector=question.sector)
    if question.region:
        found = found.filter(region=question.region)
    rows = found.iterator(chunk_size=PIECE)
    while piece := list(islice(rows, PIECE)):
        _turn_back(piece, question)
        calls = Call.objects.filter(
            pk__in={row.call for row in piece},
            started_at__gte=piece[0].call_started_at,
            started_at__lte=piece[-1].call_started_at,
        )
        own_ids = dict(calls.values_list("pk", "call_id"))
        for row in piece:
            if row.status != "withdrawn":
                yield _violation(row, own_ids.get(row.call), show)


def _turn_back(piece: list[Violation], question: Question) -> None:
    """Make of rows that changed since what they were."""
    changed = {row.pk: row for row in piece if row.updated_at > question.as_of}
    versions = ViolationVersion.objects.filter(
        violation__in=changed, since__lte=question.as_of, until__gt=question.as_of
    )
    for was in versions:
        row = changed[was.violation_id]
        row.status, row.check_id, row.evidence, row.updated_at = (
            was.status,
            was.check_id,
            was.evidence,
            was.since,
        )


def _violation(row: Violation, own_id: str | None, show: Callable[[int], str]) -> dict[str, Any]:
    evidence = row.evidence
    return {
        "id": ids.public("vio", row.pk),
        "company_id": ids.public("com", row.company_id),
        "company": row.company.name,
        "code": row.code,
        "severity": row.severity,
        "status": row.status,
        "call": ids.public("cal", row.call) if row.call is not None else None,
        "call_id": own_id,
        "started_at": row.call_started_at.isoformat(),
        "number": show(row.number),
        "caller": show(row.caller) if row.caller is not None else None,
        "sector": row.sector,
        "channel": row.channel,
        "check": ids.public("chk", row.check_id) if row.check_id is not None else None,
        "verdict": evidence.get("verdict"),
        "reasons": evidence.get("reasons"),
        "policy": evidence.get("policy", {}).get("id"),
        "policy_digest": evidence.get("policy", {}).get("digest"),
        "rule_digest": evidence.get("rule"),
        "opened_at": row.opened_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "evidence": evidence,
    }


KIND = Kind(
    name="violations",
    title=_("List of violations"),
    means=_(
        "Every violation found in the calls of a period, and what it was judged by. Withdrawn ones are left out."
    ),
    takes=("company", "sector", "region"),
    totals=("violations", "violating"),
    tables=(
        BY_RULE,
        Table("by_status", _("By status"), ("status",), ("violations_found",)),
        Table("by_sector", _("By sector"), ("sector",), ("violations", "violating")),
    ),
    rows=violations,
    row_columns=COLUMNS,
)
