"""A draft in force for one session of the database, and for nobody else.

PostgreSQL looks for a table among the session's temporary ones first. So temporary tables of the same names stand
before the register's policies and calling hours, `facts.sql` reads them without a word changed, and nothing is written
that others could see: they go with the session, however it ends. `draft` turns them to the front.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from compliance.errors import ReplayNeedsSession
from registry.models import Policy

#: What a policy decides, and the calling hours made from it on demand.
SHADOWED = ("registry_policy", "registry_schedule", "registry_segment")


class Session:
    """Two views of the same register on this connection."""

    def __init__(self, schemas: str) -> None:
        self.schemas = schemas

    @contextmanager
    def draft(self) -> Iterator[None]:
        """Within, the draft's tables are read and written in the place of the register's."""
        _search(f"pg_temp, {self.schemas}")
        if not _shadowed():
            raise AssertionError("the draft's tables are not before the register's")
        yield
        self.turn_away()

    def turn_away(self) -> None:
        """The register's own tables are read again."""
        _search(f"{self.schemas}, pg_temp")


@contextmanager
def session(rows: Iterable[Policy]) -> Iterator[Session]:
    """Put the rows of a draft before those in force, on this connection only; gone afterwards.

    Where the connection is not to be had any more at the end, it is closed, and the tables with it. Raises
    `ReplayNeedsSession` behind a pooler in transaction mode: there the draft would stay with a session of the server
    that answers somebody else's checks next.
    """
    if connection.settings_dict["OPTIONS"].get("prepare_threshold") is None:
        raise ReplayNeedsSession
    ((schemas, schema),) = _rows("SELECT current_setting('search_path'), current_schema()")
    held = Session(schemas)
    try:
        _make(schema, list(rows), held)
        yield held
    finally:
        _clear(schemas)


def _make(schema: str, rows: list[Policy], held: Session) -> None:
    own = connection.ops.quote_name(schema)
    for table in SHADOWED:
        _run(
            f"CREATE TEMPORARY TABLE {table} "
            f"(LIKE {own}.{table} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING IDENTITY)"
        )
    _run(
        f"INSERT INTO pg_temp.registry_policy SELECT * FROM {own}.registry_policy "
        "WHERE (jurisdiction, sector) NOT IN (SELECT * FROM unnest(%s::text[], %s::smallint[]))",
        [row.jurisdiction for row in rows],
        [Policy._meta.get_field("sector").get_prep_value(row.sector) for row in rows],
    )
    for table in SHADOWED[1:]:
        _run(f"INSERT INTO pg_temp.{table} SELECT * FROM {own}.{table}")
    # Ids below 0: no row that stays is ever taken for one of these.
    for place, row in enumerate(rows, 1):
        row.pk = -place
    _run("ALTER TABLE pg_temp.registry_schedule ALTER COLUMN id RESTART WITH 1000000000")
    with held.draft():
        Policy.objects.bulk_create(rows)
    for table in SHADOWED:
        _run(f"ANALYZE pg_temp.{table}")


def _shadowed() -> bool:
    return all(_rows(f"SELECT '{table}'::regclass = 'pg_temp.{table}'::regclass")[0][0] for table in SHADOWED)


def _clear(schemas: str) -> None:
    try:
        _search(schemas)
        for table in SHADOWED:
            _run(f"DROP TABLE IF EXISTS pg_temp.{table}")
    except BaseException:
        connection.close()
        raise


def _search(schemas: str) -> None:
    _run("SELECT set_config('search_path', %s, false)", schemas)


def _run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
