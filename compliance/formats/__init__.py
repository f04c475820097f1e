"""Call logs of any known source, row by row: the registry of formats, the sniffer, and `read`.

    for row in formats.read(stream, zone="Asia/Shanghai", region="CN"):
        if isinstance(row, formats.Call): …          # else it is a formats.Rejected

A new format is a module with a `FORMAT`, and its line in `FORMATS`. `docs/FORMATS.md` describes each.
"""

from collections.abc import Iterator
from typing import BinaryIO

from compliance.formats import asterisk, freeswitch, native, refused
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
from compliance.formats.text import blocks, detect, head_lines, read_head
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
    "Rejected",
    "UnknownFormat",
    "UnknownRegion",
    "UnknownZone",
    "ZoneNeeded",
    "examine",
    "read",
    "read_part",
    "sniff",
]

FORMATS: dict[str, Format] = {
    native.FORMAT.name: native.FORMAT,
    asterisk.FORMAT.name: asterisk.FORMAT,
    freeswitch.FORMAT.name: freeswitch.FORMAT,
}

#: How many of the opening lines are looked at to tell a layout.
LINES_SHOWN = 50


def sniff(head: bytes) -> str:
    """The name of the format of a file that begins with `head` (64 KiB are enough).

    Raises UnknownFormat, with the reason where the file is recognised and refused; EmptyFile; BadEncoding.
    """
    return _recognise(_opening_lines(head), "auto")[0].name


def examine(head: bytes, *, format: str = "auto", zone: str | None, region: str | None) -> Layout:
    """All that must be known to read a file that begins with `head`, or any part of it cut at line ends.

    `zone` is a tz database name or an offset, for wall times; `region` an ISO 3166 code, for national numbers.
    Raises UnknownFormat, EmptyFile, BadEncoding, UnknownZone, UnknownRegion; ZoneNeeded when the file's times
    are wall times and `zone` is None: it is asked for, never guessed.
    """
    if zone is not None:
        zone_of(zone)
    try:
        phone.parse_many((), region)
    except phone.BadNumber as bad:
        raise UnknownRegion(f"{bad.detail}.") from None
    chosen, shape = _recognise(_opening_lines(head), format)
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
    head = read_head(stream)
    return read_part(examine(head, format=format, zone=zone, region=region), stream, head=head)


def read_part(
    layout: Layout, stream: BinaryIO, *, head: bytes = b"", first_row: int = 1
) -> Iterator[Call | Rejected]:
    """Calls and rejected rows of `head` and the rest of `stream`, which begins with line `first_row` of the file.

    A part must begin at the start of a line and, in UTF-16, may only be the whole file.
    """
    read_block = FORMATS[layout.format].reader(layout)
    for block in blocks(head, stream, layout.encoding, first_row):
        yield from read_block(block)


def _opening_lines(head: bytes) -> list[str]:
    if detail := refused.binary(head):
        raise UnknownFormat(detail)
    lines = head_lines(head)
    if not any(line.strip() for line in lines):
        raise EmptyFile("The file is empty.")
    return lines[:LINES_SHOWN]


def _recognise(lines: list[str], format: str) -> tuple[Format, Shape]:
    """The format that fits the lines best, of all or of the one named. Raises UnknownFormat."""
    if format != "auto" and format not in FORMATS:
        raise UnknownFormat(f"There is no format of that name; there are auto, {', '.join(FORMATS)}.")
    if detail := refused.text(lines):
        raise UnknownFormat(detail)
    candidates = FORMATS.values() if format == "auto" else [FORMATS[format]]
    fits = [(each, shape) for each in candidates if (shape := each.recognise(lines)) is not None]
    if fits:
        return max(fits, key=lambda fit: fit[1].score)
    if format != "auto":
        raise UnknownFormat(f"No line of the file has the layout of {FORMATS[format].title}.")
    known = "; ".join(each.title for each in FORMATS.values())
    raise UnknownFormat(f"The file has none of the known layouts: {known}.")
