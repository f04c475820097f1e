"""What the tests of complaints are told in: Ana complains of Acme's call of this morning."""

from datetime import UTC, datetime, timedelta

from compliance import complaint_matching, complaints
from compliance.models import Complaint
from registry.periods import Moment
from tests.conftest import ACME_CALLER, ANA, CLOCK

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 40
WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40
#: The tests' present: 10 March 2026, ten in the morning in China. The call was an hour before.
CALLED_AT = CLOCK - timedelta(hours=1)


def filed(*, clock: datetime = CLOCK, **given) -> Complaint:
    """Ana's complaint, from her proven number, unless it is said otherwise."""
    given = {
        "number": ANA,
        "proven": True,
        "caller": ACME_CALLER,
        "called_at": CALLED_AT,
        "category": "commercial",
        "sector": "insurance",
        **given,
    }
    row, _ = complaints.file(moment=Moment.of(clock), **given)
    return row


def matched(row: Complaint, *, clock: datetime = CLOCK) -> Complaint:
    """The complaint after it was matched."""
    complaint_matching.match(row.pk, clock=clock)
    row.refresh_from_db()
    return row


def relayed(**given) -> Complaint:
    """A complaint that went to Acme."""
    row = matched(filed(**given))
    assert row.state == "relayed"
    return row


def steps(row: Complaint) -> list[str]:
    """The steps that were taken, in their order."""
    return list(row.steps.values_list("step", flat=True))


def noon(day: str) -> datetime:
    """Noon UTC of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
