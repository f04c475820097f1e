"""`batch`: a thousand numbers in one request, each with its durable row, against as many single checks."""

import time
from dataclasses import replace
from pathlib import Path

from benchmarks import clients
from benchmarks.check import MIX, QUESTIONS
from benchmarks.figures import Figure, Measured, Ratio, against, interleave
from benchmarks.stage import Stage

SIZE = 1000
#: Batches in each of the files the load generators read, less those that did not fill up.
BATCHES = 400
SINGLE, SIGNED, BARE = "single checks", "batch", "batch without receipts"


def measure(stage: Stage) -> Figure:
    """Run all in turn. Raises if a number that was answered left no check."""
    folder = stage.folder
    seed = time.time_ns()
    singles = clients.written(
        (clients.single(asked, stage.manifest) for asked in stage.population.questions(QUESTIONS, seed)),
        folder,
        "posts",
    )
    signed, bare = (
        clients.written(
            clients.batches(
                stage.population.questions(SIZE * BATCHES, seed + place),
                stage.manifest,
                SIZE,
                receipts=receipts,
            ),
            folder,
            f"batches-{place}",
        )
        for place, receipts in enumerate((True, False), 1)
    )
    with stage.web() as port, stage.connect() as connection:
        for path, posts in (("checks", singles), ("checks/batch", signed), ("checks/batch", bare)):
            clients.load(port, f"/api/v1/{path}", posts, 1)
        begun = connection.execute("SELECT clock_timestamp()").fetchone()[0]
        rungs = interleave(
            [
                (SINGLE, "numbers", lambda: clients.load(port, "/api/v1/checks", singles, stage.seconds)),
                (SIGNED, "numbers", lambda: numbers(port, signed, stage)),
                (BARE, "numbers", lambda: numbers(port, bare, stage)),
            ],
            stage.rounds,
            stage.say,
        )
        mix = connection.execute(MIX, [begun]).fetchall()
        (written,) = connection.execute(
            "SELECT count(*) FROM registry_check WHERE checked_at >= %s", [begun]
        ).fetchone()
    answered = sum(run.per_second for rung in rungs.values() for run in rung.rounds) * stage.seconds
    if written < answered * 0.95:
        raise RuntimeError(f"about {answered:,.0f} numbers were answered, and {written:,} checks written")
    return Figure(
        "batch",
        f"{SIZE:,} numbers in one request, durable rows, against single checks at the same connections",
        list(rungs.values()),
        [
            Ratio("numbers a second", rungs[SIGNED].per_second, 40_000),
            Ratio("times single", against(rungs[SIGNED], rungs[SINGLE]), 15),
            Ratio("numbers a second without receipts", rungs[BARE].per_second, 40_000),
            Ratio("times single without receipts", against(rungs[BARE], rungs[SINGLE]), 15),
            Ratio("answers other than 200", sum(rung.errors for rung in rungs.values()), 0, at_most=True),
        ],
        {"load": clients.name(), "answers, %": dict(mix)},
    )


def numbers(port: int, posts: Path, stage: Stage) -> Measured:
    """The numbers a second of batches under load; the times are those of a whole batch."""
    run = clients.load(port, "/api/v1/checks/batch", posts, stage.seconds)
    return replace(run, per_second=run.per_second * SIZE)
