"""Consent files: take a company's CSV of consents, put it on record chunk by chunk, stop, and forget it in time.

A chunk is one transaction: its consents, the part of the refused rows, and the count of rows done. Whoever goes on
after a killed worker begins with the first row that nobody did. Each chunk is recorded at its own moment: a consent
carries calls from when it was on record, and never from earlier.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from registry import claims, sandbox, uploads
from registry.claims import Claim
from registry.errors import Fault, FileLost, InvalidInput, RegistryError
from registry.lists import consents, rejects
from registry.lists.archives import unpacked
from registry.lists.consents import Entry
from registry.lists.loading import chunks
from registry.lists.rows import Fault as RowFault
from registry.lists.rows import Rejected, reject
from registry.lists.text import Source, UnreadableFile
from registry.models import ApiKey, ConsentFile
from registry.periods import Moment
from registry.phone import BadNumber, parse

#: Rows of one transaction: few enough that they are on record soon after they are read, and to be stopped between two.
CHUNK = 20_000
#: How long the refused rows are kept for their company.
KEPT_FOR = timedelta(days=30)


class ConsentFileEnded(RegistryError):
    """The consent file is completed, failed or cancelled already, so there is nothing to stop."""

    status = 409
    title = "That consent file has ended"


class ConsentFileGaveUp(RegistryError):
    """The consent file could not be put on record in a whole day of attempts; the rows it lists as done are."""

    status = 503
    title = "The consent file could not be put on record"


class ConsentFileBroke(RegistryError):
    """A defect of the register stopped the consent file; the rows it lists as done are on record."""

    status = 500
    title = "The register failed while it read the file"


def accept(
    *, key: ApiKey, file: BinaryIO, moment: Moment, file_name: str = "", region: str = ""
) -> ConsentFile:
    """Store a file and put it among those to be recorded; its header is looked at at once.

    `region` is that of national numbers. Raises `FileTooLarge`, `UnreadableFile`, `MissingColumns`, and `InvalidInput`
    for a region that is none.
    """
    try:
        parse("+8613800138000", region or None)
    except BadNumber as bad:
        raise InvalidInput(faults=[Fault("/region", bad.code, bad.detail)]) from None
    with unpacked(file) as plain:
        stored = uploads.store(plain, folder=f"consent_files/{key.company_id}")
    try:
        if not stored.bytes_total:
            raise UnreadableFile("The file has no rows")
        with uploads.open_stored(stored.name) as stream, closing(_rows(stream, moment)) as rows:
            next(rows, None)
        return ConsentFile.objects.create(
            company_id=key.company_id,
            key=key,
            livemode=key.livemode,
            region=region,
            file=stored.name,
            file_name=file_name[:255],
            sha256=stored.sha256,
            bytes_total=stored.bytes_total,
            rows_total=max(stored.lines - 1, 0),
            created_at=moment.known_at,
        )
    except BaseException:
        uploads.remove(stored.name)
        raise


def _rows(stream: BinaryIO, moment: Moment, region: str = "") -> Iterator[Entry | Rejected]:
    return consents.entries(Source(stream), moment=moment, region=region or None)


def run(consent_file_id: int, *, clock: datetime) -> dict[str, Any]:
    """Put a file on record that is queued, or that a worker died on; otherwise do nothing. The state, and the counts.

    What is wrong with the file ends in the state `failed` with a problem; the rows done by then stay on record. Safe
    to run twice, and at once in several places. Raises `OperationalError` where the database went away; the file is
    then put back, as far as possible.
    """
    claim = claims.take(ConsentFile, consent_file_id, clock=clock)
    if claim is not None:
        with claim.held(broke=ConsentFileBroke()):
            _run(claim)
        _clear_cancelled(claim.row)
    return outcome(ConsentFile.objects.get(pk=consent_file_id))


def outcome(row: ConsentFile) -> dict[str, Any]:
    """The state of a file and its counts, for the task."""
    return {
        "state": row.state,
        "created": row.created,
        "duplicates": row.duplicates,
        "rejected": row.rejected,
    }


def _run(claim: Claim[ConsentFile]) -> None:
    """Every row that is not done, and the end."""
    row = claim.row
    with (
        uploads.open_stored(row.file) as stream,
        closing(_rows(stream, Moment.of(claim.present()), row.region)) as rows,
    ):
        for chunk in chunks(islice(rows, row.rows_done, None), CHUNK):
            _do(claim, chunk)
    claim.complete(rows_total=row.rows_done)
    _sweep(row, row.rejected_parts)
    _drop_file(row)


def _do(claim: Claim[ConsentFile], chunk: Sequence[Entry | Rejected]) -> None:
    """Record the rows of a chunk, keep those refused, and count them as done, all of it or nothing."""
    row, part = claim.row, ""
    try:
        with transaction.atomic():
            readable = [entry for entry in chunk if isinstance(entry, Entry)]
            outcomes = _outcomes(row, readable, Moment.of(claim.present()))
            refused = [entry for entry in chunk if not isinstance(entry, Entry)]
            refused += [
                _refused(entry, outcome)
                for entry, outcome in zip(readable, outcomes, strict=True)
                if outcome not in ("accepted", "duplicate")
            ]
            part = _write(row, sorted(refused))
            done = {
                "rows_done": row.rows_done + len(chunk),
                "created": row.created + outcomes.count("accepted"),
                "duplicates": row.duplicates + outcomes.count("duplicate"),
                "rejected": row.rejected + len(refused),
                "rejected_parts": [*row.rejected_parts, *filter(None, [part])],
            }
            # The file's row comes last: whoever cancels must not wait for the whole chunk.
            claim.beat(**done, rows_total=max(row.rows_total, done["rows_done"]))
    except BaseException:
        uploads.remove(part)
        raise
    for name, value in done.items():
        setattr(row, name, value)


def _outcomes(row: ConsentFile, entries: Sequence[Entry], moment: Moment) -> list[str]:
    """What becomes of each row. A test key's file meets nothing live, and leaves nothing."""
    if row.livemode:
        return consents.record(entries, row.company, moment, announced=True) if entries else []
    seen: set[str] = set()
    outcomes = []
    for entry in entries:
        if entry.number not in sandbox.RANGE:
            outcomes.append("number_not_for_tests")
            continue
        outcomes.append("duplicate" if entry.reference in seen else "accepted")
        seen.add(entry.reference)
    return outcomes


def _refused(entry: Entry, outcome: str) -> Rejected:
    if outcome == "number_not_for_tests":
        return reject(
            entry.line, entry.reference, RowFault(outcome, "A test key knows only the test numbers")
        )
    return entry.refused(outcome)


def _write(row: ConsentFile, refused: Sequence[Rejected]) -> str:
    """Keep refused rows in a file of their own; its name, or nothing where there are none."""
    if not refused:
        return ""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(map(rejects.cells, refused))
    content = ContentFile(text.getvalue().encode(errors="replace"))
    return default_storage.save(f"{_folder(row)}/{uuid4().hex}.rejected.csv", content)


def _folder(row: ConsentFile) -> str:
    """Where the refused rows of a file lie, below the files folder."""
    return f"consent_files/{row.company_id}/{row.pk}"


def _sweep(row: ConsentFile, kept: Sequence[str] = ()) -> None:
    """Remove the parts of refused rows but those `kept`: workers that were killed may have left some."""
    folder = _folder(row)
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        if f"{folder}/{name}" not in kept:
            uploads.remove(f"{folder}/{name}")
    if not kept:
        default_storage.delete(folder)


def rejected(row: ConsentFile) -> Iterator[bytes]:
    """The refused rows as CSV, piece by piece. Raises `FileLost` at once if a part of them is not there."""
    if not all(map(default_storage.exists, row.rejected_parts)):
        raise FileLost("A part of the refused rows is not where the register put it; send the file again")
    return _pieces(row.rejected_parts)


def _pieces(names: Sequence[str]) -> Iterator[bytes]:
    yield f"{','.join(rejects.COLUMNS)}\r\n".encode()
    for name in names:
        with uploads.open_stored(name) as file:
            while piece := file.read(uploads.CHUNK_BYTES):
                yield piece


def cancel(*, row: ConsentFile, moment: Moment) -> ConsentFile:
    """Stop a file; it is removed with its refused rows. The consents recorded by then stay on record.

    Raises `ConsentFileEnded` when it is too late.
    """
    stopped = ConsentFile.objects.filter(pk=row.pk, state__in=["queued", "running"]).update(
        state="cancelled", finished_at=moment.at
    )
    row.refresh_from_db()
    if not stopped and row.state != "cancelled":
        raise ConsentFileEnded(f"The file is {row.state}.")
    transaction.on_commit(lambda: clear(row))
    return row


def clear(row: ConsentFile) -> None:
    """Remove a file and its refused rows from the files folder."""
    _sweep(row)
    _drop_file(row)


def _clear_cancelled(row: ConsentFile) -> None:
    """The worker of a cancelled file is the last to leave."""
    if ConsentFile.objects.filter(pk=row.pk, state="cancelled").exists():
        clear(row)


def _drop_file(row: ConsentFile) -> None:
    uploads.remove(row.file)
    ConsentFile.objects.filter(pk=row.pk).update(file="")


def forget(clock: datetime) -> int:
    """Remove what is kept of files that ended before `KEPT_FOR`; of how many. Their rows and consents stay."""
    old = ConsentFile.objects.filter(forgotten_at=None, finished_at__lte=clock - KEPT_FOR)
    for row in old:
        clear(row)
        ConsentFile.objects.filter(pk=row.pk).update(forgotten_at=clock)
    return len(old)
