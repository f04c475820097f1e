"""`check`: the whole check over HTTP, against a bare Django view, the same statement in pgbench, and the naive way."""

import time

from benchmarks import clients, statement
from benchmarks.figures import Figure, Ratio, against, interleave
from benchmarks.stage import Stage

#: Questions in the file the load generators read; enough that few numbers are asked about twice. Other ones each run:
#: who is asked about again and again is denied for the attempts made, which is another question.
QUESTIONS = 50_000
#: What was decided, by the checks of this run.
MIX = """
    SELECT d.reasons[1], round(100.0 * count(*) / sum(count(*)) OVER (), 1)::float FROM registry_check k
    JOIN registry_decision d ON d.id = k.decision_id
    WHERE k.checked_at >= %s GROUP BY 1 ORDER BY 2 DESC LIMIT 8
"""


def measure(stage: Stage) -> Figure:
    """Run all rungs in turn. No round of ours counts unless every answer was a 200 and left its check."""
    posts = clients.written(
        (
            clients.single(asked, stage.manifest)
            for asked in stage.population.questions(QUESTIONS, seed=time.time_ns())
        ),
        stage.folder,
    )
    with (
        stage.web() as ours,
        stage.web("benchmarks.hello_settings") as hello,
        stage.web("benchmarks.shell_settings") as shell,
        stage.web("benchmarks.naive_settings") as naive,
        stage.connect() as connection,
    ):
        begun = connection.execute("SELECT clock_timestamp()").fetchone()[0]
        for port in (ours, naive):
            clients.load(port, "/api/v1/checks", posts, 1)
        rungs = interleave(
            [
                (
                    "bare Django view",
                    "requests",
                    lambda: clients.load(hello, "/api/hello", posts, stage.seconds),
                ),
                (
                    "behind our middleware",
                    "requests",
                    lambda: clients.load(shell, "/api/hello", posts, stage.seconds),
                ),
                ("pgbench, same statement", "checks", lambda: statement.run(stage)),
                ("check", "checks", lambda: clients.load(ours, "/api/v1/checks", posts, stage.seconds)),
                ("naive way", "checks", lambda: clients.load(naive, "/api/v1/checks", posts, stage.seconds)),
            ],
            stage.rounds,
            stage.say,
        )
        mix = connection.execute(MIX, [begun]).fetchall()
    check = rungs["check"]
    return Figure(
        "check",
        "the whole check over HTTP (key, facts, rule, signed receipt, durable row)",
        list(rungs.values()),
        [
            Ratio("of a bare Django view", against(check, rungs["bare Django view"]), 0.20),
            Ratio("of a view behind our middleware", against(check, rungs["behind our middleware"])),
            Ratio("of pgbench", against(check, rungs["pgbench, same statement"]), 0.5),
            Ratio("times the naive way", against(check, rungs["naive way"]), 6),
            Ratio("p99 in ms", check.p99_ms or 0.0, 15, at_most=True),
            Ratio("answers other than 200", check.errors, 0, at_most=True),
        ],
        {"load": clients.name(), "answers, %": dict(mix)},
    )
