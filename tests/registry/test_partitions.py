"""The months of the append-only tables: guarded from the first, made in time, put aside when they are old."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from compliance.tasks import detach_call_partitions, make_call_partitions
from registry import partitions, tasks

pytestmark = pytest.mark.django_db
CLOCK = datetime(2026, 3, 10, 2, tzinfo=UTC)
TABLES = ("registry_check", "compliance_call")


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def months(table):
    return [part.month for part in partitions.parts(table) if part.state == "attached"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_it_makes_months_that_nobody_can_empty(table, role):
    assert partitions.ensure(table, [(2019, 5), (2019, 5), (2019, 6)]) == 2
    run(f"SET LOCAL session_replication_role = {role}")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        run(f"TRUNCATE {table}_2019_05")
    assert partitions.exists(table, (2019, 6))


@pytest.mark.parametrize("table", TABLES)
def test_it_guards_the_months_that_were_made_without(table):
    run(f"CREATE TABLE {table}_2019_05 PARTITION OF {table} FOR VALUES FROM ('2019-05-01') TO ('2019-06-01')")
    run(f"TRUNCATE {table}_2019_05")
    run(f"CALL registry_guard_partitions_v1('{table}')")
    run(f"CALL registry_guard_partitions_v1('{table}')")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        run(f"TRUNCATE {table}_2019_05")
    partitions.ensure(table, [(2019, 6)])
    ((made,), (guarded,)) = run(
        "SELECT reloptions FROM pg_class WHERE relname IN (%s, %s)", f"{table}_2019_05", f"{table}_2019_06"
    )
    assert made == guarded
    assert "autovacuum_freeze_min_age=0" in made


def test_it_leaves_no_month_of_this_database_unguarded():
    unguarded = run(
        """
        SELECT part.relname
        FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid JOIN pg_class AS whole ON whole.oid = inhparent
        WHERE whole.relkind = 'p' AND part.relkind = 'r' AND NOT EXISTS (
            SELECT FROM pg_trigger WHERE tgrelid = part.oid AND tgname = part.relname || '_never_truncated'
                AND tgenabled = 'A'
        )
        """
    )
    assert unguarded == []


def test_it_makes_the_months_of_calls_ahead(now):
    now.move_to(datetime(2027, 1, 31, tzinfo=UTC))
    # Those reported, and those carried: of these there was none.
    assert make_call_partitions() == 10
    for table in ("compliance_call", "compliance_carriercall"):
        assert months(table)[-5:] == [(2026, 12), (2027, 1), (2027, 2), (2027, 3), (2027, 4)]
    assert make_call_partitions() == 0


def test_it_puts_old_months_aside_with_their_rows_and_guards(acme, ana):
    partitions.ensure("registry_check", [(2019, 5), (2019, 6)])
    run(
        "INSERT INTO registry_check (checked_at, number, company_id, seller_id, caller, decision_id, policy_id, "
        "sector, channel, purpose, kind, allowed) VALUES ('2019-05-07', %s, %s, %s, 1, 1, 1, 0, 0, 0, 0, false)",
        ana,
        acme.pk,
        acme.pk,
    )
    assert partitions.detach("registry_check", before=(2019, 6)) == ["detached_registry_check_2019_05"]
    assert months("registry_check")[0] == (2019, 6)
    assert run("SELECT count(*) FROM registry_check WHERE checked_at < '2019-06-01'") == [(0,)]
    assert run("SELECT number FROM detached_registry_check_2019_05") == [(ana,)]
    for attack in ("TRUNCATE {}", "DELETE FROM {}", "UPDATE {} SET allowed = true"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            run(attack.format("detached_registry_check_2019_05"))
    assert partitions.detach("registry_check", before=(2019, 6)) == []
    assert partitions.ensure("registry_check", [(2019, 5)]) == 1


def test_it_finishes_what_was_broken_off_between_two_steps():
    partitions.ensure("registry_check", [(2019, 5)])
    run("ALTER TABLE registry_check DETACH PARTITION registry_check_2019_05")
    assert partitions.parts("registry_check")[0].state == "loose"
    assert partitions.detach("registry_check", before=(2019, 6)) == ["detached_registry_check_2019_05"]
    assert not partitions.exists("registry_check", (2019, 5))


@pytest.mark.parametrize(
    ("kept", "days", "first"),
    [
        (0, 0, None),
        (1, 0, (2026, 2)),
        (3, 0, (2025, 12)),
        (27, 0, (2023, 12)),
        (3, 1096, (2023, 3)),
        (60, 1096, (2021, 3)),
    ],
)
def test_it_keeps_whole_months_and_what_call_logs_may_still_bring(kept, days, first):
    assert partitions.kept_since(CLOCK, months=kept, days=days) == first


def test_it_detaches_by_itself_what_is_older_than_the_settings_say(now, settings):
    now.move_to(CLOCK)
    for table in TABLES:
        partitions.ensure(table, [(2019, 5), (2023, 3), (2025, 11)])
    assert (tasks.detach_partitions(), detach_call_partitions()) == ([], [])
    settings.CHECK_RETENTION_MONTHS = settings.CALL_RETENTION_MONTHS = 3
    assert "detached_registry_check_2025_11" in tasks.detach_partitions()
    partitions.ensure("compliance_carriercall", [(2019, 5)])
    assert detach_call_partitions() == [
        "detached_compliance_call_2019_05",
        "detached_compliance_carriercall_2019_05",
    ]
    assert months("registry_check")[0] == (2025, 12)
    assert (2023, 3) in months("compliance_call")


def command(*options):
    out = StringIO()
    call_command("detach_partitions", *options, stdout=out)
    return out.getvalue()


def test_it_detaches_by_hand_and_says_beforehand_what_it_would(now):
    now.move_to(CLOCK)
    partitions.ensure("compliance_call", [(2019, 5)])
    options = ("compliance_call", "--before", "2019-06")
    assert command(*options, "--dry-run") == "compliance_call_2019_05\n"
    assert (2019, 5) in months("compliance_call")
    assert json.loads(command(*options, "--json")) == {
        "table": "compliance_call",
        "detached": ["detached_compliance_call_2019_05"],
    }
    assert command(*options) == "No month is that old\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("registry_optout", "--before", "2019-06"), "is none of: compliance_call, compliance_carriercall"),
        (("registry_check", "--before", "2019-13"), "no month such as 2024-01"),
        (("registry_check", "--before", "2026-04"), "stay"),
    ],
)
def test_it_refuses_other_tables_and_months(now, options, words):
    now.move_to(CLOCK)
    with pytest.raises(CommandError, match=words):
        command(*options)
