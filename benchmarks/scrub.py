"""`scrub`: a list from CSV to CSV, every number with its verdict and reasons and a check left, against DuckDB.

DuckDB only leaves out the numbers with any opt-out: no rule, no consent, no hours, no row written.
"""

import csv
import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks import data, duck, project, scrub_worker
from benchmarks.figures import Figure, Measured, Ratio, against, interleave
from benchmarks.stage import Stage
from registry import scrub_parts, scrubs
from registry.models import Scrub
from registry.periods import Moment

ROWS = 1_000_000
#: Workers beside the one that holds the list.
HELPERS = 1
SHARED, ALONE = f"scrub, {HELPERS + 1} workers", "scrub, one worker"
#: What the numbers of a list came to.
MIX = """
    SELECT d.reasons[1], round(100.0 * count(*) / sum(count(*)) OVER (), 1)::float FROM registry_check k
    JOIN registry_decision d ON d.id = k.decision_id
    WHERE k.checked_at >= %s AND k.kind = 1 GROUP BY 1 ORDER BY 2 DESC LIMIT 8
"""


def measure(stage: Stage) -> Figure:
    """The same file through both, in turn."""
    folder = stage.folder / "files"
    folder.mkdir(exist_ok=True)
    listed = folder / "list.csv"
    write_list(stage, listed)
    begun = datetime.now(UTC)
    # The first run has the process to itself: afterwards DuckDB's memory is in the peak, too.
    stage.say(
        f"  one run beforehand: {timed(lambda: scrub(stage, listed, folder / 'answered.csv')).per_second:,.0f} rows"
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    comparison = duck.database(stage)
    with ProcessPoolExecutor(HELPERS, multiprocessing.get_context("spawn"), initializer=project.load) as pool:
        list(pool.map(time.sleep, [0.2] * HELPERS))  # they have loaded the project
        rungs = interleave(
            [
                (SHARED, "rows", lambda: timed(lambda: scrub(stage, listed, folder / "answered.csv", pool))),
                (ALONE, "rows", lambda: timed(lambda: scrub(stage, listed, folder / "answered.csv"))),
                ("DuckDB anti-join", "rows", lambda: timed(lambda: anti_join(comparison, listed, folder))),
            ],
            stage.rounds,
            stage.say,
        )
    with stage.connect() as connection:
        mix = connection.execute(MIX, [begun]).fetchall()
    return Figure(
        "scrub",
        f"{ROWS:,} numbers, CSV to CSV, full verdict with reasons, against {stage.population.opt_outs:,} opt-outs",
        list(rungs.values()),
        [
            Ratio(
                "times DuckDB's time", 1 / against(rungs[SHARED], rungs["DuckDB anti-join"]), 4, at_most=True
            ),
            Ratio("times one worker", against(rungs[SHARED], rungs[ALONE])),
            Ratio("megabytes at most", memory),
        ],
        {"part": f"{scrubs.CHUNK:,} rows", "answers, %": dict(mix)},
    )


def timed(work: Callable[[], None]) -> Measured:
    """Rows a second of some work on the whole list."""
    begin = time.monotonic()
    work()
    return Measured(ROWS / (time.monotonic() - begin))


def write_list(stage: Stage, path: Path) -> None:
    """A list as companies buy them: half of it people who consented to somebody, repeats among them."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["number", "name"])
        for place, asked in enumerate(stage.population.questions(ROWS, seed=5)):
            out.writerow([f"+{asked.number}", f"Person {place}"])


def scrub(stage: Stage, listed: Path, answered: Path, helpers: ProcessPoolExecutor | None = None) -> None:
    """What workers do with an upload, from storing it to the result in one file."""
    clock = datetime.now(UTC)
    question = data.question(next(stage.population.questions(1, seed=1)), stage.manifest)
    with listed.open("rb") as file:
        row = scrubs.accept(question=question, file=file, moment=Moment.of(clock))

    def call(parts: int) -> None:
        if helpers is not None:
            for _ in range(parts):
                helpers.submit(scrub_worker.help_with, row.pk)

    outcome = scrubs.run(row.pk, clock=clock, call=call)
    if outcome["state"] != "completed" or outcome["allowed"] + outcome["denied"] != ROWS:
        raise RuntimeError(f"the scrub came to {outcome}")
    row = Scrub.objects.get(pk=row.pk)
    with answered.open("wb") as file:
        file.writelines(scrub_parts.read(row, "all"))
    scrubs.clear(row)


def anti_join(comparison: Path, listed: Path, folder: Path) -> None:
    """The rows of the list whose number has no opt-out."""
    with duckdb.connect(str(comparison), read_only=True) as connection:
        connection.execute(
            f"COPY (SELECT list.* FROM read_csv('{listed}', types = {{'number': 'VARCHAR'}}) AS list"
            " ANTI JOIN opt_out ON opt_out.number = CAST(substr(list.number, 2) AS BIGINT))"
            f" TO '{folder / 'unlisted.csv'}' (FORMAT csv, HEADER)"
        )
