"""Call logs of any known source, row by row: the registry of formats, the sniffer, and `read`.

    for row in formats.read(stream, zone="Asia/Shanghai", region="CN"):
        if isinstance(row, formats.Call): …          # else it is a formats.Rejected

A new format is a module with a `FORMAT`, and its line in `FORMATS`. `docs/FORMATS.md` describes each.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from compliance.formats import (
    asterisk,
    canonical,
    cisco,
    freeswitch,
    native,
    parquet,
    refused,
    twilio,
    vicidial,
)
from compliance.formats.layout import Format, Layout, Shape
from compliance.formats.rows import (
    DISPOSITIONS,
    SENTENCES,
    BadEncoding,
    Call,
    CallLogError,
    EmptyFile,
    Rejected,
    UnknownFormat,
    UnknownRegion,
    UnknownZone,
    ZoneNeeded,
)
from compliance.formats.text import Block, blocks, detect, head_lines, read_head
from compliance.formats.times import zone_of
from registry import phone

__all__ = [
    "DISPOSITIONS",
    "FORMATS",
    "SENTENCES",
    "BadEncoding",
    "Call",
    "CallLogError",
    "EmptyFile",
    "Format",
    "Layout",
    "Opened",
    "Piece",
    "Rejected",
    "UnknownFormat",
    "UnknownRegion",
    "UnknownZone",
    "ZoneNeeded",
    "begin",
    "examine",
    "read",
    "read_part",
    "read_pieces",
    "sniff",
]

FORMATS: dict[str, Format] = {
    each.FORMAT.name: each.FORMAT for each in (native, asterisk, freeswitch, vicidial, twilio, cisco, parquet)
}

#: How many of the opening lines are looked at to tell a layout.
LINES_SHOWN = 50


class Opened(NamedTuple):
    """A file at its beginning: its opening bytes, what follows them, and the format whose container it came in."""

    head: bytes
    stream: BinaryIO
    container: str = ""
    #: How many rows it has, where the container says so.
    rows: int | None = None


def begin(stream: BinaryIO) -> Opened:
    """Take the opening bytes of a file; one in a container (Parquet) becomes text, and must be able to seek.

    Raises UnknownFormat for a container that is damaged.
    """
    head = read_head(stream)
    container = _container(head)
    if container is None or container.container is None:
        return Opened(head, stream)
    text, rows = container.container.as_text(stream)
    return Opened(read_head(text), text, container.name, rows)


def _container(head: bytes) -> Format | None:
    """The format whose container begins so."""
    return next(
        (each for each in FORMATS.values() if each.container and head.startswith(each.container.signature)),
        None,
    )


def sniff(head: bytes) -> str:
    """The name of the format of a file that begins with `head` (64 KiB are enough).

    Raises UnknownFormat, with the reason where the file is recognised and refused; EmptyFile; BadEncoding.
    """
    container = _container(head)
    return container.name if container else _recognise(_opening_lines(head), "auto", "")[0].name


def examine(
    head: bytes,
    *,
    format: str = "auto",
    zone: str | None,
    region: str | None,
    container: str = "",
) -> Layout:
    """All that must be known to read a file that begins with `head`, or any part of it cut at line ends.

    `zone` is a tz database name or an offset, for wall times; `region` an ISO 3166 code, for national numbers; `head`
    and `container` are those of `begin`.
    Raises UnknownFormat, EmptyFile, BadEncoding, UnknownZone, UnknownRegion; ZoneNeeded when the file's times
    are wall times and `zone` is None: it is asked for, never guessed.
    """
    if zone is not None:
        zone_of(zone)
    try:
        phone.parse_many((), region)
    except phone.BadNumber as bad:
        raise UnknownRegion(f"{bad.detail}.") from None
    chosen, shape = _recognise(_opening_lines(head), format, container)
    if shape.needs_zone and zone is None:
        raise ZoneNeeded(
            "The times in the file have no offset from UTC. Say in which time zone they were written, "
            "for example Asia/Shanghai."
        )
    return Layout(chosen.name, shape.variant, detect(head), shape.header, shape.header_row, zone, region)


def read(
    stream: BinaryIO, *, format: str = "auto", zone: str | None, region: str | None
) -> Iterator[Call | Rejected]:
    """The calls and rejected rows of a file, in its order, in memory that does not grow with it.

    Raises at once what `examine` raises. One bad row never raises: it comes as a Rejected.
    """
    opened = begin(stream)
    layout = examine(opened.head, format=format, zone=zone, region=region, container=opened.container)
    return read_part(layout, opened.stream, head=opened.head)


def read_part(
    layout: Layout, stream: BinaryIO, *, head: bytes = b"", first_row: int | None = None
) -> Iterator[Call | Rejected]:
    """Calls and rejected rows of `head` and the rest of `stream`, which begins with line `first_row` of the file;
    None for its first line.

    A part must begin at the start of a line and, in UTF-16, may only be the whole file.
    """
    read_block = FORMATS[layout.format].reader(layout)
    for block in _blocks(layout, stream, head, first_row):
        yield from read_block(block)


class Piece(NamedTuple):
    """Some consecutive lines of a file, read: calls as columns (`canonical.SCHEMA`) and all other rows one by one."""

    columns: pa.RecordBatch | None
    rows: list[Call | Rejected]


def read_pieces(
    layout: Layout,
    stream: BinaryIO,
    *,
    since: datetime,
    until: datetime,
    head: bytes = b"",
    first_row: int | None = None,
) -> Iterator[Piece]:
    """What `read_part` reads, but with the rows that are plain as columns, in a fifth of the time.

    Calls that started before `since` or after `until` are among the rows.
    """
    read_block = FORMATS[layout.format].reader(layout)
    split = canonical.splitter(layout, since=since, until=until)
    for block in _blocks(layout, stream, head, first_row):
        if split is None:
            yield Piece(None, list(read_block(block)))
            continue
        columns, others = split(block)
        yield Piece(columns, [row for other in others for row in read_block(other)])


def _blocks(layout: Layout, stream: BinaryIO, head: bytes, first_row: int | None) -> Iterator[Block]:
    if first_row is None:
        first_row = 0 if FORMATS[layout.format].container else 1
    return blocks(head, stream, layout.encoding, first_row)


def _opening_lines(head: bytes) -> list[str]:
    if detail := refused.binary(head):
        raise UnknownFormat(detail)
    lines = head_lines(head)
    if not any(line.strip() for line in lines):
        raise EmptyFile("The file is empty.")
    return lines[:LINES_SHOWN]


def _recognise(lines: list[str], format: str, container: str) -> tuple[Format, Shape]:
    """The format that fits the lines best, of all or of the one named. Raises UnknownFormat."""
    if format != "auto" and format not in FORMATS:
        raise UnknownFormat(f"There is no format of that name; there are auto, {', '.join(FORMATS)}.")
    if container and format not in ("auto", container):
        raise UnknownFormat(f"The file is {FORMATS[container].title}, and not {FORMATS[format].title}.")
    if detail := refused.text(lines):
        raise UnknownFormat(detail)
    if container or format != "auto":
        candidates = [FORMATS[container or format]]
    else:
        candidates = [each for each in FORMATS.values() if each.container is None]
    fits = [(each, shape) for each in candidates if (shape := _fit(each, lines, container)) is not None]
    if fits:
        return max(fits, key=lambda fit: fit[1].score)
    if container:
        raise UnknownFormat(f"The file has none of the columns of {FORMATS[container].title}.")
    if format != "auto":
        raise UnknownFormat(f"No line of the file has the layout of {FORMATS[format].title}.")
    known = "; ".join(each.title for each in FORMATS.values())
    raise UnknownFormat(f"The file has none of the known layouts: {known}.")


def _fit(candidate: Format, lines: list[str], container: str) -> Shape | None:
    """How the lines fit. Text is never in a format that comes in a container."""
    return candidate.recognise(lines) if bool(candidate.container) == bool(container) else None
