"""The staging table: the calls of one file on their way into the table of calls, set by set.

It is a temporary table of the session, so that a killed loader leaves nothing behind. All of this runs on Django's
connection; only `insert` belongs in a transaction of the caller's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.db import connection

from compliance.formats import Call
from compliance.models import CallLog
from compliance.models.calls import DISPOSITIONS
from registry import sql
from registry.codes import CHANNELS, SCOPES, SECTORS
from registry.opt_outs import Refusal

SQL = Path(__file__).parent / "sql"
#: PostgreSQL's names of the types of the columns, for COPY in its binary form: a quarter of the work of text.
TYPES = (
    *("int4", "text", "int8", "int8", "timestamptz", "timestamptz", "timestamptz", "int4"),
    *("text", "text", "text", "text", "bool", "text", "text", "text", "text"),
)


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


def add(calls: Sequence[Call]) -> None:
    """Copy some calls into the table."""
    with connection.cursor() as cursor, cursor.copy("COPY staged_call FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(TYPES)
        write_row = copy.write_row
        for call in calls:
            write_row(call)


def months() -> list[tuple[int, int]]:
    """The months (UTC) the staged calls started in."""
    with connection.cursor() as cursor:
        # The planner knows nothing of a temporary table until it is told.
        cursor.execute("ANALYZE staged_call")
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
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SELECT EXISTS (SELECT FROM compliance_call WHERE company_id = %s)", [log.company_id])
        (called_before,) = cursor.fetchone()
        if called_before:
            cursor.execute(sql.read(SQL / "drop_sent_before.sql"), {"company": log.company_id})
        cursor.execute(
            sql.read(SQL / "insert_calls.sql"),
            {
                "company": log.company_id,
                "call_log": log.pk,
                "received_at": log.created_at,
                "dispositions": list(DISPOSITIONS),
                "channels": list(CHANNELS),
                "sectors": list(SECTORS),
                "channel": log.channel,
                "sector": sector,
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
