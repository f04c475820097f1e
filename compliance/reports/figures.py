"""The figures of a report: asked of the database as of a moment, completed by what follows from them, and digested.

Figures are plain values, companies are public ids, and nothing is taken from the clock: the same question gives the
same figures and the same digest, now and in a year.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
from django.db import connection

from compliance import rates
from compliance.reports.kind import HERE, MOST_RANKED, Kind, Question, Table
from registry import ids
from registry.codes import SECTORS
from registry.sql import read

#: What follows from the counts of a row: the figure, and how.
DERIVED: dict[str, Callable[[dict[str, Any]], float | None]] = {
    "violation_rate": lambda row: rates.share(row["violating"], row["audited"]),
    "rate_low": lambda row: (rates.interval(row["violating"], row["audited"]) or (None,))[0],
    "rate_high": lambda row: (rates.interval(row["violating"], row["audited"]) or (None, None))[1],
    "denied_share": lambda row: rates.share(row["denied"], row["checks"]),
    "audited_share": lambda row: rates.share(row["audited"], row["calls"]),
    "days_audited_share": lambda row: rates.share(row["days_audited"], row["days_active"]),
    "in_time_share": lambda row: rates.share(row["in_time"], row["timed"]),
}
#: A company that was there and has sent no log of calls for so many days is silent.
SILENT_DAYS = 7
JUDGED = "SELECT DISTINCT rule_digest, policy_digest FROM run_known ORDER BY rule_digest, policy_digest"


def build(kind: Kind, question: Question) -> dict[str, Any]:
    """The figures: `totals`, `before` (the totals of the period before, as of the same moment), and `tables`."""
    values = _values(question)
    statements = kind.sql
    figures: dict[str, Any] = {
        "totals": totals(kind, question),
        "before": totals(kind, question.before()) if kind.publish is None else None,
        "tables": {
            table.name: {
                "columns": [*table.by, *table.figures],
                "rows": [
                    [row[name] for name in (*table.by, *table.figures)]
                    for row in _ranked(table, list(_rows(statements[table.name], values, table.figures)))
                ],
            }
            for table in kind.tables
        },
    }
    return kind.publish(figures) if kind.publish is not None else figures


def _ranked(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not table.ranked_by:
        return rows
    return sorted(rows, key=lambda row: -row[table.ranked_by])[:MOST_RANKED]


def totals(kind: Kind, question: Question) -> dict[str, Any]:
    """The totals alone."""
    (row,) = _rows(kind.sql["totals"], _values(question), kind.totals)
    return {name: row[name] for name in kind.totals}


def judged_by(question: Question) -> tuple[str, str]:
    """One digest over the rules, and one over the policies, of the audits that the figures rest on; empty for none."""
    found = list(_rows(JUDGED, _values(question), ()))
    rules, policies = ({row[name] for row in found} - {""} for name in ("rule_digest", "policy_digest"))
    return _joint(rules), _joint(policies)


def _joint(digests: set[str]) -> str:
    if len(digests) <= 1:
        return next(iter(digests), "")
    return sha256("\n".join(sorted(digests)).encode()).hexdigest()


def digest(head: dict[str, Any], figures: dict[str, Any]) -> str:
    """SHA-256 of the question and its figures as JSON with sorted keys."""
    return sha256(msgspec.json.encode({"question": head, "figures": figures}, order="sorted")).hexdigest()


def head(question: Question) -> dict[str, Any]:
    """The question in plain values."""
    return {
        "kind": question.kind,
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "company": ids.public("com", question.company_id) if question.company_id is not None else None,
        "sector": question.sector,
        "region": question.region or None,
        "as_of": question.as_of.isoformat(),
    }


def _values(question: Question) -> dict[str, Any]:
    return {
        "first": question.first,
        "last": question.last,
        "since": question.since,
        "until": question.until,
        "as_of": question.as_of,
        "company": question.company_id,
        "sector": SECTORS.index(question.sector) if question.sector else None,
        "region": question.region,
        "fewest": rates.FEWEST,
        "silent_days": SILENT_DAYS,
    }


def _rows(statement: str, values: dict[str, Any], figures: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of a statement as plain values, with the figures that are derived."""
    with connection.cursor() as cursor:
        cursor.execute(f"{read(HERE / 'known.sql')}{statement}", values)
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, map(_plain, names, row), strict=True)) for row in cursor.fetchall()]
    for row in found:
        yield row | {name: DERIVED[name](row) for name in figures if name in DERIVED}


def _plain(name: str, value: Any) -> Any:
    if name == "company" and value is not None:
        return ids.public("com", value)
    if name == "sector" and value is not None:
        return SECTORS[value]
    if isinstance(value, Decimal | float):
        return round(float(value), 4)
    return value.isoformat() if isinstance(value, date) else value
