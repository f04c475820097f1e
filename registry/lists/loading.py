"""What loading any list has in common: chunks, counts, and staging by COPY."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from psycopg import sql

from registry.lists.rows import Rejected

#: Rows put on record in one transaction: enough for COPY to pay, few enough to be on record soon after they are read.
CHUNK = 50_000

Reject = Callable[[Rejected], None]
Progress = Callable[[int], None]


@dataclass
class Counts:
    """What became of a file's rows: put on record, on record already, refused."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0


def chunks(rows: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """`rows` in lists of at most `size`."""
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


Columns = Sequence[tuple[str, str]]


def stage(table: str, columns: Columns, rows: Iterable[Sequence[Any]], filled_in: Columns = ()) -> None:
    """A temporary table `table` of `(name, type)` columns, filled and analysed; `filled_in` are left empty.

    Call it inside a transaction: the table goes with it.
    """
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    shape = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in (*columns, *filled_in)
    )
    target = sql.Identifier(table)
    with connection.cursor() as cursor:
        # Dropped first as well as on commit: chunks of one file may share a transaction.
        drop = sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(target)
        create = sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(target, shape)
        cursor.execute(drop.as_string(cursor.connection))
        cursor.execute(create.as_string(cursor.connection))
        copy_in = sql.SQL("COPY pg_temp.{} ({}) FROM STDIN").format(target, names)
        with cursor.copy(copy_in.as_string(cursor.connection)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(sql.SQL("ANALYZE pg_temp.{}").format(target).as_string(cursor.connection))
