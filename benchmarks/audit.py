"""`audit`: company-days by two workers, the whole rule and the audit's own findings, against an ORM loop and DuckDB."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import audit_worker, calls, duck, naive, project
from benchmarks.figures import Figure, Measured, Ratio, against, interleave
from benchmarks.stage import Stage
from compliance.audit import audit
from compliance.models import Audit, Call
from registry.models import Check
from registry.sql import read

WORKERS = 2
#: Calls to one opt-out of the population.
CALLS_AN_OPT_OUT = 0.2
#: Calls the ORM loop judges in a round; all of them would take it hours.
LOOPED = 150
COPIED = {
    "called": "SELECT id, company_id, number, started_at AT TIME ZONE 'UTC' FROM compliance_call"
    " WHERE started_at >= '{since}' AND started_at < '{until}'",
    "checked": "SELECT id, company_id, number, checked_at AT TIME ZONE 'UTC', allowed, valid_until AT TIME ZONE 'UTC'"
    " FROM registry_check WHERE checked_at >= '{since}' AND checked_at < '{until}'",
}
COLUMNS = {
    "called": "id BIGINT, company_id BIGINT, number BIGINT, started_at TIMESTAMP",
    "checked": "id BIGINT, company_id BIGINT, number BIGINT, checked_at TIMESTAMP, allowed BOOLEAN,"
    " valid_until TIMESTAMP",
}
OURS, DUCK, LOOP = f"audit, {WORKERS} workers", "DuckDB, the like question", "ORM loop"


def measure(stage: Stage) -> Figure:
    """Make the calls if they are not there, then all rungs in turn. Raises if the findings are not those planted."""
    made = calls.make(stage, int(stage.population.opt_outs * CALLS_AN_OPT_OUT))
    planted = calls.planted(stage)
    with (
        ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), initializer=project.load) as pool,
        duckdb.connect(str(duck.database(stage)), read_only=True) as connection,
    ):
        _copy_calls(stage, connection)
        list(pool.map(time.sleep, [0.2] * WORKERS))  # both have loaded the project
        rungs = interleave(
            [
                (OURS, "calls", lambda: audit_days(pool, stage, made)),
                (DUCK, "calls", lambda: ask_duck(connection, made)),
                (LOOP, "calls", lambda: loop(stage)),
            ],
            stage.rounds,
            stage.say,
        )
    ours = rungs[OURS]
    found = totals()
    return Figure(
        "audit",
        f"{made:,} calls in {Audit.objects.count()} company-days, the whole rule and the audit's own findings",
        list(rungs.values()),
        [
            Ratio("calls a second", ours.per_second, 150_000),
            Ratio("times the ORM loop", against(ours, rungs[LOOP]), 300),
            Ratio("times DuckDB's time", 1 / against(ours, rungs[DUCK]), 6, at_most=True),
            Ratio("incidents", sum(Audit.objects.values_list("incidents", flat=True)), 0, at_most=True),
            Ratio(
                "planted codes counted otherwise",
                sum(found.get(code, 0) != count for code, count in planted.items()),
                0,
                at_most=True,
            ),
        ],
        {"violations": found, "planted": planted},
    )


def audit_days(pool: ProcessPoolExecutor, stage: Stage, made: int) -> Measured:
    """Ask for every company-day anew and have the workers do them."""
    days = calls.days_of(stage.manifest)
    companies = [stage.manifest.first_company + place for place in calls.CALLERS]
    pairs = audit.request(days[0], days[-1], companies, clock=datetime.now(UTC))
    begin = time.monotonic()
    audited = sum(pool.map(audit_worker.audit_day, pairs))
    seconds = time.monotonic() - begin
    if audited != made:
        raise RuntimeError(f"of {made} calls {audited} were audited")
    return Measured(made / seconds)


def totals() -> dict[str, int]:
    """What the audits found, by code."""
    found: dict[str, int] = {}
    for counts in Audit.objects.values_list("violations", flat=True):
        for code, count in counts.items():
            found[code] = found.get(code, 0) + count
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _copy_calls(stage: Stage, duck_connection: duckdb.DuckDBPyConnection) -> None:
    """The calls and checks of those days in DuckDB's memory."""
    since, until = calls.bounds_of(stage.manifest)
    edges = {"since": since.isoformat(), "until": until.isoformat()}
    with stage.connect() as connection:
        for name, statement in COPIED.items():
            definition = f"CREATE TEMP TABLE {name} ({COLUMNS[name]})"
            duck.copy(connection, duck_connection, statement.format(**edges), definition, name)


def ask_duck(connection: duckdb.DuckDBPyConnection, made: int) -> Measured:
    """The like question, all calls in one statement."""
    begin = time.monotonic()
    (count, *_) = connection.execute(read(Path(__file__).parent / "sql" / "duck_audit.sql")).fetchone()
    if count != made:
        raise RuntimeError(f"DuckDB judged {count} of {made} calls")
    return Measured(made / (time.monotonic() - begin))


def loop(stage: Stage) -> Measured:
    """A call at a time, a query a fact, as of the call."""
    since, until = calls.bounds_of(stage.manifest)
    made = Call.objects.filter(started_at__gte=since, started_at__lt=until)
    # Other calls each time, from wherever the clock points: what was read once is read faster.
    offset = time.time_ns() // 1_000_000 % max(1, made.count() - LOOPED)
    sample = list(made.select_related("company").order_by("id")[offset : offset + LOOPED])
    begin = time.monotonic()
    for call in sample:
        judge(call)
    return Measured(LOOPED / (time.monotonic() - begin))


def judge(call: Call) -> list[str]:
    """What was wrong with a call: the naive check's questions as of the call, and whether it kept to its check."""
    at = call.started_at
    then: dict[str, Any] = {"valid__contains": at, "recorded__contains": at}
    wrong = naive.reasons(
        naive.Asked(call.company, call.number, call.caller, call.sector, call.channel, at), then
    ).codes
    check = (
        Check.objects.filter(number=call.number, company=call.company, checked_at__lte=at)
        .order_by("-checked_at")
        .first()
    )
    if check is None:
        wrong.append("no_check")
    elif not check.allowed:
        wrong.append("called_after_deny")
    elif check.valid_until < at:
        wrong.append("check_expired")
    return wrong
