"""DuckDB beside the register: the same rows in its own format, made once a data folder, for comparison only."""

import tempfile
from pathlib import Path

import duckdb
import psycopg

from benchmarks.stage import Stage

#: What DuckDB gets of each table: flat columns, ranges as their two ends, instants in UTC without a zone.
TABLES = {
    "opt_out": """
        SELECT number, scope, sector, company_id, channels, lower(valid) AT TIME ZONE 'UTC' AS since,
            upper(valid) AT TIME ZONE 'UTC' AS until, lower(recorded) AT TIME ZONE 'UTC' AS known_since,
            upper(recorded) AT TIME ZONE 'UTC' AS known_until
        FROM registry_optout""",
    "consent": """
        SELECT number, company_id, sectors, channels, status, given_at AT TIME ZONE 'UTC' AS given_at,
            lower(valid) AT TIME ZONE 'UTC' AS since, upper(valid) AT TIME ZONE 'UTC' AS until,
            lower(recorded) AT TIME ZONE 'UTC' AS known_since, upper(recorded) AT TIME ZONE 'UTC' AS known_until
        FROM registry_consent""",
}
COLUMNS = {
    "opt_out": "number BIGINT, scope TINYINT, sector TINYINT, company_id BIGINT, channels TINYINT, since TIMESTAMP,"
    " until TIMESTAMP, known_since TIMESTAMP, known_until TIMESTAMP",
    "consent": "number BIGINT, company_id BIGINT, sectors SMALLINT, channels TINYINT, status TINYINT,"
    " given_at TIMESTAMP, since TIMESTAMP, until TIMESTAMP, known_since TIMESTAMP, known_until TIMESTAMP",
}


def database(stage: Stage) -> Path:
    """A DuckDB file with opt-outs and consents as they were when the data were made."""
    path = stage.folder / "files" / "comparison.duckdb"
    if path.exists():
        return path
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    stage.say("  copying opt-outs and consents to DuckDB")
    with duckdb.connect(str(draft)) as duck, stage.connect() as connection:
        for name, statement in TABLES.items():
            copy(connection, duck, statement, f"CREATE TABLE {name} ({COLUMNS[name]})", name)
    draft.rename(path)
    return path


def copy(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    statement: str,
    definition: str,
    table: str,
) -> None:
    """The rows of a statement as a table of DuckDB's, by way of a file."""
    file = Path(tempfile.mkstemp(suffix=".csv")[1])
    try:
        with (
            file.open("wb") as out,
            connection.cursor().copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as rows,
        ):
            for part in rows:
                out.write(part)
        duck.execute(definition)
        duck.execute(f"COPY {table} FROM '{file}' (FORMAT csv, HEADER false, NULLSTR '')")
    finally:
        file.unlink(missing_ok=True)
