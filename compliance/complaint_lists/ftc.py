"""Do-not-call complaints as the United States' Federal Trade Commission publishes them, one CSV a day.

The file has no id of a complaint and no number of the person called. What makes a row the same is the whole row, and
its place among the rows that are like it.
"""

from datetime import timedelta
from hashlib import sha256

from compliance.complaint_lists.entries import Entry, Reading, caller_of, time_of, yes_or_no
from registry.lists.rows import Fault

#: The zone and region of the file unless the command says otherwise; the file itself names no zone.
ZONE, REGION = "America/New_York", "US"
#: Whose law it is under; the calling number says nothing of it.
JURISDICTION = "US"
REQUIRED = (
    *("company_phone_number", "created_date", "violation_date", "consumer_city", "consumer_state"),
    *("consumer_area_code", "subject", "recorded_message_or_robocall"),
)
NAMES: dict[str, str] = {}
#: Where the file has only the day it was filed.
UNSURE = timedelta(days=1)
SURE = timedelta(minutes=30)

#: Words of a subject, and the sector they stand for; the first that is in it decides.
SECTORS = {
    "debt": "finance",
    "mortgage": "finance",
    "medical": "health",
    "vacation": "travel",
    "timeshare": "travel",
    "computer": "telecom_it",
    "phone": "telecom_it",
    "insurance": "insurance",
    "warrant": "insurance",
    "home improvement": "consumer_goods",
    "home security": "consumer_goods",
    "energy": "consumer_goods",
}
#: Subjects that are no sale but a deception.
ILLEGAL = ("pretending to be", "lotteries", "sweepstakes")
#: Calls without anybody there: no sale, and no crime.
MALICIOUS = ("dropped call",)


def read(line: int, cells: dict[str, str], reading: Reading, occurrence: int) -> Entry:
    """The complaint of a row. Raises `Fault`."""
    subject = " ".join(cells["subject"].split())
    filed_at = time_of(cells["created_date"], "created_date", reading)
    known = cells["violation_date"].strip()
    robot = yes_or_no(cells["recorded_message_or_robocall"], "recorded_message_or_robocall")
    where = ", ".join(
        cells[name].strip()
        for name in ("consumer_city", "consumer_state", "consumer_area_code")
        if cells[name].strip()
    )
    return Entry(
        line=line,
        reference=_reference(cells, occurrence),
        number=None,
        caller=caller_of(cells["company_phone_number"], reading),
        called_at=time_of(known, "violation_date", reading) if known else filed_at,
        tolerance=SURE if known else UNSURE,
        filed_at=filed_at,
        category=_category(subject),
        sector=next((code for word, code in SECTORS.items() if word in subject.lower()), "other"),
        voice={True: "recording", False: "person", None: "unsure"}[robot],
        said_no=None,
        company_named="",
        text=f"{subject}\n{where}".strip(),
    )


def _category(subject: str) -> str:
    lower = subject.lower()
    if any(words in lower for words in ILLEGAL):
        return "illegal"
    return "malicious" if any(words in lower for words in MALICIOUS) else "commercial"


def key(cells: dict[str, str]) -> str:
    """What rows that are alike have in common."""
    return sha256("\x1f".join(cells[name].strip() for name in REQUIRED).encode()).hexdigest()


def _reference(cells: dict[str, str], occurrence: int) -> str:
    if not any(cells.values()):
        raise Fault("columns_too_few")
    return f"{key(cells)[:40]}-{occurrence}"
