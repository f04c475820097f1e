"""Call logs of the tests: the register's own CSV, with the few columns a test cares for."""

import io
from datetime import UTC, datetime
from typing import Any

from compliance import calls
from compliance.models import CallLog
from registry import companies
from registry.models import Company
from registry.periods import Moment
from tests.conftest import CLOCK

COLUMNS = (
    *("call_id", "number", "caller", "started_at", "answered_at", "ended_at", "duration_s", "disposition"),
    *("channel", "sector", "check_id", "opt_out_requested", "campaign", "agent", "sip_call_id"),
)
HEADER = ",".join(COLUMNS)
NUMBER = "+8613800138000"
STARTED = "2026-03-09T10:00:00+08:00"


def line(call_id: str = "c1", number: str = NUMBER, started_at: str = STARTED, **others: Any) -> str:
    """One row; columns that are not named are empty."""
    values = {"call_id": call_id, "number": number, "started_at": started_at, **others}
    assert not set(values) - set(COLUMNS)
    return ",".join(str(values.get(name, "")) for name in COLUMNS)


def native(*lines: str) -> bytes:
    """A whole file of such rows."""
    return "\n".join([HEADER, *lines, ""]).encode()


def accept(company: Company, content: bytes, *, clock: datetime = CLOCK, **options: str) -> CallLog:
    """The call log, stored and queued."""
    return calls.accept(company=company, file=io.BytesIO(content), moment=Moment.of(clock), **options)


def enter(name: str = "Acme Insurance") -> Company:
    """A company licensed for insurance, for tests that commit and so cannot use the cast."""
    since_2025 = Moment.of(datetime(2025, 1, 1, tzinfo=UTC))
    company = companies.enter(name=name, moment=since_2025)
    companies.license(company=company, sectors=["insurance"], moment=since_2025)
    return company
