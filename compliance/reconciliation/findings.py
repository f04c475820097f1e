"""What one company-day comes to: the counts, and the discrepancies, set by set in the working tables.

Nothing that others see is written. What was found stands in `recon_found`, for `discrepancies.replace`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.db import connection

from compliance.audit.claims import Claim
from compliance.reconciliation import behaviour, matching
from compliance.reconciliation.statements import run
from registry import policies
from registry.errors import PolicyGap
from registry.models import Policy
from registry.periods import Moment

_COUNT = """
SELECT
    (SELECT count(*) FROM recon_reported WHERE inside),
    (SELECT count(*) FROM recon_carried WHERE inside),
    (SELECT count(*) FROM recon_match AS held JOIN recon_carried AS carried ON carried.id = held.carried
        WHERE carried.inside),
    (SELECT count(*) FROM recon_leg AS leg JOIN recon_carried AS carried ON carried.id = leg.carried
        WHERE carried.inside),
    (SELECT count(*) FROM recon_found WHERE kind = 'not_reported'),
    (SELECT count(*) FROM recon_found WHERE kind = 'not_carried')
"""
_ADD = """
INSERT INTO recon_found (kind, key, caller, number, at, score, evidence)
VALUES (%s, %s, %s, NULL, %s, %s, %s)
"""


@dataclass
class Found:
    """The figures of a company-day, by the names of `Reconciliation`'s columns, and the policies that were asked."""

    counts: dict[str, Any] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)

    def policy_digest(self) -> str:
        """One digest over the policies asked; empty if there were none."""
        digests = sorted({policy.digest for policy in self.policies})
        return sha256("\n".join(digests).encode()).hexdigest() if digests else ""


def find(held: Claim) -> Found:
    """Fill `recon_found` for a claimed company-day, or for the callers of nobody."""
    found = Found()
    if held.company_id is None:
        _find_strangers(held, found)
    else:
        _find_company(held, found)
    return found


def _find_company(held: Claim, found: Found) -> None:
    for name in ("carried.sql", "reported.sql"):
        run(name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recon_carried; ANALYZE recon_reported")
    held.beat()
    matching.match()
    held.beat()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM recon_reported WHERE inside")
        (reported,) = cursor.fetchone()
    run("not_reported.sql", reported=reported)
    for name in ("not_carried.sql", "anothers_caller.sql", "consent_after_call.sql", "complaints.sql"):
        run(name)
        held.beat()
    checks, unused = _probing(held, found)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        names = ("reported", "carried", "matched", "legs", "missing", "not_carried")
        found.counts = dict(zip(names, cursor.fetchone(), strict=True))
    found.counts |= {
        "checks": checks,
        "unused": unused,
        "silent": not found.counts["reported"] and bool(checks or found.counts["carried"]),
    }


def _probing(held: Claim, found: Found) -> tuple[int, int]:
    """Checks that no call followed: a discrepancy where they are too many of too many. Checks, and those unused."""
    checks = unused = 0
    for jurisdiction, asked, left, numbers, sample in run("unused_checks.sql", fetch=True):
        checks, unused = checks + asked, unused + left
        policy = policy_of(jurisdiction or "*", held, found)
        limit = policy.terms.get("probing") if policy else None
        if not limit or asked < limit["min_checks"] or left * 100 <= asked * limit["max_percent"]:
            continue
        evidence = {
            "checks": asked,
            "unused": left,
            "numbers": numbers,
            "percent": round(left * 100 / asked, 1),
            "limit": limit,
            "sample": [f"chk_{check}" for check in sample],
            "policy": _named(policy),
        }
        key = f"probing:{held.company_id}:{held.day}:{jurisdiction or '*'}"
        _add("probing", key, None, held.since, evidence)
    return checks, unused


def _find_strangers(held: Claim, found: Found) -> None:
    carried = 0
    for suspect, policy in behaviour.suspects(held, lambda place: policy_of(place, held, found)):
        evidence = suspect.evidence() | {"policy": _named(policy)}
        key = f"unlicensed_caller:{suspect.behaviour.caller}:{held.day}"
        _add("unlicensed_caller", key, suspect.behaviour.caller, held.since, evidence, suspect.score)
        carried += suspect.behaviour.calls
    found.counts = {"carried": carried}


def _add(  # noqa: PLR0917  (the columns, in their order)
    kind: str, key: str, caller: int | None, at: datetime, evidence: dict[str, Any], score: int | None = None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [kind, key, caller, at, score, msgspec.json.encode(evidence).decode()])


def policy_of(jurisdiction: str, held: Claim, found: Found) -> Policy | None:
    """The terms of a place for the day, whatever is sold; None where none are loaded."""
    try:
        policy = policies.in_force(jurisdiction, "other", Moment(held.since, held.clock))
    except PolicyGap:
        return None
    found.policies.append(policy)
    return policy


def _named(policy: Policy) -> dict[str, str]:
    return {"id": policy.pack, "digest": policy.digest}
