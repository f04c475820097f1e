"""The statements of the reconciliation: each a file of `sql/`, run with the values of the company-day at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from compliance.audit.claims import Claim
from compliance.audit.findings import LOOKBACK
from compliance.audit.findings import SKEW as REGISTER_SKEW
from registry.sql import read

SQL = Path(__file__).parent / "sql"
#: What the start of one call may differ by in two records of it: clocks that are off, a start taken at the dial here
#: and at the ringing there, whole minutes cut.
TOLERANCE = timedelta(minutes=2)
#: How far around its day a company's calls are looked at, so that a call at midnight finds its other side, and both
#: days settle a chain of calls about midnight alike.
MARGIN = 10 * TOLERANCE
#: A transfer is recorded as a call of its own that begins before the first one ends, or this much after.
LEG_GAP = timedelta(seconds=5)

_TABLES = "recon_carried, recon_reported, recon_pair, recon_open, recon_match, recon_leg, recon_found, recon_stranger"
_values: ContextVar[dict[str, Any]] = ContextVar("values")


@contextmanager
def working_tables(held: Claim) -> Iterator[None]:
    """The working tables on this connection, and the values of every statement, for as long as the block runs."""
    token = _values.set(
        {
            "company": held.company_id,
            "since": held.since,
            "until": held.until,
            "clock": held.clock,
            "tolerance": TOLERANCE,
            "margin": MARGIN,
            "gap": LEG_GAP,
            "skew": REGISTER_SKEW,
            "lookback": LOOKBACK,
        }
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(read(SQL / "tables.sql"))
            cursor.execute("SET work_mem = '64MB'")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"RESET work_mem; DROP TABLE {_TABLES}")
    finally:
        _values.reset(token)


def run(name: str, *, fetch: bool = False, **more: Any) -> Any:
    """Run a file of `sql/`, planned for the values it has: how many rows it wrote, or with `fetch` its rows."""
    with connection.cursor() as cursor:
        cursor.execute(read(SQL / name), _values.get() | more)
        return cursor.fetchall() if fetch else cursor.rowcount
