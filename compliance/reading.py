"""Reading: the rows of a call log's file, on their way into the staging table or into the file of rejected rows.

The file is read in a thread of its own, one piece ahead: while the database takes one, the next is made. No thread
but the caller's touches the database.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple

from django.conf import settings

from compliance import formats, staging
from compliance.formats import Call, Piece, Rejected
from compliance.models.call_files import CallFile
from compliance.rejections import Rejections
from registry import uploads
from registry.claims import Claim

#: A call may have started so long after our clock: clocks of exchanges run ahead.
CLOCK_SKEW = timedelta(minutes=5)
#: Seconds between two signs of life of a worker.
BEAT_S = 1.0

#: Told how many rows are read, and how many lines the file has.
Progress = Callable[[int, int], None]


class Bounds(NamedTuple):
    """When a call may have started, to be taken."""

    since: datetime
    until: datetime

    @classmethod
    def at(cls, clock: datetime) -> "Bounds":
        """Not longer ago than `CALL_LOG_MAX_AGE_DAYS`, so that no typing error opens months nobody reads; not later
        than a clock that runs ahead.
        """
        return cls(clock - timedelta(days=settings.CALL_LOG_MAX_AGE_DAYS), clock + CLOCK_SKEW)

    def judge(self, row: Call | Rejected) -> Call | Rejected:
        """The row, rejected if it is a call that started too early or too late."""
        if row.__class__ is Rejected or self.since <= row.started_at <= self.until:
            return row
        if row.started_at > self.until:
            code, detail = "started_in_future", "The call starts in the future."
        else:
            code = "started_too_long_ago"
            detail = f"The call started more than {settings.CALL_LOG_MAX_AGE_DAYS} days ago."
        return Rejected(row.row, row.started_at.isoformat(), code, detail)


def opened(log: CallFile, file: BinaryIO) -> tuple[formats.Opened, formats.Layout]:
    """The file at its beginning, and its layout. Raises `CallLogError`."""
    begun = formats.begin(file)
    layout = formats.examine(
        begun.head,
        format=log.format,
        zone=log.zone or None,
        region=log.region or None,
        container=begun.container,
    )
    return begun, layout


def stage(claim: Claim[CallFile], rejections: Rejections, progress: Progress) -> int:
    """Read the file into the staging table; how many calls are in it. Raises `CallLogError`, `claims.Lost`."""
    log, bounds = claim.row, Bounds.at(claim.clock)
    staged = 0
    with uploads.open_stored(log.file) as stream:
        begun, layout = opened(log, stream)
        total = log.rows_total if begun.rows is None else begun.rows
        claim.beat(format=layout.format, rows_total=total)
        beaten = claim.present()
        pieces = formats.read_pieces(
            layout, begun.stream, head=begun.head, since=bounds.since, until=bounds.until
        )
        for columns, rows in _ahead(pieces):
            judged = list(map(bounds.judge, rows))
            calls = [row for row in judged if row.__class__ is Call]
            rejections.add(row for row in judged if row.__class__ is Rejected)
            staging.add(columns, calls)
            staged += len(calls) + (columns.num_rows if columns is not None else 0)
            if (claim.present() - beaten).total_seconds() >= BEAT_S:
                claim.beat(rows_done=staged + rejections.count)
                beaten = claim.present()
            progress(staged + rejections.count, total)
    return staged


def _ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same, each made while the one before it is in use. What making one raises comes in its place."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading") as reader:
        coming = reader.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = reader.submit(next, pieces, None)
            yield piece
