"""Many questions of many moments at once, as an audit has them. The same `facts.sql` and truth table as one check.

Most questions are alike: what the register can see of them is the same (`many_kinds.sql` says what that is). Of each
kind one is asked, and its answer holds for all; the rest are asked themselves. The questions are put into the table
`many_question`, and come out in `many_answer`, one row each, which points to the row of `many_decided` that holds for
it. All of them are tables of this connection (`many_tables.sql`).
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from registry import timetables
from registry.errors import Undecidable
from registry.predial.facts import DECIDED, HERE
from registry.sql import read

#: How long before its moment the attempts of a question may end for it to be alike to others: those of older ones are
#: counted when it is asked itself.
RECENT = timedelta(days=3)
ASK = f"""INSERT INTO many_decided
WITH asked AS MATERIALIZED (
    SELECT * FROM many_question WHERE n IN (SELECT n FROM many_answer WHERE n = asked_n)
), {DECIDED}
SELECT n, at, decision_id, allowed, reasons, standing, caller_registered, refused, out_of_all, out_of_sector,
    out_of_channel, ground, regime, hours, attempts_exceeded, policy_id, consent_record, relationship_record,
    opt_out_record, since, windows_key, calendar, zone_key
FROM decided"""
SPAN = """SELECT count(*), least(min(at), min(known_at)), greatest(max(at), max(known_at)), min(before), max(before)
FROM many_question"""
WIDEST = "SELECT coalesce(max(widest), interval '0') FROM many_place"
MISSING = """SELECT windows_key, calendar, zone_key, min(at) FROM many_decided
WHERE decision_id IS NULL AND windows_key <> '' GROUP BY windows_key, calendar, zone_key"""
COUNTED = """SELECT count(*), count(*) FILTER (WHERE n = asked_n), (SELECT count(*) FROM many_decided)
FROM many_answer"""


class Span(NamedTuple):
    """How many questions there are, and the first and last of their times; None without questions."""

    questions: int
    first: datetime
    last: datetime
    first_before: datetime
    last_before: datetime


def open_tables() -> None:
    """Make the working tables on this connection, if they are not there, and empty the one for questions."""
    _run(f"{read(HERE / 'many_tables.sql')}; TRUNCATE many_question")


def empty_tables() -> None:
    """Leave nobody's number behind on this connection."""
    _run("TRUNCATE many_question, many_subject, many_place, many_held, many_answer, many_decided")


def answer() -> None:
    """Answer the questions in `many_question`.

    What cannot be decided has a row without a decision, which `facts.undecidable` explains. Raises `Undecidable` if a
    question was lost on the way.
    """
    _run("ANALYZE many_question (n, number)")
    span = Span(*_rows(SPAN)[0])
    if not span.questions:
        _run("TRUNCATE many_answer, many_decided")
        return
    values: dict[str, Any] = {"first": span.first, "last": span.last}
    _run(read(HERE / "many_subjects.sql"))
    _run(read(HERE / "many_places.sql"), **values)
    ((widest,),) = _rows(WIDEST)
    values |= {"earliest": max(span.first_before, span.first - RECENT) - widest, "latest": span.last_before}
    _run(read(HERE / "many_held.sql"), **values)
    asked_back_to = {"earliest": span.first_before - widest, "latest": span.last_before}
    _run(read(HERE / "many_kinds.sql"), **values)
    _run(ASK, **asked_back_to)
    if missing := _rows(MISSING):
        # Most often calling hours that nobody asked about so far. They tell kinds apart, so all is asked again.
        for windows_key, calendar, zone_key, at in missing:
            timetables.ensure(windows_key, calendar, zone_key, at)
        _run(read(HERE / "many_places.sql"), **values)
        _run(read(HERE / "many_kinds.sql"), **values)
        _run(ASK, **asked_back_to)
    ((answers, asked, decided),) = _rows(COUNTED)
    if answers != span.questions or decided != asked:
        raise Undecidable(f"{span.questions} questions gave {answers} answers, {asked} asked gave {decided}")


def _run(statement: str, **values: Any) -> None:
    """Run statements, with the values in their text, so that each is planned for what it is about to read."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
