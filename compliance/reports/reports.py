"""Build a report, and write it as CSV or JSON. Numbers are masked unless the caller says otherwise, and why."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TextIO

from compliance.models import Call, Violation
from registry import ids, phone

#: Rows fetched at once.
PIECE = 2000
#: What a spreadsheet takes for the start of a formula. A number's plus is one of them, and stays: it is ours.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Show = Callable[[int], str]


@dataclass(frozen=True)
class Report:
    """What a report is about, the names of its columns, and its rows, which can be read once."""

    kind: str
    first: date
    last: date
    company_id: int | None
    made_at: datetime
    unmasked: bool
    columns: tuple[str, ...]
    rows: Iterator[dict[str, Any]]

    def head(self) -> dict[str, Any]:
        """What a JSON report says before its rows."""
        return {
            "kind": self.kind,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "company": ids.public("com", self.company_id) if self.company_id is not None else None,
            "made_at": self.made_at.isoformat(),
            "unmasked": self.unmasked,
        }


def build(
    *,
    kind: str,
    first: date,
    last: date,
    clock: datetime,
    company_id: int | None = None,
    unmask: bool = False,
) -> Report:
    """The report `kind` (of `KINDS`) over the days from `first` to `last` (UTC), of one company or all."""
    columns, rows = KINDS[kind]
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    show = phone.e164 if unmask else phone.mask
    return Report(kind, first, last, company_id, clock, unmask, columns, rows(since, until, company_id, show))


VIOLATION_COLUMNS = (
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


def violations(
    since: datetime, until: datetime, company_id: int | None, show: Show
) -> Iterator[dict[str, Any]]:
    """Violations that stand, by the time of the call. `evidence` is in no column, and in JSON only."""
    found = Violation.objects.filter(call_started_at__gte=since, call_started_at__lt=until)
    found = found.exclude(status="withdrawn").select_related("company").order_by("call_started_at", "id")
    if company_id is not None:
        found = found.filter(company_id=company_id)
    rows = found.iterator(chunk_size=PIECE)
    while piece := list(islice(rows, PIECE)):
        calls = Call.objects.filter(
            pk__in={row.call for row in piece},
            started_at__gte=piece[0].call_started_at,
            started_at__lte=piece[-1].call_started_at,
        )
        own_ids = dict(calls.values_list("pk", "call_id"))
        for row in piece:
            yield _violation(row, own_ids.get(row.call), show)


def _violation(row: Violation, own_id: str | None, show: Show) -> dict[str, Any]:
    evidence = row.evidence
    return {
        "id": ids.public("vio", row.pk),
        "company_id": ids.public("com", row.company_id),
        "company": row.company.name,
        "code": row.code,
        "severity": row.severity,
        "status": row.status,
        "call": ids.public("cal", row.call),
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


#: Each kind of report: the columns of its CSV, and what gives its rows.
KINDS: dict[str, tuple[tuple[str, ...], Callable[..., Iterator[dict[str, Any]]]]] = {
    "violations": (VIOLATION_COLUMNS, violations),
}
#: Columns whose text comes from outside and may hold anything.
_FOREIGN = frozenset({"company", "call_id"})


def write_csv(report: Report, out: TextIO) -> int:
    """Write a report as CSV (RFC 4180, header first); how many rows it has."""
    writer = csv.writer(out)
    writer.writerow(report.columns)
    count = 0
    for row in report.rows:
        writer.writerow([_cell(name, row[name]) for name in report.columns])
        count += 1
    return count


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    text = str(value)
    return f"'{text}" if name in _FOREIGN and text.startswith(_FORMULA) else text


def write_json(report: Report, out: TextIO) -> int:
    """Write a report as one JSON object, row by row; how many rows it has."""
    out.write(json.dumps(report.head(), ensure_ascii=False)[:-1])
    out.write(', "rows": [')
    count = 0
    for row in report.rows:
        out.write(",\n" if count else "\n")
        out.write(json.dumps(row, ensure_ascii=False))
        count += 1
    out.write(f'\n], "count": {count}}}\n')
    return count


#: Each format a report can be written in.
FORMATS: dict[str, Callable[[Report, TextIO], int]] = {"csv": write_csv, "json": write_json}
