"""Putting a list of complaints on record, chunk by chunk; the same list again adds nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from compliance import complaint_terms, complaints
from compliance.complaint_lists import centre, ftc
from compliance.complaint_lists.entries import Entry, Reading
from compliance.complaint_terms import Terms
from compliance.models import Complaint, ComplaintStep
from registry.lists.loading import Counts, Progress, Reject, chunks
from registry.lists.rows import Fault, MissingColumns, Rejected, Row, cut, header, reject, rows
from registry.lists.text import Source
from registry.periods import Moment
from registry.phone import parse

#: The layouts by the name of the centre, which is also the complaint's source.
FORMATS: dict[str, Any] = {"12321": centre, "ftc": ftc}
#: Complaints put on record in one transaction.
CHUNK = 1000


def load(
    source: Source,
    *,
    format: str,  # noqa: A002  (the word of the command line)
    moment: Moment,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    zone: ZoneInfo | None = None,
    region: str | None = None,
) -> Counts:
    """Put a centre's list on record, each complaint to be matched; one on record already is a duplicate.

    `zone` is that of times without an offset, `region` that of national numbers. Their clocks run from now: that is
    when this register got them. Raises `UnreadableFile`, `MissingColumns`, `BadNumber` (region) before anything is
    written, and `PolicyGap` where no policy is loaded.
    """
    layout = FORMATS[format]
    reading = Reading(zone or ZoneInfo(layout.ZONE), region or layout.REGION, moment.at)
    parse("+8613800138000", reading.region)
    counts = Counts()

    def refuse(rejected: Rejected) -> None:
        counts.rejected += 1
        on_reject(rejected)

    # The terms of each sector, where the list is under one law.
    known: dict[str, Terms] = {}
    for chunk in chunks(_entries(source, layout, reading, refuse), CHUNK):
        accepted = _record(chunk, format, layout.JURISDICTION, moment.known_at, known)
        counts.accepted += accepted
        counts.duplicates += len(chunk) - accepted
        on_progress(source.position)
    on_progress(source.size)
    return counts


def _entries(source: Source, layout: Any, reading: Reading, refuse: Reject) -> Iterator[Entry]:
    found = rows(source.lines())
    first = next(found, None)
    names = [layout.NAMES.get(name, name) for name in header(first.cells)] if isinstance(first, Row) else []
    if missing := [name for name in layout.REQUIRED if name not in names]:
        raise MissingColumns(f"The header lacks {', '.join(missing)}")
    if twice := [name for name in layout.REQUIRED if names.count(name) > 1]:
        raise MissingColumns(f"The header names {', '.join(twice)} twice")
    absent = dict.fromkeys(getattr(layout, "OPTIONAL", ()), "")
    alike: Counter[str] = Counter()
    for row in found:
        if isinstance(row, Rejected):
            refuse(row)
            continue
        try:
            cut(row.cells, len(names))
            cells = absent | dict(zip(names, row.cells, strict=True))
            key = layout.key(cells)
            alike[key] += 1
            yield layout.read(row.line, cells, reading, alike[key])
        except Fault as fault:
            refuse(reject(row.line, ",".join(row.cells), fault))


@transaction.atomic
def _record(
    entries: list[Entry], source: str, jurisdiction: str | None, known_at: datetime, known: dict[str, Terms]
) -> int:
    """Put those on record that are new; how many."""
    with connection.cursor() as cursor:
        # Another load of the same centre's list waits here, and then finds what this one has put on record.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"complaints of {source}"])
    held = Complaint.objects.filter(source=source, reference__in=[entry.reference for entry in entries])
    there = set(held.values_list("reference", flat=True))
    # The first row of an id counts, should the list name it twice.
    fresh = {entry.reference: entry for entry in reversed(entries) if entry.reference not in there}
    made = Complaint.objects.bulk_create(
        _complaint(entry, source, jurisdiction, known_at, known)
        for entry in sorted(fresh.values(), key=lambda entry: entry.line)
    )
    ComplaintStep.objects.bulk_create(
        ComplaintStep(
            complaint=row,
            step="file",
            state="filed",
            by="complainant",
            at=known_at,
            clock=row.clock,
            due_at=row.due_at,
        )
        for row in made
    )
    return len(made)


def _complaint(
    entry: Entry, source: str, jurisdiction: str | None, known_at: datetime, known: dict[str, Terms]
) -> Complaint:
    moment = Moment(entry.filed_at, known_at)
    if jurisdiction is None:
        terms = complaint_terms.find(
            number=entry.number, caller=entry.caller, sector=entry.sector, moment=moment
        )
    else:
        terms = known.get(entry.sector) or complaint_terms.of_jurisdiction(jurisdiction, entry.sector, moment)
        known[entry.sector] = terms
    columns = terms.columns(called_at=entry.called_at, tolerance=entry.tolerance, moment=moment)
    told = entry._asdict()
    del told["line"]
    return Complaint(tracking=complaints.tracking_code(), source=source, proven=False, **told, **columns)
