"""One set-wise pass over a day's calls: match each to its check, ask the rule as of the call, count the calls made.

The checks of the day are asked again in the same pass, for `recheck.py`: most share their numbers with the calls.
Everything happens in the working tables of `tables.sql`, piece by piece; nothing that others see is written. What was
found stands in `audit_found` at the end, for `violations.replace`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Max

from compliance.audit import rules
from compliance.audit.claims import Claim
from registry.errors import Undecidable
from registry.models import Policy, RuleSet
from registry.predial import many
from registry.predial.facts import RULE_BITS, undecidable
from registry.sql import read

HERE = Path(__file__).parent
#: Calls and checks judged at once: enough to spread the cost of a statement, few enough for a beat between two pieces.
PIECE = 100_000
#: What the clock of a company's exchange may differ from ours: both follow NTP, and many logs hold whole seconds only.
SKEW = timedelta(seconds=5)
#: How far before a call its check is looked for, at least: Canada and the United States let one be used for 31 days.
LOOKBACK = timedelta(days=32)

MATCHED = read(HERE / "matched.sql")
MATCH = f"""INSERT INTO audit_matched
WITH called AS MATERIALIZED (SELECT * FROM audit_call WHERE number >= %(first)s AND number < %(past)s)
{MATCHED}"""
#: Every number at which a piece begins, and one that is past all of them. Pieces hold whole numbers.
CUTS = """SELECT DISTINCT number FROM (
    SELECT number, row_number() OVER (ORDER BY number) AS place FROM (
        SELECT number FROM audit_call UNION ALL SELECT number FROM audit_check
    ) AS every
) AS placed WHERE place %% %(piece)s = 1 ORDER BY number"""
#: No number has more digits.
PAST_ALL = 10**15
DIFFERING = """SELECT audit_check.n FROM audit_check
JOIN many_answer AS answer ON answer.n = -audit_check.n
JOIN many_decided AS decided ON decided.n = answer.asked_n
WHERE decided.decision_id IS DISTINCT FROM audit_check.decision_id
    OR decided.allowed IS DISTINCT FROM audit_check.allowed"""
EARLIER = f"""INSERT INTO audit_earlier
WITH called AS MATERIALIZED (
{read(HERE / "earlier.sql")})
SELECT id, number, seller_id, check_id, started_at FROM (
{MATCHED}) AS matched"""
CODES = f"""INSERT INTO audit_code
WITH exceeding AS MATERIALIZED (
{read(HERE / "over_cap.sql")}), findings AS MATERIALIZED (
{read(HERE / "calls_and_checks.sql")})
{read(HERE / "codes.sql")}"""
FIND = f"""INSERT INTO audit_found
{read(HERE / "findings.sql")}"""


@dataclass
class Found:
    """What a pass was about, and what it could not judge."""

    calls: int = 0
    #: The checks of the day, by their n in `audit_check`, whose answer did not come out the same.
    differing: list[int] = field(default_factory=list)
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
    many.open_tables()
    # Sorts and hashes of a piece stay in memory.
    run("SET work_mem = '64MB'")
    yield
    run("RESET work_mem")
    many.empty_tables()
    run(
        "DROP TABLE audit_call, audit_matched, audit_suspect, audit_earlier, audit_code, audit_found, "
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
    """Fill `audit_found` with everything found against the company's calls of the day, and ask its checks again.

    Calls on which no verdict can be given are counted by reason, and get the codes that need none; nothing is guessed.
    """
    found = Found()
    found.calls, checks = load(held.company_id, held.since, held.until)
    lookback = longest_lookback()
    for first, past in pieces(found.calls + checks):
        held.beat()
        _piece(first, past, held, lookback, found)
    return found


def load(company_id: int, since: datetime, until: datetime) -> tuple[int, int]:
    """Put the calls and checks of a company in `[since, until)` into the working tables; how many of each."""
    values = {"company_id": company_id, "since": since, "until": until}
    calls = run(read(HERE / "load_calls.sql"), **values)
    checks = run(read(HERE / "load_checks.sql"), **values)
    run("ANALYZE audit_call (number), audit_check (id, number)")
    return calls, checks


def pieces(loaded: int) -> Iterator[tuple[int, int]]:
    """Ranges of numbers, the first and past the last, with about `PIECE` of the `loaded` calls and checks each."""
    cuts = [number for (number,) in rows(CUTS, piece=PIECE)] if loaded > PIECE else [0]
    yield from pairwise([*cuts, PAST_ALL])


def match(first: int, past: int, since: datetime, until: datetime, lookback: timedelta) -> int:
    """Match the calls of a piece to their checks, and put the questions of both into `many_question`; the calls.

    Raises `Undecidable` if a call was lost on the way.
    """
    run("TRUNCATE audit_matched, audit_suspect, audit_earlier, audit_code, many_question")
    ((calls,),) = rows(
        "SELECT count(*) FROM audit_call WHERE number >= %(first)s AND number < %(past)s",
        first=first,
        past=past,
    )
    matched = run(MATCH, first=first, past=past, **_months(since, until, lookback))
    if matched != calls:
        raise Undecidable(f"{calls} calls gave {matched} matches")
    run("ANALYZE audit_matched (n, number)")
    run(read(HERE / "audit.sql"), first=first, past=past)
    return calls


def longest_lookback() -> timedelta:
    """How far back checks are looked for: never less than any policy lets a check be used."""
    longest = Policy.objects.aggregate(longest=Max("check_validity"))["longest"]
    return max(LOOKBACK, (longest or LOOKBACK) + timedelta(days=1))


def _piece(first: int, past: int, held: Claim, lookback: timedelta, found: Found) -> None:
    calls = match(first, past, held.since, held.until, lookback)
    many.answer()
    found.differing += [n for (n,) in rows(DIFFERING)]
    if not calls:
        return
    _note_undecided(found)
    asked = rows(
        "SELECT DISTINCT policy_id, decision_id >> %(bits)s FROM many_decided "
        "WHERE n IN (SELECT asked_n FROM many_answer WHERE n > 0)",
        bits=RULE_BITS,
    )
    found.policies.update({policy for policy, _ in asked} - {None})
    found.rules.update({rule for _, rule in asked} - {None})
    _count_calls(held, lookback)
    columns = zip((*rules.Findings._fields, "code"), zip(*rules.ROWS, strict=True), strict=True)
    if run(CODES, **{name: list(column) for name, column in columns}):
        # There are few of them: said so, the planner starts from them.
        run("ANALYZE audit_code (n)")
        run(FIND, rule_bits=RULE_BITS)


def _months(earliest: datetime, latest: datetime, lookback: timedelta) -> dict[str, Any]:
    """The parameters of `matched.sql` for calls that started in `[earliest, latest)`."""
    return {
        "skew": SKEW,
        "lookback": lookback,
        "checks_since": earliest - lookback,
        "checks_until": latest + SKEW,
    }


class _Missing:
    """A row of `decided` without a decision, for `undecidable` to say why."""

    def __init__(self, zone_key: str | None, policy_id: int | None, hours: str | None) -> None:
        self.zone_key, self.policy_id, self.hours = zone_key, policy_id, hours


def _note_undecided(found: Found) -> None:
    undecided = rows(
        "SELECT min(zone_key), min(policy_id), min(hours), count(*) FROM many_judged "
        "WHERE decision_id IS NULL AND n > 0 GROUP BY zone_key IS NULL, policy_id IS NULL, hours IS NULL"
    )
    if undecided:
        run(
            "INSERT INTO audit_undecided SELECT id FROM audit_matched JOIN many_judged USING (n) "
            "WHERE decision_id IS NULL"
        )
    for *parts, count in undecided:
        reason = undecidable(_Missing(*parts)).detail
        found.undecided[reason] = found.undecided.get(reason, 0) + count


def _count_calls(held: Claim, lookback: timedelta) -> None:
    """Find the calls that may be over a cap, and the checks of the calls made before them."""
    ((widest,),) = rows("SELECT coalesce(max(widest), interval '0') FROM many_place")
    values = {"company_id": held.company_id, "until": held.until}
    earliest = held.since - widest
    if not run(read(HERE / "suspects.sql"), **values, since=held.since, earliest=earliest):
        return
    run("ANALYZE audit_suspect")
    earliest -= lookback
    run(EARLIER, **values, earliest=earliest, **_months(earliest, held.until, lookback))
    run("CREATE INDEX IF NOT EXISTS audit_earlier_number ON audit_earlier (number, started_at, id)")
    run("ANALYZE audit_earlier")
