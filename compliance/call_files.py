"""Files of calls: take one, try one, load one, stop that, forget the bytes: what logs and carrier records share.

`calls.py` and `carrier_records.py` say what becomes of the calls of a file once they are staged.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from django.conf import settings
from django.db import transaction

from compliance import formats, reading, staging
from compliance.errors import CallLogEnded, LoadingBroke
from compliance.formats.times import zone_of
from compliance.models.call_files import CallFile
from compliance.reading import Progress
from compliance.rejections import Rejections
from registry import claims, partitions, phone, uploads
from registry.claims import Claim
from registry.errors import InvalidInput
from registry.models import Company
from registry.periods import Moment

#: How many rows are read of what a test key sends: it is read while the sender waits.
REHEARSED_ROWS = 10_000

File = TypeVar("File", bound=CallFile)


def check_options(
    *,
    format: str,  # noqa: A002  (the word of the API and of the command line)
    zone: str,
    region: str,
) -> None:
    """Raise `InvalidInput`, with the pointer to the option, for one that means nothing."""
    demand(format, ("auto", *formats.FORMATS), "/format")
    try:
        if zone:
            zone_of(zone)
    except formats.UnknownZone as error:
        raise formats.UnknownZone(error.detail, pointer="/zone") from None
    try:
        phone.parse_many((), region or None)
    except phone.BadNumber as bad:
        raise formats.UnknownRegion(f"{bad.detail}.", pointer="/region") from None


def demand(value: str, known: tuple[str, ...], pointer: str) -> None:
    """Raise `InvalidInput` for a value that is not among those known."""
    if value not in known:
        raise InvalidInput(f"It must be one of: {', '.join(filter(None, known))}", pointer=pointer)


def take(
    rows: type[File],
    *,
    company: Company,
    file: BinaryIO,
    file_name: str,
    folder: str,
    moment: Moment,
    **options: Any,
) -> File:
    """Store an uploaded file in `folder`, and put it on the list of what is to be loaded.

    Raises `EmptyFile`, `FileTooLarge`.
    """
    stored = uploads.store(file, folder=f"{folder}/{company.pk}")
    try:
        if not stored.bytes_total:
            raise formats.EmptyFile("The file has no bytes.", pointer="/file")
        return rows._default_manager.create(
            company=company,
            file=stored.name,
            file_name=file_name[:255],
            sha256=stored.sha256,
            bytes_total=stored.bytes_total,
            rows_total=stored.lines,
            created_at=moment.known_at,
            **options,
        )
    except BaseException:
        uploads.remove(stored.name)
        raise


def rehearse(
    rows: type[File],
    *,
    company: Company,
    file: BinaryIO,
    file_name: str,
    moment: Moment,
    same: Callable[[formats.Call], Any],
    **options: Any,
) -> File:
    """Read the first `REHEARSED_ROWS` of a file as `load` would; the row it would come to, which is not kept.

    `same` makes of a call what two rows of one call have in common. Nothing is stored, and no call is looked up.
    Raises what `take` raises.
    """
    measured = uploads.measure(file)
    if not measured.bytes_total:
        raise formats.EmptyFile("The file has no bytes.", pointer="/file")
    row = rows(
        company=company,
        file_name=file_name[:255],
        sha256=measured.sha256,
        bytes_total=measured.bytes_total,
        state="completed",
        created_at=moment.known_at,
        started_at=moment.known_at,
        finished_at=moment.known_at,
        **options,
    )
    file.seek(0)
    try:
        opened, layout = reading.opened(row, file)
    except formats.CallLogError as error:
        row.state, row.problem = "failed", claims.problem(error)
        return row
    bounds = reading.Bounds.at(moment.at)
    read = list(islice(formats.read_part(layout, opened.stream, head=opened.head), REHEARSED_ROWS))
    found = [each for each in map(bounds.judge, read) if isinstance(each, formats.Call)]
    row.format = layout.format
    row.accepted = len(set(map(same, found)))
    row.duplicates = len(found) - row.accepted
    row.rejected = len(read) - len(found)
    row.rows_done = row.rows_total = len(read)
    return row


def load(
    rows: type[File],
    pk: int,
    *,
    clock: datetime,
    put: Callable[[Claim[File], Progress], None],
    progress: Progress | None = None,
) -> File:
    """Load a file that is queued, or that a worker died on, by `put`; otherwise do nothing. Its row afterwards.

    What is wrong with the file ends in the state `failed` with a problem. Safe to run twice, and at once in several
    places. Raises `OperationalError` where the database went away; the job is then put back, as far as possible.
    """
    claim = claims.take(rows, pk, clock=clock, rows_done=0)
    if claim is None:
        return rows._default_manager.get(pk=pk)
    with claim.held(broke=LoadingBroke()):
        put(claim, progress or _silently)
    return rows._default_manager.get(pk=pk)


@dataclass(frozen=True)
class Staged:
    """A file as it lies in the staging table: its calls, and the rows that are none."""

    calls: int
    rejected: int
    rejected_file: str

    def outcome(self, accepted: int) -> dict[str, Any]:
        """The columns of a file of which so many calls were new."""
        rows = self.calls + self.rejected
        return {
            "accepted": accepted,
            "duplicates": self.calls - accepted,
            "rejected": self.rejected,
            "rows_done": rows,
            "rows_total": rows,
            "rejected_file": self.rejected_file,
        }


@contextmanager
def staged(claim: Claim[File], progress: Progress, *, table: str, folder: str) -> Iterator[Staged]:
    """Read a file into the staging table, and make the months of `table`; the block is the transaction that takes it.

    Where that fails, the file of rejected rows is removed again.
    """
    with staging.opened(), Rejections() as rejections:
        calls = reading.stage(claim, rejections, progress)
        partitions.ensure(table, staging.months())
        claim.beat()
        rejected_file = rejections.store(folder=f"{folder}/{claim.row.company_id}")
        try:
            with transaction.atomic():
                yield Staged(calls, rejections.count, rejected_file)
        except BaseException:
            uploads.remove(rejected_file)
            raise


def _silently(done: int, total: int) -> None:
    """Nobody wants to know."""


def cancel(row: File, moment: Moment) -> File:
    """Stop the loading of a file; none of its calls is taken. Raises `CallLogEnded` when it is too late."""
    stopped = (
        type(row)
        ._default_manager.filter(pk=row.pk, state__in=["queued", "running"])
        .update(state="cancelled", finished_at=moment.at)
    )
    row.refresh_from_db()
    if not stopped and row.state != "cancelled":
        raise CallLogEnded(f"The {row._meta.verbose_name} is {row.state}.")
    return row


def forget(rows: type[CallFile], clock: datetime) -> int:
    """Remove the files of uploads that ended `CALL_LOG_FILE_DAYS` ago, and their rejected rows; of how many.

    Their rows and calls stay. Safe to run again: the row says so once both files are gone.
    """
    if not settings.CALL_LOG_FILE_DAYS:
        return 0
    old = rows._default_manager.filter(
        finished_at__lte=clock - timedelta(days=settings.CALL_LOG_FILE_DAYS)
    ).exclude(file="")
    forgotten = 0
    for pk, file, rejected_file in old.values_list("pk", "file", "rejected_file").iterator():
        uploads.remove(file)
        uploads.remove(rejected_file)
        forgotten += rows._default_manager.filter(pk=pk).update(file="", rejected_file="")
    return forgotten
