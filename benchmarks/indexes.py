"""Take a table's indexes and constraints away before a bulk load, and put back exactly what was there."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

#: Keys, uniqueness, exclusions and references; checks stay, since they cost little and read well when they fail.
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid), contype = 'f' FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x', 'f') ORDER BY contype = 'f', conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY 1
"""


@dataclass(frozen=True)
class Taken:
    """What was taken from one table: constraints as (name, definition, whether a reference), indexes likewise."""

    table: str
    constraints: list[tuple[str, str, bool]]
    indexes: list[tuple[str, str]]


def read(connection: psycopg.Connection, table: str) -> Taken:
    """What a table has."""
    return Taken(
        table,
        connection.execute(CONSTRAINTS, [table]).fetchall(),
        connection.execute(INDEXES, [table]).fetchall(),
    )


def take(connection: psycopg.Connection, table: str) -> Taken:
    """Drop them all."""
    taken = read(connection, table)
    for name, _, _ in reversed(taken.constraints):
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
        )
    for name, _ in taken.indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return taken


def put_back(connection: psycopg.Connection, taken: Taken) -> None:
    """Build them all again; raises what they forbid, and AssertionError if something is not as it was."""
    for name, definition, _ in taken.constraints:
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(taken.table), sql.Identifier(name), sql.SQL(definition)
            )
        )
    for _, definition in taken.indexes:
        connection.execute(sql.SQL(definition))
    if read(connection, taken.table) != taken:
        raise AssertionError(f"{taken.table} did not get back what it had")
