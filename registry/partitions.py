"""Monthly partitions of the append-only tables, from their making to their being put aside.

Made before they are needed, or when a row of their month arrives. A month that is older than the register keeps is
detached: it stays a table of its own (`detached_registry_check_2023_01`), guarded as before, which is archived or
dropped by people, and never by the register.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from psycopg import sql

Month = tuple[int, int]

#: What a partition is made with. Rows never change, so that a vacuum can freeze what it meets at once; without these
#: settings it would come after a fifth more rows, and a month of a billion rows would be frozen years later in one go.
_MAKE = """
SELECT pg_advisory_xact_lock(hashtext({lock}));
CREATE TABLE IF NOT EXISTS {part} PARTITION OF {table} FOR VALUES FROM ({since}) TO ({until});
ALTER TABLE {part} SET (
    autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02
);
"""
#: Its statement triggers are not those of its table: TRUNCATE is guarded on each. `sql/partitions_v1.sql` does the same
#: for those that were made without.
_GUARD = """
CREATE OR REPLACE TRIGGER {trigger} BEFORE {event} ON {part} FOR EACH {each} EXECUTE FUNCTION registry_never_v1();
ALTER TABLE {part} ENABLE ALWAYS TRIGGER {trigger};
"""


class Part(NamedTuple):
    """A month of a table. `state` is `attached`, `detaching` (begun and not finished) or `loose` (finished, and not yet
    put aside).
    """

    name: str
    month: Month
    state: str


def month_of(at: datetime) -> Month:
    """Year and month, UTC, of an instant."""
    at = at.astimezone(UTC)
    return at.year, at.month


def months_from(first: Month, count: int) -> list[Month]:
    """`count` months from `first` on; back from it where `count` is negative."""
    start = first[0] * 12 + first[1] - 1
    return [(n // 12, n % 12 + 1) for n in range(start, start + count, -1 if count < 0 else 1)]


def ensure(table: str, months: list[Month]) -> int:
    """Make the partitions of `table` for `months` that are not there; how many were made.

    Safe to run at once from many processes: an advisory lock queues them, and what is there is left alone.
    """
    made = 0
    for month in sorted(set(months)):
        if exists(table, month):
            continue
        name, following = _name(table, month), months_from(month, 2)[1]
        _run(
            _MAKE + _GUARD,
            trigger=sql.Identifier(f"{name}_never_truncated"),
            event=sql.SQL("TRUNCATE"),
            each=sql.SQL("STATEMENT"),
            lock=sql.Literal(table),
            part=sql.Identifier(name),
            table=sql.Identifier(table),
            since=sql.Literal(f"{month[0]:04d}-{month[1]:02d}-01 00:00:00+00"),
            until=sql.Literal(f"{following[0]:04d}-{following[1]:02d}-01 00:00:00+00"),
        )
        made += 1
    return made


def exists(table: str, month: Month) -> bool:
    """Whether the partition of `table` for a month is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_name(table, month)])
        return bool(cursor.fetchone()[0])


def ensure_around(table: str, clock: datetime, ahead: int = 3) -> int:
    """Make last month's partition, this month's, and `ahead` more; how many were made."""
    return ensure(table, months_from(months_from(month_of(clock), -2)[1], ahead + 2))


def kept_since(clock: datetime, *, months: int, days: int = 0) -> Month | None:
    """The first month that is kept where `months` whole ones are, and in any case the last `days`; None: all are."""
    if not months:
        return None
    return min(months_from(month_of(clock), -months - 1)[-1], month_of(clock - timedelta(days=days)))


def parts(table: str) -> list[Part]:
    """The months of a table, the oldest first, and those that are on their way out of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT part.relname, CASE
                WHEN link.inhrelid IS NULL THEN 'loose' WHEN link.inhdetachpending THEN 'detaching' ELSE 'attached'
            END
            FROM pg_class AS part
            LEFT JOIN pg_inherits AS link ON link.inhrelid = part.oid
            WHERE part.relkind = 'r' AND part.relnamespace = current_schema()::regnamespace
                AND part.relname ~ ('^' || %s || '_[0-9]{4}_[0-9]{2}$')
            ORDER BY part.relname
            """,
            [re.escape(table)],
        )
        return [Part(name, (int(name[-7:-3]), int(name[-2:])), state) for name, state in cursor.fetchall()]


def detach(table: str, *, before: Month) -> list[str]:
    """Take the months before `before` out of a table and put them aside; their new names.

    Safe to run again, also after it was killed. Outside a transaction nobody waits, who writes to the table or reads
    it.
    """
    aside = []
    for part in parts(table):
        if part.month >= before:
            continue
        how = {"attached": "" if connection.in_atomic_block else " CONCURRENTLY", "detaching": " FINALIZE"}
        if part.state in how:
            _run(
                "ALTER TABLE {table} DETACH PARTITION {part}" + how[part.state],
                table=sql.Identifier(table),
                part=sql.Identifier(part.name),
            )
        aside.append(f"detached_{part.name}")
        # The triggers of the table went with it.
        _run(
            _GUARD + "ALTER TABLE {part} RENAME TO {aside}",
            trigger=sql.Identifier(f"{part.name}_never_changed"),
            event=sql.SQL("UPDATE OR DELETE"),
            each=sql.SQL("ROW"),
            part=sql.Identifier(part.name),
            aside=sql.Identifier(aside[-1]),
        )
    return aside


def _name(table: str, month: Month) -> str:
    return f"{table}_{month[0]:04d}_{month[1]:02d}"


def _run(statement: str, **names: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**names).as_string(cursor.connection))
