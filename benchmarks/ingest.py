"""`ingest`: a call log of one company from upload to visible, validated and indexed, against a raw COPY of the file."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, Measured, Ratio, against, interleave
from benchmarks.population import caller, number
from benchmarks.stage import Stage
from compliance import calls
from registry.models import Company
from registry.periods import Moment

ROWS = 2_000_000
COLUMNS = (
    "call_id,number,caller,started_at,answered_at,ended_at,duration_s,disposition,check_id,campaign,agent"
)
#: As bare as a table can be that takes the file as it is.
BARE = """CREATE TABLE bare (call_id text, number text, caller text, started_at timestamptz, answered_at timestamptz,
    ended_at timestamptz, duration_s integer, disposition text, check_id text, campaign text, agent text)"""


def measure(stage: Stage) -> Figure:
    """A new log each round, since one that is sent twice adds nothing."""
    path = stage.folder / "files" / "benchmark-calls.csv"
    path.parent.mkdir(exist_ok=True)

    def load() -> Measured:
        write_log(stage, path)
        return ingest(stage, path)

    rungs = interleave(
        [("call log", "rows", load), ("raw COPY", "rows", lambda: raw_copy(stage, path))],
        stage.rounds,
        stage.say,
    )
    size = path.stat().st_size
    path.unlink()
    log = rungs["call log"]
    return Figure(
        "ingest",
        f"a call log of {ROWS:,} rows from upload to visible, validated, indexed",
        [*rungs.values()],
        [
            Ratio("rows a second", log.per_second, 200_000),
            Ratio("of raw COPY", against(log, rungs["raw COPY"]), 0.12),
        ],
        {"file": f"{size / 1e6:.0f} MB, native CSV"},
    )


def write_log(stage: Stage, path: Path) -> None:
    """A native call log of the first company, one call every so often over five days until an hour ago."""
    people, run = stage.population, time.time_ns()
    last = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    step = timedelta(days=5) / ROWS
    with path.open("w") as file:
        file.write(COLUMNS + "\n")
        for place in range(ROWS):
            begin = (last - step * (ROWS - place)).replace(microsecond=0)
            answered = begin + timedelta(seconds=8)
            seconds = place * 37 % 240
            end = answered + timedelta(seconds=seconds)
            dialled = number(place * 7919 % people.people)
            file.write(
                f"{run}-{place},+{dialled},+{caller(0)},{begin.isoformat()},{answered.isoformat()},{end.isoformat()},"
                f"{seconds},answered,chk_{place + 1},autumn,agent {place % 40}\n"
            )


def ingest(stage: Stage, path: Path) -> Measured:
    """Store the upload and load it, as the API and its worker do one after the other."""
    company = Company.objects.get(pk=stage.manifest.first_company)
    begin = time.monotonic()
    with path.open("rb") as file:
        log = calls.accept(
            company=company, file=file, file_name=path.name, moment=Moment.of(datetime.now(UTC))
        )
    counts = calls.load(log.pk, clock=datetime.now(UTC))
    seconds = time.monotonic() - begin
    if counts["accepted"] != ROWS:
        raise RuntimeError(f"of {ROWS} calls {counts['accepted']} were accepted: {counts}")
    return Measured(ROWS / seconds)


def raw_copy(stage: Stage, path: Path) -> Measured:
    """The file into a bare table."""
    with stage.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(BARE)
        begin = time.monotonic()
        with (
            path.open("rb") as file,
            connection.cursor().copy("COPY bare FROM STDIN (FORMAT csv, HEADER true)") as copy,
        ):
            while part := file.read(1 << 16):
                copy.write(part)
        seconds = time.monotonic() - begin
        connection.execute("DROP TABLE bare")
    return Measured(ROWS / seconds)
