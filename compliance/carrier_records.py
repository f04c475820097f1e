"""Carrier records: take the file of calls a carrier carried, load it, say for which callers and time it is complete.

The files are read as companies' call logs are, in the same formats. What is new goes into the table of carrier calls in
one transaction, with the carrier's word about completeness, and the mark on reconciliations it comes too late for.
"""

import re
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, BinaryIO

from compliance import call_files, staging
from compliance.errors import CarriersOnly
from compliance.models import CarrierRecord
from compliance.reading import Progress
from compliance.reconciliation import stale
from registry import phone
from registry.claims import Claim
from registry.errors import InvalidInput
from registry.models import Company
from registry.periods import Moment

#: A file may claim to be complete for so long at the most: each of its days is reconciled again.
LONGEST = timedelta(days=62)
#: Callers that a file may name beside those in its rows.
MOST_CALLERS = 10_000


def accept(
    *,
    company: Company,
    file: BinaryIO,
    moment: Moment,
    format: str = "auto",  # noqa: A002  (the word of the API and of the command line)
    zone: str = "",
    region: str = "",
    carrier: str = "",
    complete_from: str = "",
    complete_until: str = "",
    callers: str = "",
    file_name: str = "",
) -> CarrierRecord:
    """Store a carrier's file and put it on the list of what is to be loaded.

    `zone` and `region` are as for call logs; `carrier` says whose records the regulator sends. `complete_from` and
    `complete_until` (RFC 3339, the end exclusive) say that the file holds every call that was made in that time from
    the callers in its rows, and from those in `callers` (numbers, separated by blanks or commas).
    Raises `CarriersOnly` for anybody else, `InvalidInput`, `EmptyFile`, `FileTooLarge`.
    """
    return call_files.take(
        CarrierRecord,
        company=company,
        file=file,
        file_name=file_name,
        folder="carrier_records",
        moment=moment,
        **_options(
            company,
            moment,
            format=format,
            zone=zone,
            region=region,
            carrier=carrier,
            complete_from=complete_from,
            complete_until=complete_until,
            callers=callers,
        ),
    )


def rehearse(
    *, company: Company, file: BinaryIO, moment: Moment, file_name: str = "", **options: str
) -> CarrierRecord:
    """Read the first rows of a file as `load` would; the row it would come to, which is not kept. For test keys."""
    given = {"format": "auto", "zone": "", "region": "", "carrier": "", **options}
    given = {"complete_from": "", "complete_until": "", "callers": "", **given}
    return call_files.rehearse(
        CarrierRecord,
        company=company,
        file=file,
        file_name=file_name,
        moment=moment,
        same=attrgetter("started_at", "number", "call_id"),
        **_options(company, moment, **given),
    )


def _options(company: Company, moment: Moment, **given: str) -> dict[str, Any]:
    """The columns that the options of an upload come to."""
    if company.kind not in ("carrier", "regulator"):
        raise CarriersOnly
    call_files.check_options(format=given["format"], zone=given["zone"], region=given["region"])
    begins, ends = (_instant(given[name], name) for name in ("complete_from", "complete_until"))
    if (begins is None) != (ends is None):
        missing = "complete_from" if begins is None else "complete_until"
        raise InvalidInput("A time in which the file is complete has both ends", pointer=f"/{missing}")
    if begins is not None and ends is not None:
        if not begins < ends <= moment.at:
            raise InvalidInput("It ends after it begins, and not in the future", pointer="/complete_until")
        if ends - begins > LONGEST:
            raise InvalidInput(f"At most {LONGEST.days} days; send it in parts", pointer="/complete_until")
    callers = _callers(given["callers"], given["region"] or None)
    if callers and begins is None:
        raise InvalidInput("Callers without rows need the time they are named for", pointer="/complete_from")
    return {
        "format": given["format"],
        "zone": given["zone"],
        "region": given["region"],
        "carrier": given["carrier"].strip()[:100],
        "complete_from": begins,
        "complete_until": ends,
        "callers": callers,
    }


def _instant(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1990 <= at.year <= 2100:
        raise InvalidInput("RFC 3339 with an offset: 2026-03-10T00:00:00+08:00", pointer=f"/{name}")
    return at.astimezone(UTC)


def _callers(text: str, region: str | None) -> list[int]:
    texts = [word for word in re.split(r"[\s,;]+", text) if word]
    if len(texts) > MOST_CALLERS:
        raise InvalidInput(f"At most {MOST_CALLERS:,} callers", pointer="/callers")
    numbers = set()
    for word in texts:
        try:
            numbers.add(phone.parse_caller(word, region))
        except phone.BadNumber as bad:
            raise InvalidInput(f"{phone.mask(word)} is no number: {bad.detail}", pointer="/callers") from None
    return sorted(numbers)


def load(carrier_record_id: int, *, clock: datetime, progress: Progress | None = None) -> dict[str, Any]:
    """Load a file that is queued, or that a worker died on; otherwise do nothing. The counts, and the state.

    As `call_files.load`, and raises what it raises.
    """
    row = call_files.load(CarrierRecord, carrier_record_id, clock=clock, put=_load, progress=progress)
    return outcome(row)


def outcome(row: CarrierRecord) -> dict[str, Any]:
    """The state of a file and its counts, for tasks and commands."""
    return {
        "state": row.state,
        "accepted": row.accepted,
        "duplicates": row.duplicates,
        "rejected": row.rejected,
        "covered": row.covered,
        "anonymous": row.anonymous,
    }


def _load(claim: Claim[CarrierRecord], progress: Progress) -> None:
    """Read, stage, and put what is new into the table of carrier calls."""
    row = claim.row
    with call_files.staged(
        claim, progress, table="compliance_carriercall", folder="carrier_records"
    ) as staged:
        days = staging.insert_carried(row)
        # A row that could not be read may be a call of any caller: such a file is complete for none.
        covered = 0 if staged.rejected else staging.cover(row)
        stale.mark(
            {*days, *_days(row)} if covered else days,
            owners=stale.owners(staging.callers() | set(row.callers)),
            present=claim.present(),
        )
        claim.complete(**staged.outcome(sum(days.values())), covered=covered, anonymous=staging.anonymous())


def _days(row: CarrierRecord) -> set[Any]:
    """The days (UTC) in which the file claims to be complete."""
    if row.complete_from is None or row.complete_until is None:
        return set()
    first, last = row.complete_from.date(), (row.complete_until - timedelta(microseconds=1)).date()
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def cancel(*, row: CarrierRecord, moment: Moment) -> CarrierRecord:
    """Stop the loading of a file; none of its calls is taken. Raises `CallLogEnded` when it is too late."""
    return call_files.cancel(row, moment)


def forget_files(clock: datetime) -> int:
    """Remove the files of carriers that ended `CALL_LOG_FILE_DAYS` ago; of how many."""
    return call_files.forget(CarrierRecord, clock)
