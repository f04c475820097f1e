"""One set-wise pass over a day's calls: match each to its check, ask the rule as of the call, count the calls made.

Everything happens in the working tables of `tables.sql`, piece by piece; nothing that others see is written. What was
found stands in `audit_found` at the end, for `violations.replace`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Max

from compliance.audit import rules
from compliance.audit.claims import Claim
from registry import timetables
from registry.errors import Undecidable
from registry.models import Policy, RuleSet
from registry.predial.facts import DECIDED, RULE_BITS, bounds, undecidable
from registry.shapes import LONGEST_CAP
from registry.sql import read

HERE = Path(__file__).parent
#: Calls judged by one statement: large enough to spread its cost, small enough for a beat between two of them.
PIECE = 20_000
#: What the clock of a company's exchange may differ from ours: both follow NTP, and many logs hold whole seconds only.
SKEW = timedelta(seconds=5)
#: How far before a call its check is looked for, at least: Canada and the United States let one be used for 31 days.
LOOKBACK = timedelta(days=32)

MATCHED = read(HERE / "matched.sql")
MATCH = f"""INSERT INTO audit_matched
WITH called AS MATERIALIZED (SELECT * FROM audit_call WHERE n BETWEEN %(first)s AND %(last)s)
{MATCHED}"""
JUDGE = f"""INSERT INTO audit_judged
WITH asked AS MATERIALIZED (
{read(HERE / "audit.sql")}), {DECIDED}
SELECT n, decision_id, allowed, reasons, standing, caller_registered, refused, out_of_all, out_of_sector,
    out_of_channel, ground, regime, hours, attempts_exceeded, policy_id, consent_record, relationship_record,
    opt_out_record, since, windows_key, calendar, zone_key
FROM decided"""
EARLIER = f"""INSERT INTO audit_earlier
WITH called AS MATERIALIZED (
{read(HERE / "earlier.sql")})
SELECT id, number, seller_id, check_id, started_at FROM (
{MATCHED}) AS matched"""
FIND = f"""INSERT INTO audit_found
WITH exceeding AS MATERIALIZED (
{read(HERE / "over_cap.sql")}), findings AS MATERIALIZED (
{read(HERE / "calls_and_checks.sql")})
{read(HERE / "findings.sql")}"""


@dataclass
class Found:
    """What a pass was about, and what it could not judge."""

    calls: int = 0
    undecided: dict[str, int] = field(default_factory=dict)
    policies: set[int] = field(default_factory=set)
    rules: set[int] = field(default_factory=set)

    @property
    def problem(self) -> str:
        """Why some calls have no verdict, for people; empty if all have."""
        return "; ".join(
            f"No verdict could be given on {count} of {self.calls} calls: {reason}"
            for reason, count in sorted(self.undecided.items())
        )

    def policy_digest(self) -> str:
        """One digest over the policies asked; empty if there were none."""
        return _joint(Policy.objects.filter(pk__in=self.policies).values_list("digest", flat=True))

    def rule_digest(self) -> str:
        """The digest of the rule asked; of all of them together on the day on which the rule changed."""
        digests = sorted(RuleSet.objects.filter(pk__in=self.rules).values_list("digest", flat=True))
        return digests[0] if len(digests) == 1 else _joint(digests)


def _joint(digests: Any) -> str:
    distinct = sorted(set(digests))
    return sha256("\n".join(distinct).encode()).hexdigest() if distinct else ""


@contextmanager
def working_tables() -> Iterator[None]:
    """The audit's working tables on this connection, gone afterwards."""
    run(read(HERE / "tables.sql"))
    yield
    run(
        "DROP TABLE audit_call, audit_matched, audit_judged, audit_suspect, audit_earlier, audit_found, "
        "audit_undecided, audit_check"
    )


def run(statement: str, **values: Any) -> int:
    """Run one statement, planned for the values it has; how many rows it wrote.

    Django's cursor writes the values into the text, so that each piece gets the plan it deserves. The hot statements
    of a check are prepared instead (`registry.predial.facts.run`).
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement; the rows it gave."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def find(held: Claim) -> Found:
    """Fill `audit_found` with everything found against the company's calls of the day.

    Calls on which no verdict can be given are counted by reason, and get the codes that need none; nothing is guessed.
    """
    found = Found()
    values = {"company_id": held.company_id, "since": held.since, "until": held.until}
    found.calls = run(read(HERE / "load_calls.sql"), **values)
    if not found.calls:
        return found
    run("ALTER TABLE audit_call ADD PRIMARY KEY (n)")
    run("ANALYZE audit_call")
    lookback = _lookback()
    for first in range(1, found.calls + 1, PIECE):
        held.beat()
        _piece(first, min(first + PIECE - 1, found.calls), held, lookback, found)
    return found


def _lookback() -> timedelta:
    """How far back checks are looked for: never less than any policy lets a check be used."""
    longest = Policy.objects.aggregate(longest=Max("check_validity"))["longest"]
    return max(LOOKBACK, (longest or LOOKBACK) + timedelta(days=1))


def _piece(first: int, last: int, held: Claim, lookback: timedelta, found: Found) -> None:
    run("TRUNCATE audit_matched, audit_judged, audit_suspect, audit_earlier")
    matched = run(MATCH, first=first, last=last, **_months(held.since, held.until, lookback))
    if matched != last - first + 1:
        raise Undecidable(f"{last - first + 1} calls gave {matched} matches")
    run("ANALYZE audit_matched")
    _judge(matched, found)
    ((policies, rule_sets),) = rows(
        "SELECT array_agg(DISTINCT policy_id), array_agg(DISTINCT decision_id >> %(bits)s) FROM audit_judged",
        bits=RULE_BITS,
    )
    found.policies.update(set(policies) - {None})
    found.rules.update(set(rule_sets) - {None})
    _count_calls(held, lookback)
    columns = zip((*rules.Findings._fields, "code"), zip(*rules.ROWS, strict=True), strict=True)
    run(FIND, rule_bits=RULE_BITS, **{name: list(column) for name, column in columns})


def _months(earliest: datetime, latest: datetime, lookback: timedelta) -> dict[str, Any]:
    """The parameters of `matched.sql` for calls that started in `[earliest, latest)`."""
    return {
        "skew": SKEW,
        "lookback": lookback,
        "checks_since": earliest - lookback,
        "checks_until": latest + SKEW,
    }


def _judge(calls: int, found: Found) -> None:
    """Ask the rule about every call of the piece; once more where the calendar of calling hours was missing."""
    ((earliest, latest),) = rows(
        "SELECT min(coalesce(checked_at, started_at)), max(coalesce(checked_at, started_at)) FROM audit_matched"
    )
    judged = run(JUDGE, **bounds(earliest, latest))
    missing = rows(
        "SELECT windows_key, calendar, zone_key, min(at) FROM audit_judged JOIN audit_matched USING (n) "
        "WHERE decision_id IS NULL AND windows_key <> '' GROUP BY windows_key, calendar, zone_key"
    )
    if missing:
        for windows_key, calendar, zone_key, at in missing:
            timetables.ensure(windows_key, calendar, zone_key, at)
        judged -= run("DELETE FROM audit_judged WHERE decision_id IS NULL")
        judged += run(JUDGE, **bounds(earliest, latest))
    if judged != calls:
        raise Undecidable(f"{calls} calls gave {judged} judgements")
    run("ANALYZE audit_judged")
    _note_undecided(found)


class _Missing:
    """A row of `decided` without a decision, for `undecidable` to say why."""

    def __init__(self, zone_key: str | None, policy_id: int | None, hours: str | None) -> None:
        self.zone_key, self.policy_id, self.hours = zone_key, policy_id, hours


def _note_undecided(found: Found) -> None:
    run(
        "INSERT INTO audit_undecided SELECT id FROM audit_matched JOIN audit_judged USING (n) "
        "WHERE decision_id IS NULL"
    )
    undecided = rows(
        "SELECT min(zone_key), min(policy_id), min(hours), count(*) FROM audit_judged WHERE decision_id IS NULL "
        "GROUP BY zone_key IS NULL, policy_id IS NULL, hours IS NULL"
    )
    for *parts, count in undecided:
        reason = undecidable(_Missing(*parts)).detail
        found.undecided[reason] = found.undecided.get(reason, 0) + count


def _count_calls(held: Claim, lookback: timedelta) -> None:
    """Find the calls that may be over a cap, and the checks of the calls made before them."""
    back = max(lookback, LONGEST_CAP + timedelta(days=2))
    values = {"earliest": held.since - back, "until": held.until}
    if not run(read(HERE / "suspects.sql"), **values):
        return
    run("ANALYZE audit_suspect")
    months = _months(held.since - back, held.until, lookback)
    run(EARLIER, company_id=held.company_id, **values, **months)
    run("CREATE INDEX IF NOT EXISTS audit_earlier_number ON audit_earlier (number, started_at, id)")
    run("ANALYZE audit_earlier")
