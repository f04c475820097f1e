"""The check's own statement, run by pgbench: what the database alone can do, durably, without Python."""

import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from benchmarks.figures import Measured
from benchmarks.population import COMPANIES, FIRST_CALLER, SECTORS, number_sql
from benchmarks.stage import Stage
from config.embedded import binaries
from registry.predial.facts import WRITE, bounds

CLIENTS = 8
#: A parameter of the statement and what pgbench puts in its place: arrays of one, as opaque to the planner as those
#: the project binds.
ARRAY = "('{{' || :{}::text || '}}')"


def pgbench() -> Path:
    """The program of the embedded PostgreSQL."""
    return binaries.postgres_folder() / "pgbench"


def draw(stage: Stage) -> str:
    """pgbench's lines that draw a question as `Population.questions` does."""
    people = stage.population
    return f"""\\set own random(0, 1)
\\set consent random(0, {people.consents - 1})
\\set anybody random(0, {people.people - 1})
\\set person case when :own = 1 then {people.first_consenter} + :consent % {people.consenters} else :anybody end
\\set any random(0, {COMPANIES - 1})
\\set place case when :own = 1 then (:consent * 31 + :consent / {people.consenters} * 37) % {COMPANIES} else :any end
\\set number {number_sql(":person")}
\\set company_id {stage.manifest.first_company} + :place
\\set seller_id :company_id
\\set key_id {stage.manifest.first_key} + :place
\\set caller {FIRST_CALLER} + :place * 10
\\set sector :place % {SECTORS}
\\set n 0
\\set channel 0
\\set purpose 0
\\set kind 0
\\set rule_id {_rule(stage)}
"""


def script(stage: Stage, statement: str = WRITE) -> str:
    """A pgbench script of one statement of `predial/facts.py`, asked about a question drawn anew each time."""

    def value(found: re.Match[str]) -> str:
        name, kind = found.groups()
        if name in ("campaign", "reference"):
            return f"'{{NULL}}'::{kind}"
        return (ARRAY.format(name) if kind.endswith("[]") else f":{name}") + f"::{kind}"

    text = re.sub(r"%\((\w+)\)s::(\w+(?:\[\])?)", value, statement)
    return draw(stage) + text.replace("%%", "%") + ";\n"


def times(clock: datetime) -> list[str]:
    """pgbench's variables of the moment: options, because its expressions know no times."""
    given = {"at": clock, "known_at": clock, "before": clock} | bounds(clock, clock)
    return [f"--define={name}={instant.isoformat()}" for name, instant in given.items()]


def run(
    stage: Stage, statement: str = WRITE, *, clients: int = CLIENTS, script_text: str | None = None
) -> Measured:
    """Let pgbench run it for the stage's seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "check.sql"
        file.write_text(script_text or script(stage, statement))
        options = settings.DATABASES["default"]["OPTIONS"]["options"]
        words = [
            pgbench(), "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2",
            f"--time={max(1, round(stage.seconds))}", f"--file={file}", f"--log-prefix={folder}/log", "--log",
            *times(datetime.now(UTC)), stage.dsn,
        ]  # fmt: skip
        before = _written(stage)
        done = subprocess.run(
            words, env=os.environ | {"PGOPTIONS": options}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"pgbench: {done.stderr.strip().splitlines()[-1]}")
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if found is None:
            raise RuntimeError(f"pgbench said: {done.stdout}")
        # Third field of the log: microseconds of the transaction.
        taken = sorted(
            int(line.split(" ", 3)[2])
            for log in Path(folder).glob("log.*")
            for line in log.read_text().splitlines()
        )
    if statement is WRITE and _written(stage) - before < len(taken):
        raise RuntimeError("not every question left its check")
    return Measured(float(found[1]), taken[len(taken) // 2] / 1000, taken[len(taken) * 99 // 100] / 1000)


def _written(stage: Stage) -> int:
    with stage.connect() as connection:
        return int(connection.execute("SELECT count(*) FROM registry_check").fetchone()[0])


def _rule(stage: Stage) -> int:
    with stage.connect() as connection:
        return int(connection.execute("SELECT id FROM registry_ruleset WHERE upper_inf(valid)").fetchone()[0])
