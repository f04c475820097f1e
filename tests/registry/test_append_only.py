"""What is on record is superseded and never edited, whoever tries: the guards of the append-only tables."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from registry.models import Caller, Consent, Licence, OptOut, Policy, Reassignment, Relationship
from registry.periods import TwoClock
from registry.predial.check import check
from tests.registry.one_of_each import one_of_each, question, when

#: Each two-clock table, with an edit of something it says.
EDITS = {
    Licence: "note = 'another'",
    Caller: "number = number + 1",
    OptOut: "channels = 1",
    Consent: "status = 1",
    Relationship: "kind = 2",
    Reassignment: "source = 'another'",
    Policy: "pack = 'another'",
}
CLOSE = "recorded = tstzrange(lower(recorded), '2026-03-10 02:00+00')"
#: What may not happen to a row on record: anything but being closed.
ATTACKS = (
    "UPDATE {table} SET {edit} WHERE id = %s",
    "UPDATE {table} SET {edit}, " + CLOSE + " WHERE id = %s",
    "UPDATE {table} SET valid = tstzrange(lower(valid), '2026-03-10 02:00+00') WHERE id = %s",
    # Closed to nothing, it would be lost from history; its start moved, it would have been known earlier.
    "UPDATE {table} SET recorded = 'empty' WHERE id = %s",
    "UPDATE {table} SET recorded = tstzrange('2020-01-01 00:00+00', '2026-03-10 02:00+00') WHERE id = %s",
    "UPDATE {table} SET recorded = recorded WHERE id = %s",
    "DELETE FROM {table} WHERE id = %s",
)
#: What may not happen to a row that was superseded: anything. Opened again, closed elsewhere, edited, deleted.
ATTACKS_ON_CLOSED = (
    "UPDATE {table} SET recorded = tstzrange(lower(recorded), NULL) WHERE id = %s",
    "UPDATE {table} SET recorded = tstzrange(lower(recorded), '2030-01-01 00:00+00') WHERE id = %s",
    "UPDATE {table} SET {edit} WHERE id = %s",
    "DELETE FROM {table} WHERE id = %s",
)


@pytest.fixture(params=EDITS, ids=lambda model: model._meta.model_name)
def row(request, acme, ana):
    return one_of_each(acme, ana)[request.param]


@pytest.fixture(params=["origin", "replica"])
def role(request, db):
    """The session's replication role: plain triggers sleep under `replica`, these must not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {request.param}")
    yield request.param
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")


def stored(table: str) -> list[str]:
    """Every row of a table, as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY id")
        return [line for (line,) in cursor.fetchall()]


def refused(statement: str, row) -> None:
    """The database refuses the statement, names the guard of the row's table, and nothing has changed."""
    table = row._meta.db_table
    before = stored(table)
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement.format(table=table, edit=EDITS[type(row)]), [row.pk] if "%s" in statement else []
        )
    assert caught.value.__cause__.diag.constraint_name == f"{table}_append_only"
    assert stored(table) == before


def test_it_refuses_to_change_what_is_on_record(row, role):
    for attack in ATTACKS:
        refused(attack, row)


def test_it_refuses_to_touch_what_was_superseded(row, role):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {CLOSE} WHERE id = %s", [row.pk])
    for attack in ATTACKS_ON_CLOSED:
        refused(attack, row)


def test_it_refuses_to_empty_a_table(row, role):
    with connection.cursor() as cursor:
        # TRUNCATE waits for no deferred foreign key, and would be refused for those of the rows made here.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # Without CASCADE, a table that others point to is refused for that already.
    refused("TRUNCATE {table} CASCADE", row)


def test_it_lets_a_row_be_closed_once(row, role):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {CLOSE} WHERE id = %s", [row.pk])
        assert cursor.rowcount == 1
    row.refresh_from_db()
    assert row.recorded.upper == when("02:00")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE registry_check SET allowed = true, valid_until = checked_at",
        "DELETE FROM registry_check",
        "TRUNCATE registry_check",
        "UPDATE registry_check_2026_03 SET allowed = true, valid_until = checked_at",
        "DELETE FROM registry_check_2026_03",
    ],
)
def test_it_refuses_to_change_a_check(acme, ana, moment, role, attack):
    check([question(acme, ana)], moment)
    before = stored("registry_check")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert len(before) == 1
    assert stored("registry_check") == before


def test_no_two_clock_table_is_left_out():
    guarded = {model for model in apps.get_models() if issubclass(model, TwoClock)} | {Policy}
    assert guarded == set(EDITS)
