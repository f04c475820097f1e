"""What the tests of reports are told in: a day of two companies, audited; and a report of it as of a moment."""

from datetime import date, datetime, timedelta
from typing import Any

from compliance.models import Report
from compliance.reports import reports
from compliance.reports.kind import Question
from tests.compliance.calls_made import DAY, LATER, agreed, asked, audited, called, client, refused
from tests.story import ANA, SELLER_CALLER

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
#: After all of the day was audited.
AS_OF = LATER + timedelta(days=1)


def day(acme: Any) -> Any:
    """Acme calls 6 people: 2 with a check that allowed it, 3 without, 1 after a no. Another company calls 1 without.

    Answers that other company.
    """
    other = client()
    for n in range(2):
        agreed(acme, number=ANA + n)
        called(acme, f"10:0{n + 1}", number=ANA + n, check_id=asked(acme, f"10:0{n}", number=ANA + n))
    for n in range(2, 5):
        called(acme, f"11:0{n}", number=ANA + n)
    refused(acme, "09:00", number=ANA + 9)
    called(acme, "12:01", number=ANA + 9, check_id=asked(acme, "12:00", number=ANA + 9))
    called(other, "12:00", caller=SELLER_CALLER, number=ANA + 20)
    for company in (acme, other):
        audited(company)
    return other


def question(kind: str, as_of: datetime = AS_OF, **narrowed: Any) -> Question:
    """March as of then."""
    return reports.ask(kind=kind, first=FIRST, last=LAST, clock=as_of, as_of=as_of, **narrowed)


def made(kind: str, as_of: datetime = AS_OF, **narrowed: Any) -> Report:
    """A report of March, made."""
    row = reports.request(question(kind, as_of, **narrowed), user=None, clock=as_of)
    reports.make(row.pk, clock=as_of)
    row.refresh_from_db()
    assert row.state == "completed", row.problem
    return row


def table(figures: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The rows of a table, by the first of their columns."""
    held = figures["tables"][name]
    return {row[0]: dict(zip(held["columns"], row, strict=True)) for row in held["rows"]}


__all__ = ["AS_OF", "DAY", "FIRST", "LAST", "day", "made", "question", "table"]
