"""The cast of the tests, and the reference data every database needs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from config.celery import app
from registry import companies, partitions, policies, rules, suspensions
from registry.models import Company
from registry.periods import Moment

#: Tuesday, 10 March 2026, ten in the morning in China.
CLOCK = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ANA = 8613800138000
ACME_CALLER = 861065551234
BOLT_CALLER = 861065554321

#: Tables that hold what every test needs and no test changes.
REFERENCE = {
    "registry_ruleset",
    "registry_decision",
    "registry_policy",
    "registry_policypack",
    "registry_numberrange",
    "registry_schedule",
    "registry_segment",
    "registry_holiday",
    "django_content_type",
    "auth_permission",
    "django_migrations",
}


def pytest_collection_modifyitems(items):
    """Begin with the tests that wait for real servers: one process does, while the others work through the rest.

    Left to chance, the longest of them may begin last, and everybody waits for it.
    """
    items.sort(key=lambda item: "acceptance" not in item.path.parts)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """A database of its own for each process of the tests, with rule, policies, numbering plan and partitions.

    pytest-django's own makes none when all tests that were named use `committed`, and they would meet the register.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        rules.load(clock=CLOCK)
        policies.load(clock=CLOCK)
        for year, months in ((2025, range(1, 13)), (2026, range(1, 13))):
            partitions.ensure("registry_check", [(year, month) for month in months])
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A database whose rows other connections see; emptied afterwards, all but the reference data.

    The append-only tables refuse TRUNCATE, so their triggers are lifted for that one statement.
    """
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty()
            connection.close()


def empty() -> None:
    """Empty every table but the reference data; of a test database only."""
    assert connection.settings_dict["NAME"].startswith("test_")
    tables = [name for name in connection.introspection.table_names() if name not in REFERENCE]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r'"
        )
        parts = [row[0] for row in cursor.fetchall()]
        whole = [name for name in tables if name not in parts]
        for name in (*whole, *parts):
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        names = ", ".join(f'"{name}"' for name in whole)
        cursor.execute(f"TRUNCATE {names}")
        for name in (*whole, *parts):
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [name]
            )
            for (trigger,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE "{name}" ENABLE ALWAYS TRIGGER "{trigger}"')


@pytest.fixture
def files(settings, tmp_path) -> Path:
    """The folder in which uploads and what is made of them lie, empty and of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def eager():
    """Tasks are done at once, by whoever sends them."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def clock() -> datetime:
    """The tests' present."""
    return CLOCK


@pytest.fixture
def moment(clock) -> Moment:
    """Now, on both clocks."""
    return Moment.of(clock)


@pytest.fixture
def ana() -> int:
    """Ana's mobile number in China."""
    return ANA


@pytest.fixture
def acme(db) -> Company:
    """Acme: licensed for insurance and finance since 2025, calls from one number."""
    since_2025 = Moment.of(datetime(2025, 1, 1, tzinfo=UTC))
    company = companies.enter(name="Acme Insurance", moment=since_2025)
    companies.license(company=company, sectors=["insurance", "finance"], moment=since_2025)
    companies.add_caller(company=company, number=ACME_CALLER, moment=since_2025)
    return company


@pytest.fixture
def bolt(db, moment) -> Company:
    """Bolt: was licensed for real estate, and is suspended."""
    since_2025 = Moment.of(datetime(2025, 1, 1, tzinfo=UTC))
    company = companies.enter(name="Bolt Homes", moment=since_2025)
    companies.license(company=company, sectors=["real_estate"], moment=since_2025)
    companies.add_caller(company=company, number=BOLT_CALLER, moment=since_2025)
    suspensions.suspend(
        company=company, moment=Moment.of(datetime(2026, 2, 1, tzinfo=UTC)), note="complaints"
    )
    return company


@pytest.fixture
def carrier(db) -> Company:
    """A carrier, which may import opt-outs of every scope."""
    return companies.enter(name="Telco", kind="carrier", moment=Moment.of(datetime(2025, 1, 1, tzinfo=UTC)))
