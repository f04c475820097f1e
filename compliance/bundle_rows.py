"""Rows as they stand in an evidence bundle: plain values, numbers whole, and nothing that is a secret of a person."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BinaryField, Model

from compliance.models import Complaint, Discrepancy, Violation
from compliance.timeline import Known, Timeline
from registry import ids, phone, policies
from registry.models.fields import NumberField

#: What opens somebody's page, tells where they were, or is a place on our disk.
SECRET = {"tracking", "network", "file"}
#: Records of a timeline that hold a person's number: kind and prefix, as the desk shows them.
RECORDS = {
    "opt_out": ("opt-out", "opt"),
    "consent": ("consent", "con"),
}


def plain(row: Model | None) -> dict[str, Any]:
    """Every column of a row but secrets and binaries, in values that JSON knows; times in ISO 8601."""
    if row is None:
        return {}
    return {
        column.attname: _plain(getattr(row, column.attname), isinstance(column, NumberField))
        for column in row._meta.concrete_fields
        if column.name not in SECRET and not isinstance(column, BinaryField)
    }


def _plain(value: Any, is_number: bool) -> Any:
    if is_number:
        return None if value is None else phone.e164(value)
    if isinstance(value, DateTimeTZRange):
        return [value.lower, value.upper]
    return sorted(value) if isinstance(value, set | frozenset) else value


def item(row: Violation | Complaint | Discrepancy) -> dict[str, Any]:
    """Something gathered in a case, with all that was added to it."""
    if isinstance(row, Violation):
        more = {"versions": row.versions, "responses": row.responses}
    elif isinstance(row, Complaint):
        more = {"steps": row.steps, "matches": row.matches, "attached": row.evidence}
    else:
        more = {"acts": row.acts}
    return plain(row) | {name: [plain(each) for each in rows.order_by("id")] for name, rows in more.items()}


def named(prefix: str, evidence: Any) -> Iterator[int]:
    """The numbers of all rows of a kind that evidence names, wherever in it: `cal_12`."""
    for found in re.finditer(rf'"({prefix}_[1-9]\d{{0,18}})"', msgspec.json.encode(evidence).decode()):
        yield ids.number(prefix, found[1])


def timeline(found: Timeline) -> dict[str, Any]:
    """What was known at the time of a call or check, what is known now, and each record on both clocks."""
    return {
        "known_then": _known(found.then),
        "known_now": _known(found.now),
        "differs": found.differs,
        "lapsed": found.lapsed,
        "records": [
            {"kind": version.kind, "counted_then": version.then, "counts_now": version.now}
            | {"record": plain(version.row)}
            for version in found.versions
        ],
    }


def _known(known: Known) -> dict[str, Any]:
    said: dict[str, Any] = {"at": known.moment.at, "known_at": known.moment.known_at}
    if known.answer is None:
        return said | {"problem": known.problem}
    terms = policies.by_id(known.answer.policy_id)
    return said | {
        "verdict": known.answer.decision.verdict,
        "reasons": list(known.answer.decision.reasons),
        "facts": known.answer.facts._asdict(),
        "policy": {"pack": terms.pack, "digest": terms.digest},
    }
