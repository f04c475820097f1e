"""Reassignments from a list of numbers, put on record as `reassignments.record` would, in bulk."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from registry.errors import InvalidInput
from registry.lists.loading import Counts, Progress, Reject, chunks, stage
from registry.lists.numbers import Entry, entries
from registry.lists.rows import Fault, Rejected, instant, reject
from registry.lists.text import Source
from registry.periods import Moment
from registry.sql import read

_INSERT = read(Path(__file__).parent / "reassignments.sql")
_STAGED = (("number", "bigint"), ("changed_at", "timestamptz"))


def load(
    source: Source,
    *,
    reported_by: str,
    moment: Moment,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    changed_at: datetime | None = None,
    layout: str = "auto",
    region: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
) -> Counts:
    """Put a list of numbers that changed hands on record, chunk by chunk.

    A header may name `changed_at`; where a row has none, `changed_at` holds, and if that is None too, the row is
    refused: a day that nobody stated must not end consents. Raises as `opt_outs.load` does, before the first row.
    """
    if changed_at is not None and changed_at > moment.at:
        raise InvalidInput("A number cannot have changed hands in the future", pointer="/changed_at")
    counts = Counts()

    def readable(rows: Iterator[Entry | Rejected]) -> Iterator[tuple[int, datetime]]:
        for row in rows:
            try:
                if isinstance(row, Entry):
                    yield row.number, _changed_at(row, changed_at, moment)
                    continue
                refused = row
            except Fault as fault:
                refused = reject(row.line, "", fault)
            counts.rejected += 1
            on_reject(refused)

    found = entries(source, layout=layout, region=region, column=column, delimiter=delimiter)
    for chunk in chunks(readable(found)):
        accepted = _record(chunk, reported_by, moment)
        counts.accepted += accepted
        counts.duplicates += len(chunk) - accepted
        on_progress(source.position)
    on_progress(source.size)
    return counts


def _changed_at(entry: Entry, otherwise: datetime | None, moment: Moment) -> datetime:
    if (text := entry.cells.get("changed_at", "")).strip():
        return instant(text, "changed_at", moment.at)
    if otherwise is None:
        raise Fault("changed_at_missing", "The row does not say when the number changed hands")
    return otherwise


@transaction.atomic
def _record(rows: list[tuple[int, datetime]], reported_by: str, moment: Moment) -> int:
    stage("incoming_reassignment", _STAGED, rows)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"reported_by": reported_by, "known_at": moment.known_at})
        return cursor.rowcount
