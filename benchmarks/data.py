"""A register full of made-up people, written set-wise: what `population.py` says, in the tables of the project.

Indexes and constraints are dropped before and built after, and are the same in the end; the append-only triggers stay
where they are. One reading of the clock dates everything, and the folder keeps the result for the next run.
"""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from django.core.management import call_command
from django.db import connection, transaction

from benchmarks import indexes
from benchmarks.population import (
    COMPANIES,
    CONFIRMED,
    EXPIRED,
    FIRST_CALLER,
    RECORDED,
    REVOKED,
    STEP,
    SUSPENDED,
    Asked,
    Population,
    caller,
    number_sql,
    sectors,
)
from registry import companies, partitions, policies, rules, suspensions
from registry.codes import SECTORS
from registry.errors import Undecidable
from registry.models import Decision, Notice, Policy
from registry.periods import Moment
from registry.predial.facts import Question, ask
from registry.sql import read

HERE = Path(__file__).parent
#: Rows written by one statement.
CHUNK = 1_000_000
BULKY = ("registry_optout", "registry_consent", "registry_relationship", "registry_reassignment")
#: Raised when what is written changes, so that folders made before are made anew.
VERSION = 3
#: China's calling hours but for a minute a day, so that a figure does not depend on when it is taken.
OPEN = 'value = { all_days = [["00:00", "23:59"]] }'
HOURS = 'value = { all_days = [["09:00", "21:00"]] }'


class Manifest(msgspec.Struct, frozen=True):
    """What a data folder holds. Ids of companies and of their keys follow one another; `keys` are the secrets."""

    version: int
    opt_outs: int
    made_at: datetime
    seconds: float
    first_company: int
    first_key: int
    keys: list[str]
    rows: dict[str, int]


def kept(folder: Path, population: Population) -> Manifest | None:
    """The manifest of a folder, if it holds that population whole."""
    try:
        manifest = msgspec.json.decode((folder / "benchmark.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    return manifest if (manifest.version, manifest.opt_outs) == (VERSION, population.opt_outs) else None


def clear(folder: Path) -> None:
    """Remove a data folder of the benchmarks. Its servers must not run. Refuses any other folder."""
    if not folder.name.startswith("bench-"):
        raise ValueError(f"{folder} is no data folder of the benchmarks")
    shutil.rmtree(folder, ignore_errors=True)


def make(folder: Path, population: Population, dsn: str, say: Callable[[str], None]) -> Manifest:
    """Fill an empty database of the embedded server and write the manifest."""
    begin = time.monotonic()
    clock = datetime.now(UTC).replace(microsecond=0)
    first_company, first_key, keys = enter_companies(clock)
    values = _values(population, clock, first_company)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        make_functions(connection)
        taken = [indexes.take(connection, table) for table in BULKY]
        for name, count, more in _parts(population):
            _write(connection, name, count, values | more, say)
        for table in taken:
            say(f"  indexes of {table.table}")
            indexes.put_back(connection, table)
        rows = _settle(connection)
    seconds = round(time.monotonic() - begin, 1)
    manifest = Manifest(VERSION, population.opt_outs, clock, seconds, first_company, first_key, keys, rows)
    path = folder / "benchmark.json"
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def prepare(folder: Path, clock: datetime) -> None:
    """Bring the tables up to date, and load what every question needs. Safe to run again."""
    call_command("migrate", interactive=False, verbosity=0)
    policies.load(clock=clock, folder=_packs(folder))
    rules.load(clock=clock)
    # Three months back for the checks that are made up, and ahead as the project does it.
    back = partitions.month_of(clock - timedelta(days=90))
    partitions.ensure("registry_check", partitions.months_from(back, 7))


#: Every table and index of the register that a question may touch. Where they do not fit, the last stay.
_PREWARM = """
    SELECT sum(pg_prewarm(relation.oid)) FROM pg_class AS relation
    WHERE relation.relkind IN ('r', 'i') AND relation.relname ~ '^(registry_|opt_out_|consent_|relationship_|check_)'
"""


def warm(population: Population, manifest: Manifest, clock: datetime) -> None:
    """Read the tables into the server's memory, as they are on a server that has run for an hour, and ask some
    questions, which makes the calendars of calling hours. Raises what could not be decided.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(_PREWARM)
    for answer in ask(
        [question(asked, manifest) for asked in population.questions(1000, seed=0)], Moment.of(clock)
    ):
        if isinstance(answer, Undecidable):
            raise answer


def question(asked: Asked, manifest: Manifest) -> Question:
    """A question as the register takes it."""
    company = manifest.first_company + asked.company
    return Question(company, company, asked.number, asked.caller, asked.sector, channel=0)


def _packs(folder: Path) -> Path:
    """The project's policy packs, China's with calling hours around the clock."""
    packs = folder / "policies"
    packs.mkdir(exist_ok=True)
    for pack in sorted(policies.FOLDER.glob("*.toml")):
        text = pack.read_text(encoding="utf-8")
        if pack.stem in ("cn", "cn-insurance"):
            if HOURS not in text:
                raise ValueError(f"{pack.name} has other calling hours than the benchmarks replace")
            text = text.replace(HOURS, OPEN)
        (packs / pack.name).write_text(text, encoding="utf-8")
    return packs


@transaction.atomic
def enter_companies(clock: datetime) -> tuple[int, int, list[str]]:
    """Licensed companies with callers, a notice and a key each; the first company's and key's id, and the keys."""
    begins = clock.replace(year=clock.year - 6, day=1)
    moment = Moment(begins, begins)
    first, first_key, keys = 0, 0, []
    for place in range(COMPANIES):
        company = companies.enter(name=f"Company {place}", moment=moment)
        first = first or company.pk
        companies.license(
            company=company, sectors=[SECTORS[sector] for sector in sectors(place)], moment=moment
        )
        for line in range(2):
            companies.add_caller(company=company, number=caller(place, line), moment=moment)
        Notice.objects.create(
            company=company, sha256=f"{place:064x}", text=f"May Company {place} call you?", created_at=begins
        )
        key, secret = companies.issue_key(company=company, moment=moment)
        first_key = first_key or key.pk
        if (company.pk, key.pk) != (first + place, first_key + place):
            raise AssertionError("companies and keys must follow one another")
        keys.append(secret)
        if place in SUSPENDED:
            suspensions.suspend(company=company, moment=Moment.of(clock), note="Benchmark")
    return first, first_key, keys


def _values(population: Population, clock: datetime, first_company: int) -> dict[str, Any]:
    """What the statements of `sql/` take."""
    in_force = dict(
        Policy.objects.as_of(Moment.of(clock)).filter(jurisdiction="CN").values_list("sector", "pk")
    )
    decision = Decision.objects.filter(
        rule__valid__contains=clock, standing="licensed", caller_registered=True, refused=False, out_of_all=False,
        out_of_sector=False, out_of_channel=False, regime="consent_required", hours="open", attempts_exceeded=False,
    )  # fmt: skip
    return {
        "clock": clock,
        "step": STEP,
        "first_company": first_company,
        "first_notice": Notice.objects.get(company_id=first_company).pk,
        "first_caller": FIRST_CALLER,
        "people": population.people,
        "refusers": population.refusers,
        "consents": population.consents,
        "consenters": population.consenters,
        "first_consenter": population.first_consenter,
        "recorded": RECORDED,
        "expired": EXPIRED,
        "confirmed": CONFIRMED,
        "revoked": REVOKED,
        "policies": [in_force[sector] for sector in SECTORS],
        "allowing": decision.get(ground="consent").pk,
        "denying": decision.get(ground="missing").pk,
    }


def _parts(population: Population) -> list[tuple[str, int, dict[str, int]]]:
    """The statements in their order: name, how many places, and where their people begin."""
    n = population.opt_outs
    base = population.refusers + population.company_refusals
    return [
        ("opt_outs", population.refusers, {}),
        ("company_refusals", population.company_refusals, {}),
        ("withdrawn", population.withdrawn, {"base": base, "person": n * 70 // 100}),
        ("consents", population.consents, {}),
        ("relationships", population.relationships, {"person": n * 78 // 100}),
        ("reassignments", population.reassignments, {"person": n * 76 // 100}),
        ("checks", population.checks, {}),
    ]


def make_functions(connection: psycopg.Connection) -> None:
    """The two functions the statements share, in one session; simple enough for the planner to inline."""
    connection.execute(
        "CREATE FUNCTION pg_temp.number_of(person bigint) RETURNS bigint LANGUAGE sql IMMUTABLE"
        f" RETURN {number_sql('person')}"
    )
    connection.execute(
        "CREATE FUNCTION pg_temp.chance(place bigint, salt bigint, below bigint) RETURNS bigint LANGUAGE sql"
        " IMMUTABLE RETURN (hashint8extended(place, salt) & 9223372036854775807) % below"
    )


def _write(
    connection: psycopg.Connection, name: str, count: int, values: dict[str, Any], say: Callable[[str], None]
) -> None:
    statement = read(HERE / "sql" / f"{name}.sql")
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count) - 1
        connection.execute(statement, values | {"first": first, "last": last})
        say(f"  {name.replace('_', ' ')} {last + 1:,} of {count:,}")


def _settle(connection: psycopg.Connection) -> dict[str, int]:
    """Set the sequences past what was written, gather statistics; the rows of each table."""
    rows = {}
    for table in (*BULKY, "registry_check"):
        if table == "registry_check":
            connection.execute("SELECT setval('registry_check_id_seq', max(id)) FROM registry_check")
        else:
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        connection.execute(f"VACUUM (ANALYZE) {table}")
        rows[table] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.execute("ANALYZE")
    connection.execute("CHECKPOINT")
    return rows


def describe(manifest: Manifest) -> str:
    """One line about a data set."""
    rows = ", ".join(f"{count:,} {table.partition('_')[2]}" for table, count in manifest.rows.items())
    return f"{rows} rows; made in {manifest.seconds:,.0f} s"
