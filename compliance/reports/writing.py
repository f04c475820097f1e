"""A report as CSV and JSON, for machines: keys and codes, never words. Rows are written as they come.

CSV of a report that is a list: its rows. Of any other: one line a figure, with the table it stands in and what its row
is by (`totals` for the figures at the top, `before` for those of the period before).
"""

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TextIO

import msgspec

from compliance.reports import figures
from compliance.reports.kind import Question
from compliance.reports.kinds import KINDS
from compliance.reports.words import LABELS
from registry import formulas, phone

COLUMNS = ("table", "row", "figure", "value")
#: Columns whose text comes from outside and may hold anything. A number's plus begins no formula: it is ours.
_FOREIGN = frozenset({"company", "call_id"})


def rows(question: Question, *, unmask: bool = False) -> Iterator[dict[str, Any]]:
    """The rows of a report that is a list; none of any other. Can be read once."""
    kind = KINDS[question.kind]
    return iter(()) if kind.rows is None else kind.rows(question, phone.e164 if unmask else phone.mask)


def rows_digest(question: Question) -> dict[str, Any] | None:
    """How many rows a report that is a list has, and a SHA-256 over them; None of any other."""
    if KINDS[question.kind].rows is None:
        return None
    digest, count = sha256(), 0
    for row in rows(question):
        digest.update(msgspec.json.encode(row, order="sorted") + b"\n")
        count += 1
    return {"count": count, "sha256": digest.hexdigest()}


def write_csv(question: Question, held: dict[str, Any] | None, out: TextIO, *, unmask: bool = False) -> int:
    """Write a report as CSV (RFC 4180, header first); how many rows it has."""
    writer = csv.writer(out)
    kind = KINDS[question.kind]
    count = 0
    if kind.rows is not None:
        writer.writerow(kind.row_columns)
        for row in rows(question, unmask=unmask):
            writer.writerow([_cell(name, row[name]) for name in kind.row_columns])
            count += 1
        return count
    writer.writerow(COLUMNS)
    for line in _lines(held or figures.build(kind, question)):
        writer.writerow(line)
        count += 1
    return count


def _lines(held: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for part in ("totals", "before"):
        for name, value in (held[part] or {}).items():
            yield part, "", name, _cell(name, value)
    for name, table in held["tables"].items():
        labels = [n for n, column in enumerate(table["columns"]) if column in LABELS]
        for row in table["rows"]:
            by = " ".join(str(row[n]) for n in labels)
            for n, column in enumerate(table["columns"]):
                if n not in labels:
                    yield name, by, column, _cell(column, row[n])


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return formulas.disarmed(str(value)) if name in _FOREIGN else str(value)


def write_json(
    question: Question,
    held: dict[str, Any] | None,
    out: TextIO,
    *,
    unmask: bool = False,
    **more: Any,
) -> int:
    """Write a report as one JSON object: what was asked, `more` about it, the figures, and the rows; how many rows."""
    kind = KINDS[question.kind]
    said = {**figures.head(question), "unmasked": unmask, **more}
    if kind.rows is None:
        held = held or figures.build(kind, question)
        out.write(json.dumps(said | {"figures": held}, ensure_ascii=False) + "\n")
        return len(held["totals"])
    out.write(json.dumps(said, ensure_ascii=False)[:-1])
    out.write(', "rows": [')
    count = 0
    for row in rows(question, unmask=unmask):
        out.write(",\n" if count else "\n")
        out.write(json.dumps(row, ensure_ascii=False))
        count += 1
    out.write(f'\n], "count": {count}}}\n')
    return count
