"""The scrub: the check of a whole list, judged set-wise, tens of thousands of numbers in one statement.

The same `facts.sql` and the same truth table as a single check. Numbers under which the register holds nothing, or
one opt-out and one consent at most, differ only by where they lie and what those say: of each such kind one is asked,
and its answer spreads to the others (`alike.sql`, `spread.sql`). All others are asked in full. Each number leaves its
check of kind `scrub`, so that the audit finds it; a scrub is no attempt to call, and caps do not count it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, transaction

from registry import partitions, timetables
from registry.decision import COMBINATIONS
from registry.errors import RegistryError, RuleNotLoaded, Undecidable
from registry.periods import Moment
from registry.predial.facts import (
    DECIDED,
    FIELDS,
    HERE,
    RULE_BITS,
    Question,
    bounds,
    decision_id,
    plan_for_bulk,
    undecidable,
)
from registry.predial.statements import run
from registry.sql import read

ALIKE = read(HERE / "alike.sql")
HEAD = f"""WITH {ALIKE}, {DECIDED}, {read(HERE / "spread.sql")}"""
#: One row for each decision, with all its numbers: a row each would cost Python more than it costs the database.
#: Numbers without a decision come by why they have none.
ANSWERS = """
SELECT decision_id, decision.allowed, decision.reasons, numbers, check_ids,
    NULL::bigint AS policy_id, NULL AS hours, NULL AS windows_key, NULL AS calendar, NULL AS zone_key
FROM decisions JOIN registry_decision AS decision ON decision.id = decision_id
UNION ALL
SELECT NULL::integer, NULL::boolean, NULL::text[], array_agg(number), NULL::bigint[],
    policy_id, hours, windows_key, calendar, zone_key
FROM numbered WHERE decision_id IS NULL
GROUP BY policy_id, hours, windows_key, calendar, zone_key"""
ASK = f"""{HEAD}, decisions AS (
    SELECT decision_id, array_agg(number) AS numbers, NULL::bigint[] AS check_ids
    FROM numbered WHERE decision_id IS NOT NULL GROUP BY decision_id
){ANSWERS}"""
WRITE = f"""{HEAD}, written AS (
{read(HERE / "write_checks.sql")}
    RETURNING id, number, decision_id
), decisions AS (
    SELECT decision_id, array_agg(number) AS numbers, array_agg(id) AS check_ids FROM written GROUP BY decision_id
){ANSWERS}"""


class Group(NamedTuple):
    """Numbers with the same decision, and their checks in the same order; none where none were written."""

    allowed: bool
    reasons: tuple[str, ...]
    numbers: list[int]
    check_ids: list[int]


@dataclass
class Judged:
    """The answers to one chunk of a list: every number is in one group, or among the undecided."""

    groups: list[Group] = field(default_factory=list)
    undecided: dict[int, RegistryError] = field(default_factory=dict)


class Scrubbed(NamedTuple):
    """One row of a list with its answer, or with why none could be given."""

    number: int
    allowed: bool | None
    reasons: tuple[str, ...]
    check_id: int | None
    problem: RegistryError | None = None


@transaction.atomic
def judge(numbers: Sequence[int], question: Question, moment: Moment, *, write: bool = True) -> Judged:
    """Put `question` about each of `numbers`, which are distinct and sorted, at one moment, in one snapshot.

    `question.number` is not looked at. With `write`, each decided number leaves its check; what cannot be decided
    leaves none. Raises `Undecidable` if a number was lost on the way, and `RuleNotLoaded`, with nothing written, if the
    database decides by another rule than this program's.
    """
    if write:
        partitions.ensure("registry_check", [partitions.month_of(moment.at)])
    _prepare()
    judged = Judged()
    if gaps := _put(numbers, question, moment, write, judged):
        # Most often calling hours that nobody asked about so far: made now, and only these numbers asked again.
        for key in {(row.windows_key, row.calendar, row.zone_key) for row in gaps if row.windows_key}:
            timetables.ensure(*key, moment.at)
        again = sorted(number for row in gaps for number in row.numbers)
        for row in _put(again, question, moment, write, judged):
            judged.undecided |= dict.fromkeys(row.numbers, undecidable(row))
    answered = sum(len(group.numbers) for group in judged.groups) + len(judged.undecided)
    if answered != len(numbers):
        raise Undecidable(f"{len(numbers)} numbers gave {answered} answers")
    return judged


def scrub(numbers: Iterable[int], question: Question, moment: Moment) -> Iterator[Scrubbed]:
    """Judge a list that fits into memory; one answer a row, in the list's order. A number named twice has one check."""
    rows = list(numbers)
    judged = judge(sorted(set(rows)), question, moment)
    answers = {
        number: Scrubbed(number, group.allowed, group.reasons, check_id)
        for group in judged.groups
        for number, check_id in zip(group.numbers, group.check_ids, strict=True)
    }
    for number, problem in judged.undecided.items():
        answers[number] = Scrubbed(number, None, (), None, problem)
    return (answers[number] for number in rows)


def _prepare() -> None:
    """Settings of this transaction, for statements that sort and hash a whole chunk."""
    plan_for_bulk()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        # Merge joins would sort the chunk by kind; hash joins keep its order, which is that of the indexes.
        cursor.execute("SET LOCAL enable_mergejoin = off")


def _put(
    numbers: Sequence[int], question: Question, moment: Moment, write: bool, judged: Judged
) -> list[Any]:
    """Ask, add what was decided to `judged`, and answer with the rows of what was not."""
    _stage(numbers)
    own_rule = decision_id(COMBINATIONS[0]) >> RULE_BITS
    gaps = []
    for row in run(WRITE if write else ASK, values_of(question, moment) | {"write": write}):
        if row.decision_id is None:
            gaps.append(row)
        elif row.decision_id >> RULE_BITS != own_rule:
            raise RuleNotLoaded
        else:
            judged.groups.append(Group(row.allowed, tuple(row.reasons), row.numbers, row.check_ids or []))
    return gaps


def values_of(question: Question, moment: Moment) -> dict[str, Any]:
    """The parameters of the statements: everything but the numbers, which are in the staging table."""
    values: dict[str, Any] = dict(zip(FIELDS, question, strict=True))
    return values | {"at": moment.at, "known_at": moment.known_at} | bounds(moment.at, moment.at)


def _stage(numbers: Sequence[int]) -> None:
    """Put the numbers into the staging table of this transaction, in their order."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.scrub_number")
        cursor.execute("CREATE TEMPORARY TABLE scrub_number (number bigint NOT NULL) ON COMMIT DROP")
        with cursor.copy("COPY scrub_number FROM STDIN") as copy:
            copy.write("".join(f"{number}\n" for number in numbers))
        # Without figures the planner takes the table for empty, or for one number many times.
        cursor.execute("ANALYZE scrub_number")
