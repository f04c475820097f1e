"""`month`: a month of a whole country, with every offence planted in known numbers, audited by workers, and counted.

`stories.py` says what happens; here it is spread over companies, days and numbers, and written set-wise, but for the
checks: they are the rule's own answers, asked as of their time. What an audit must find follows from the stories alone.
The acceptance test of the same name runs a small month through the same lines.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

from benchmarks import audit_worker, month_rows, month_totals, project
from benchmarks.figures import Figure, Measured, Ratio, interleave
from benchmarks.month_plan import DAY, Month
from benchmarks.stage import Stage
from compliance.audit import audit
from compliance.reconciliation import reconciliation

WORKERS = 2
#: Stories to one opt-out of the population; each is about one call.
STORIES_AN_OPT_OUT = 3
DAYS = 30
#: The month ends so long ago: the data set's own checks and calls lie after it.
DAYS_BACK = 65


def measure(stage: Stage) -> Figure:
    """Make the month if it is not there, audit it, and hold what was found against what was planted."""
    first = stage.manifest.made_at.date() - timedelta(days=DAYS_BACK + DAYS)
    companies = [stage.manifest.first_company + place for place in range(len(stage.manifest.keys))]
    month = Month(
        first, DAYS, stage.population.opt_outs * STORIES_AN_OPT_OUT, tuple(companies), stage.population.people
    )
    calls = month_rows.make(month, stage.say)
    with workers() as pool:
        rungs = interleave(
            [(f"audit, {WORKERS} workers", "calls", lambda: audit_month(pool, month, calls))],
            stage.rounds,
            stage.say,
        )
        reconcile_month(pool, month)
    totals = month_totals.count(month)
    return Figure(
        "month",
        f"{calls:,} calls of {len(companies)} companies in {DAYS} days, audited as any other",
        list(rungs.values()),
        [
            Ratio("planted offences missed", totals.missed, 0, at_most=True),
            Ratio("honest calls accused", totals.accused, 0, at_most=True),
            Ratio("wrong answers of ours missed", totals.incidents.missed, 0, at_most=True),
            Ratio("incidents that are none", totals.incidents.more, 0, at_most=True),
            Ratio("complaints with another ground", totals.complaints.missed, 0, at_most=True),
            Ratio("planted discrepancies missed", totals.unreconciled, 0, at_most=True),
            Ratio("discrepancies of the honest", totals.named, 0, at_most=True),
            Ratio(
                "figures of reports that differ",
                sum(not figure.same for figure in totals.figures),
                0,
                at_most=True,
            ),
        ],
        totals.notes(),
    )


def workers() -> ProcessPoolExecutor:
    """Worker processes that audit, with the project loaded in each; close them with `with`."""
    pool = ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), initializer=project.load)
    list(pool.map(time.sleep, [0.2] * WORKERS))
    return pool


def audit_month(pool: ProcessPoolExecutor, month: Month, made: int) -> Measured:
    """Ask for every company-day anew and have the workers do them. Raises if a call was not audited."""
    pairs = audit.request(month.first, month.last, list(month.everybody), clock=datetime.now(UTC))
    begin = time.monotonic()
    audited = sum(pool.map(audit_worker.audit_day, pairs))
    seconds = time.monotonic() - begin
    if audited != made:
        raise RuntimeError(f"of {made} calls {audited} were audited")
    return Measured(made / seconds)


def reconcile_month(pool: ProcessPoolExecutor, month: Month) -> int:
    """Have the workers reconcile every company-day, and the callers of nobody; how many calls carriers carried."""
    pairs = reconciliation.request(month.first - DAY, month.last, clock=datetime.now(UTC))
    return sum(pool.map(audit_worker.reconcile_day, pairs))
