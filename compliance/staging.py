"""The staging table: the calls of one file on their way into the table of calls, set by set.

It is a temporary table of the session, so that a killed loader leaves nothing behind. All of this runs on Django's
connection; only `insert` belongs in a transaction of the caller's.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection
from pyarrow import csv

from compliance.formats import DISPOSITIONS, Call
from compliance.models import CallLog, CarrierRecord
from registry import sql
from registry.codes import CHANNELS, SCOPES, SECTORS
from registry.opt_outs import Refusal

SQL = Path(__file__).parent / "sql"
#: PostgreSQL's names of the types of the columns, for COPY in its binary form: a quarter of the work of text.
TYPES = (
    *("int4", "text", "int8", "int8", "timestamptz", "timestamptz", "timestamptz", "int4"),
    *("int2", "int2", "int2", "int8", "bool", "text", "text", "text", "text"),
)
#: A check of ours, as a call log names it.
_OUR_CHECK = re.compile(r"chk_([1-9][0-9]{0,17})", re.ASCII)
_PLACES: dict[str, dict[str | None, int | None]] = {
    name: {None: None} | {word: place for place, word in enumerate(words)}
    for name, words in (("disposition", DISPOSITIONS), ("channel", CHANNELS), ("sector", SECTORS))
}


@contextmanager
def opened() -> Iterator[None]:
    """An empty staging table for as long as the block runs."""
    with connection.cursor() as cursor:
        # A worker keeps its connection: what an earlier file left there when its loading broke goes first.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged_call")
        cursor.execute(sql.read(SQL / "stage_calls.sql"))
    try:
        yield
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS pg_temp.staged_call")


def add(columns: pa.RecordBatch | None, calls: Sequence[Call]) -> None:
    """Copy some calls into the table: those read as columns (`formats.canonical.SCHEMA`), and those read one by one."""
    with connection.cursor() as cursor:
        if columns is not None and columns.num_rows:
            _copy_columns(cursor, columns)
        if calls:
            with cursor.copy("COPY staged_call FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(TYPES)
                for call in calls:
                    copy.write_row(_values(call))


def _copy_columns(cursor: Any, batch: pa.RecordBatch) -> None:
    """Copy the columns that say something, as CSV: Arrow writes it, and PostgreSQL reads it, without a Python row."""
    names = [name for name in batch.schema.names if batch.column(name).null_count < batch.num_rows]
    text = io.BytesIO()
    csv.write_csv(batch.select(names), text, csv.WriteOptions(include_header=False, quoting_style="none"))
    listed = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f"COPY staged_call ({listed}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getbuffer())


def _values(call: Call) -> tuple[Any, ...]:
    """The row of a call."""
    (*first, disposition, channel, sector, check_id, opt_out_requested, campaign, agent, sip_call_id, key) = (
        call
    )
    # An id that is none of ours is kept as absent: what it means that no check is named, the audit says.
    ours = _OUR_CHECK.fullmatch(check_id) if check_id else None
    return (
        *first,
        _PLACES["disposition"][disposition],
        _PLACES["channel"][channel],
        _PLACES["sector"][sector],
        int(ours[1]) if ours else None,
        opt_out_requested,
        campaign or None,
        agent or None,
        sip_call_id or None,
        None if key == call.call_id else key,
    )


def months() -> list[tuple[int, int]]:
    """The months (UTC) the staged calls started in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC') FROM staged_call")
        return sorted((month.year, month.month) for (month,) in cursor.fetchall())


def wait_for_others(company_id: int) -> None:
    """Let one loader of a company at a time into its last transaction; wait for it to end, and take its place.

    Holds to the end of the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('compliance_call', %s))", [company_id])


def insert(log: CallLog, *, sector: str) -> dict[date, int]:
    """Put the staged calls that are new into the table of calls; how many of each day (UTC) were.

    `sector` is that of rows that name none. Runs in the caller's transaction. The staging table is used up.
    """
    # A row that another loader has put there, and that cannot be seen yet, could be the same call.
    wait_for_others(log.company_id)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(sql.read(SQL / "find_sent_before.sql"), {"company": log.company_id})
        if places := [place for (place,) in cursor.fetchall()]:
            cursor.execute(
                sql.read(SQL / "drop_sent_before.sql"), {"company": log.company_id, "places": places}
            )
        cursor.execute(
            sql.read(SQL / "insert_calls.sql"),
            {
                "company": log.company_id,
                "call_log": log.pk,
                "received_at": log.created_at,
                "channel": CHANNELS.index(log.channel),
                "sector": SECTORS.index(sector),
            },
        )
        return dict(cursor.fetchall())


def refusals(log: CallLog, *, present: datetime) -> list[Refusal]:
    """What people asked for in the staged calls: not to be called by this company again.

    Said at the end of the call, where that is known and not later than `present`. To be asked before `insert`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.read(SQL / "heard_refusals.sql"),
            {"company": log.company_id, "present": present, "scope": SCOPES.index("company")},
        )
        return [Refusal(number, log.company_id, said_at) for number, said_at in cursor.fetchall()]


def callers() -> set[int]:
    """The calling numbers of the staged calls."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT caller FROM staged_call WHERE caller IS NOT NULL")
        return {caller for (caller,) in cursor.fetchall()}


def anonymous() -> int:
    """How many staged calls name no calling number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staged_call WHERE caller IS NULL")
        return int(cursor.fetchone()[0])


def insert_carried(row: CarrierRecord) -> dict[date, int]:
    """Put the staged calls that are new into the table of carrier calls; how many of each day (UTC) were.

    Runs in the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.read(SQL / "insert_carrier_calls.sql"),
            {"company": row.company_id, "carrier_record": row.pk, "received_at": row.created_at},
        )
        return dict(cursor.fetchall())


def cover(row: CarrierRecord) -> int:
    """Put the carrier's word on record that its file is complete, if it gave it; for how many callers it is."""
    if row.complete_from is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            sql.read(SQL / "cover_callers.sql"),
            {
                "company": row.company_id,
                "carrier_record": row.pk,
                "complete_from": row.complete_from,
                "complete_until": row.complete_until,
                "callers": row.callers,
                "recorded_at": row.created_at,
            },
        )
        return int(cursor.rowcount)
