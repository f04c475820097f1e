"""The parts of a scrub in files of their own: the rows of a part as they were read, and what they came to, as CSV.

They are written before their transaction is committed, under a name nobody knows but their row (`models.ScrubPart`);
so what a killed or overtaken worker wrote is never read, and swept up at the end. A result is its parts in a row,
behind one header. The files show numbers in full: they are the company's own list.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from registry import ids, phone, uploads
from registry.errors import FileLost, RegistryError
from registry.lists import rejects
from registry.lists.contacts import Chunk
from registry.lists.rows import Rejected
from registry.models import Scrub
from registry.predial.scrub import Judged

#: The results there are. `all` holds every row of the list; the others, those that were answered so.
KINDS = ("allowed", "denied", "rejected", "all")
#: What stands behind the columns of the list.
ADDED = ("verdict", "reasons", "check_id")
#: How long they are kept for their company.
KEPT_FOR = timedelta(days=30)
#: Ends a line, as RFC 4180 has it.
END = "\r\n"


class Part:
    """The lines of each result that some rows come to, in their order."""

    def __init__(self, chunk: Chunk, judged: Judged) -> None:
        self.lines: dict[str, list[str]] = {kind: [] for kind in KINDS}
        allow, deny = _tails(judged)
        refused = dict(chunk.rejected)
        everything, allowed, denied = (self.lines[kind] for kind in ("all", "allowed", "denied"))
        for place, (text, number) in enumerate(zip(chunk.texts, chunk.numbers, strict=True)):
            if (tail := deny.get(number)) is not None:
                line = text + tail
                denied.append(line)
            elif (tail := allow.get(number)) is not None:
                line = text + tail
                allowed.append(line)
            else:
                if place not in refused:
                    refused[place] = _undecided(chunk.lines[place], number, judged.undecided[number])
                line = f"{text},rejected,{refused[place].code},{END}"
            everything.append(line)
        self.lines["rejected"] = [_line(rejects.cells(refused[place])) for place in sorted(refused)]

    def count(self, kind: str) -> int:
        """How many rows a result has."""
        return len(self.lines[kind])

    def write(self, scrub: Scrub, token: str) -> None:
        """Write the files; none where a result has no rows."""
        for kind, lines in self.lines.items():
            if lines:
                default_storage.save(_name(scrub, token, kind), ContentFile("".join(lines).encode()))


def _tails(judged: Judged) -> tuple[dict[int, str], dict[int, str]]:
    """What stands behind the row of each number that is allowed, and of each that is denied."""
    allow: dict[int, str] = {}
    deny: dict[int, str] = {}
    for group in judged.groups:
        words = f",{'allow' if group.allowed else 'deny'},{'|'.join(group.reasons)},"
        tails = allow if group.allowed else deny
        if group.check_ids:
            tails |= zip(
                group.numbers,
                [f"{words}{ids.public('chk', check)}{END}" for check in group.check_ids],
                strict=True,
            )
        else:
            tails |= dict.fromkeys(group.numbers, words + END)
    return allow, deny


def _undecided(line: int, number: int, error: RegistryError) -> Rejected:
    """The row of a number that could be read, and about which nothing could be decided."""
    code = error.faults[0].code if error.faults else error.code()
    return Rejected(line, phone.e164(number), code, error.detail)


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=END).writerow(cells)
    return written.getvalue()


def header(scrub: Scrub, kind: str) -> str:
    """The first line of a result."""
    return _line(rejects.COLUMNS) if kind == "rejected" else f"{scrub.header},{','.join(ADDED)}{END}"


def read(scrub: Scrub, kind: str) -> Iterator[bytes]:
    """A result, piece by piece. Raises `FileLost` at once if a part of it is not there."""
    names = [
        _name(scrub, token, kind)
        for token, rows, allowed, denied in scrub.parts.values_list("token", "rows", "allowed", "denied")
        if {"all": rows, "allowed": allowed, "denied": denied, "rejected": rows - allowed - denied}[kind]
    ]
    if not all(map(default_storage.exists, names)):
        raise FileLost("A part of the result is not where the register put it; send the list again")
    return _pieces(header(scrub, kind), names)


def _pieces(head: str, names: Sequence[str]) -> Iterator[bytes]:
    yield head.encode()
    for name in names:
        with uploads.open_stored(name) as file:
            while piece := file.read(uploads.CHUNK_BYTES):
                yield piece


def keep(scrub: Scrub, source: str, chunk: Chunk) -> None:
    """Write the rows of a part down for whoever does it."""
    default_storage.save(_rows(scrub, source), ContentFile(msgspec.msgpack.encode(chunk)))


def kept(scrub: Scrub, source: str) -> Chunk:
    """The rows of a part. Raises `FileLost`."""
    with uploads.open_stored(_rows(scrub, source)) as file:
        return msgspec.msgpack.decode(file.read(), type=Chunk)


def discard(scrub: Scrub, token: str) -> None:
    """Remove what was written under a token."""
    for kind in KINDS:
        uploads.remove(_name(scrub, token, kind))


def sweep(scrub: Scrub) -> None:
    """Remove all files but the results of what was committed."""
    wanted = {
        _name(scrub, token, kind) for token in scrub.parts.values_list("token", flat=True) for kind in KINDS
    }
    for name in _stored(scrub):
        if name not in wanted:
            uploads.remove(name)


def remove(scrub: Scrub) -> None:
    """Remove every file of a scrub's results."""
    for name in _stored(scrub):
        uploads.remove(name)
    if default_storage.exists(folder(scrub)):
        default_storage.delete(folder(scrub))


def folder(scrub: Scrub) -> str:
    """Where the results of a scrub lie, below the files folder."""
    return f"scrubs/{scrub.company_id}/{scrub.pk}"


def _name(scrub: Scrub, token: str, kind: str) -> str:
    return f"{folder(scrub)}/{token}.{kind}.csv"


def _rows(scrub: Scrub, source: str) -> str:
    return f"{folder(scrub)}/{source}.rows"


def _stored(scrub: Scrub) -> list[str]:
    try:
        return [f"{folder(scrub)}/{name}" for name in default_storage.listdir(folder(scrub))[1]]
    except FileNotFoundError:
        return []
