"""The scrub: the check of a whole list. The list is staged in a table and judged set-wise, in chunks.

The same `facts.sql` and the same truth table as a single check; only `asked` differs. Each number scrubbed leaves its
check of kind `scrub`, so that the audit finds it; a scrub is no attempt to call, and caps do not count it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection, transaction

from registry import timetables
from registry.errors import Undecidable
from registry.periods import Moment
from registry.predial.facts import DECIDED, FIELDS, HERE, Question, bounds, plan_for_bulk, run, undecidable
from registry.sql import read

#: Rows judged by one statement: large enough to spread its cost, small enough to report progress and to cancel.
CHUNK = 20_000

STAGED = """asked AS MATERIALIZED (
    SELECT n, %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id, number,
        %(caller)s::bigint AS caller, %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
        %(purpose)s::smallint AS purpose, %(campaign)s::text AS campaign, %(reference)s::text AS reference,
        %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at, %(at)s::timestamptz AS before
    FROM scrub_row WHERE n BETWEEN %(first)s AND %(last)s AND NOT done
)"""
NUMBERED = """numbered AS MATERIALIZED (
    SELECT decided.*, CASE WHEN decision_id IS NOT NULL THEN nextval('registry_check_id_seq') END AS check_id,
        1::smallint AS kind
    FROM decided
)"""
WRITE = f"""WITH {STAGED}, {DECIDED}, {NUMBERED}, written AS (
{read(HERE / "write_checks.sql")}), marked AS (
    UPDATE scrub_row SET done = true FROM numbered WHERE scrub_row.n = numbered.n AND decision_id IS NOT NULL)
SELECT n, number, allowed, reasons, check_id, decision_id, policy_id, hours, windows_key, calendar, zone_key, at
FROM numbered ORDER BY n"""


class Scrubbed(NamedTuple):
    """One row of the list with its answer, or with why none could be given."""

    n: int
    number: int
    allowed: bool | None
    reasons: tuple[str, ...]
    check_id: int | None
    problem: Undecidable | None = None


def scrub(numbers: Iterable[int], question: Question, moment: Moment) -> Iterator[Scrubbed]:
    """Judge every number of a list as `question` would be, at one moment; one answer a number, in the list's order.

    `question.number` is not looked at. One transaction from first to last: the checks of a list that was not read to
    its end are not kept.
    """
    with transaction.atomic():
        plan_for_bulk()
        total = stage(numbers)
        for first in range(0, total, CHUNK):
            yield from _chunk(question, moment, first, min(first + CHUNK, total) - 1)


def stage(numbers: Iterable[int]) -> int:
    """Put a list into the staging table of this transaction; how many rows it has."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS scrub_row")
        cursor.execute(
            "CREATE TEMPORARY TABLE scrub_row (n bigint, number bigint NOT NULL, done boolean NOT NULL) ON COMMIT DROP"
        )
        total = 0
        with cursor.copy("COPY scrub_row (n, number, done) FROM STDIN") as copy:
            for number in numbers:
                copy.write_row((total, number, False))
                total += 1
        cursor.execute("ALTER TABLE scrub_row ADD PRIMARY KEY (n)")
        # Without figures the planner takes the table for empty and joins it the slow way round.
        cursor.execute("ANALYZE scrub_row")
    return total


def _chunk(question: Question, moment: Moment, first: int, last: int) -> list[Scrubbed]:
    values: dict[str, Any] = dict(zip(FIELDS, question, strict=True))
    values |= {"at": moment.at, "known_at": moment.known_at, "first": first, "last": last}
    values |= bounds(moment.at, moment.at)
    rows = {row.n: row for row in run(WRITE, values)}
    if len(rows) != last - first + 1:
        raise Undecidable(f"{last - first + 1} rows gave {len(rows)} answers")
    missing = {
        (r.windows_key, r.calendar, r.zone_key)
        for r in rows.values()
        if r.decision_id is None and r.windows_key
    }
    if missing:
        for windows_key, calendar, zone_key in missing:
            timetables.ensure(windows_key, calendar, zone_key, moment.at)
        rows |= {row.n: row for row in run(WRITE, values)}
    return [_scrubbed(rows[n]) for n in range(first, last + 1)]


def _scrubbed(row: Any) -> Scrubbed:
    if row.decision_id is None:
        return Scrubbed(row.n, row.number, None, (), None, undecidable(row))
    return Scrubbed(row.n, row.number, row.allowed, tuple(row.reasons), row.check_id)
