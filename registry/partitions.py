"""Monthly partitions of the append-only tables: made before they are needed, or when a row of their month arrives."""

from datetime import UTC, datetime

from django.db import connection
from psycopg import sql


def month_of(at: datetime) -> tuple[int, int]:
    """Year and month, UTC, of an instant."""
    at = at.astimezone(UTC)
    return at.year, at.month


def months_from(first: tuple[int, int], count: int) -> list[tuple[int, int]]:
    """`count` months from `first` on."""
    start = first[0] * 12 + first[1] - 1
    return [(n // 12, n % 12 + 1) for n in range(start, start + count)]


def ensure(table: str, months: list[tuple[int, int]]) -> int:
    """Make the partitions of `table` for `months` that are not there; how many were made.

    Safe to run at once from many processes: an advisory lock queues them, and what is there is left alone.
    """
    made = 0
    with connection.cursor() as cursor:
        for year, month in sorted(set(months)):
            name = f"{table}_{year:04d}_{month:02d}"
            cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
            if not cursor.fetchone()[0]:
                continue
            following = months_from((year, month), 2)[1]
            statement = sql.SQL(
                "SELECT pg_advisory_xact_lock(hashtext({lock}));"
                "CREATE TABLE IF NOT EXISTS {part} PARTITION OF {table} FOR VALUES FROM ({since}) TO ({until})"
            ).format(
                lock=sql.Literal(table),
                part=sql.Identifier(name),
                table=sql.Identifier(table),
                since=sql.Literal(f"{year:04d}-{month:02d}-01 00:00:00+00"),
                until=sql.Literal(f"{following[0]:04d}-{following[1]:02d}-01 00:00:00+00"),
            )
            cursor.execute(statement.as_string(cursor.connection))
            made += 1
    return made


def exists(table: str, month: tuple[int, int]) -> bool:
    """Whether the partition of `table` for a month is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{table}_{month[0]:04d}_{month[1]:02d}"])
        return bool(cursor.fetchone()[0])


def ensure_around(table: str, clock: datetime, ahead: int = 3) -> int:
    """Make last month's partition, this month's, and `ahead` more; how many were made."""
    year, month = month_of(clock)
    before = months_from((year - 1, 12), 1)[0] if month == 1 else (year, month - 1)
    return ensure(table, months_from(before, ahead + 2))
