"""Hot statements: written with names, sent to the server with as little work in between as can be.

psycopg reads a long statement anew at each execution to find its placeholders, and asks of every element of a list
what it is. For a check that is a third of its time. So a statement's names are turned into numbers once, and columns
of values go as the text of an array, whose type the statement's own casts say.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import psycopg
from django.db import OperationalError, connection
from psycopg.rows import namedtuple_row

from registry.errors import Undecidable

_NAME = re.compile(r"%\((\w+)\)s")
Row = Callable[[Iterable[Any]], Any]


@cache
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with `%(name)s` as the server knows it, `$1`, and the names in the order of their numbers."""
    places: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return f"${places.setdefault(found[1], len(places) + 1)}"

    text = _NAME.sub(place, statement).replace("%%", "%")
    # The same bytes each time: their hash, by which psycopg finds the prepared statement, is then computed once.
    return text.encode(), tuple(places)


def run(statement: str, values: dict[str, Any], row: Row | None = None) -> list[Any]:
    """Run a prepared statement on Django's connection, with values bound by the server.

    Rows are named tuples, or what `row` makes of a row's values. Raises `Undecidable` if the database is gone.
    """
    text, names = numbered(statement)
    factory = namedtuple_row if row is None else lambda cursor: row
    try:
        connection.ensure_connection()
        # Values come back in the server's own form: reading times from text costs as much as asking for them.
        with (
            connection.wrap_database_errors,
            psycopg.RawCursor(connection.connection, row_factory=factory) as cursor,
        ):
            return cursor.execute(
                text, [values[name] for name in names], prepare=True, binary=True
            ).fetchall()
    except OperationalError as error:
        raise Undecidable("The database did not answer") from error


def numbers(column: Iterable[int | None]) -> str:
    """An array of whole numbers."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in column])}}}"


def instants(column: Iterable[datetime]) -> str:
    """An array of aware instants. Most columns hold one instant a thousand times, so it is written once."""
    written: dict[datetime, str] = {}
    parts = [written.get(value) or written.setdefault(value, value.isoformat()) for value in column]
    return f"{{{','.join(parts)}}}"


def texts(column: Iterable[str | None]) -> str:
    """An array of texts. Backslashes and quotes are all that its syntax gives a meaning to."""
    return f"{{{','.join(['NULL' if value is None else _quoted(value) for value in column])}}}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
