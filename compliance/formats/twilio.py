"""Twilio: call logs as CSV, from the console or from the Calls resource of its API (`Calls.csv`).

Both have a header, and are read by the names in it, whatever stands between the words (`Call SID`, `call_sid`,
`CallSid`). Times are RFC 2822 in the API's CSV and ISO 8601 elsewhere, nearly always with `+0000`, `Z` or `UTC`; where
none of them has one, the zone is asked for. A zone by its letters (`PDT`) means two things somewhere, and is refused.
"""

import re
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime

from compliance.formats import columns, exchange, times
from compliance.formats.layout import HEADER, BlockReader, Format, Layout, RowParser, Shape, read_columns
from compliance.formats.rows import Call, Fault, Rejected
from compliance.formats.text import Block

#: What a column is called, without what stands between the words; the first that is there counts.
NAMES = {
    "sid": ("callsid", "sid"),
    "to": ("to", "tonumber"),
    "from": ("from", "fromnumber"),
    "start": ("starttime", "datecreated", "date"),
    "end": ("endtime",),
    "duration": ("duration", "callduration"),
    "status": ("status", "callstatus"),
    "direction": ("direction",),
}
NEEDED = ("sid", "to", "from", "start", "status")

STATUSES = {
    "completed": "answered",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "cancelled",
}
#: 34 characters, by which a file is known although other sources name columns alike.
_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_RFC_2822 = re.compile(
    r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} ([+-]\d{4}|GMT|UTC|Z)", re.ASCII
)
_UTC = re.compile(r"\s*\b(?:UTC|GMT)$")


def recognise(lines: Sequence[str]) -> Shape | None:
    """By its header, and by the look of its first ids."""
    for place, line in enumerate(lines, start=1):
        if not line.strip(" ,\t"):
            continue
        header = _squeezed(line)
        at = _places(header)
        if any(name not in at for name in NEEDED):
            return None
        rows = [row for row in map(columns.split_line, lines[place:]) if not isinstance(row, Fault)]
        if "callsid" not in header and not any(_SID.fullmatch(_value(row, at["sid"])) for row in rows):
            return None
        return Shape(HEADER, "csv", header, place, needs_zone=_needs_zone(rows, at["start"]))
    return None


def _squeezed(line: str) -> tuple[str, ...]:
    return tuple(name.replace("_", "") for name in columns.header_of(line))


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where the columns stand, by our names."""
    found = {name: [header.index(word) for word in words if word in header] for name, words in NAMES.items()}
    return {name: places[0] for name, places in found.items() if places}


def _value(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _needs_zone(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether the file is written in wall time: of the starts that can be read, none carries an offset."""
    offsets = []
    for row in rows:
        try:
            offsets.append(times.wall_time(_iso(_value(row, place))).tzinfo is not None)
        except ValueError:
            continue
    return bool(offsets) and not any(offsets)


def _iso(text: str) -> str:
    """A time in the spelling that `times` reads; what is neither RFC 2822 nor UTC by name is left as it is."""
    text = text.strip()
    if _RFC_2822.fullmatch(text):
        try:
            return parsedate_to_datetime(_UTC.sub(" +0000", text.removesuffix("Z"))).isoformat()
        except (ValueError, TypeError):
            return text
    return _UTC.sub("+00:00", text)


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of a Twilio file."""
    parse = _row_parser(layout)

    def read(block: Block) -> Iterator[Call | Rejected]:
        return read_columns(block, columns.split(block, lenient=True), parse, after=layout.header_row)

    return read


def _row_parser(layout: Layout) -> RowParser:
    header, width = layout.header, len(layout.header)
    at = _places(header)
    read_span = times.span_reader(times.zone_of(layout.zone) if layout.zone else None)
    assemble = exchange.assembler(layout.region)

    def parse(row: list[str], number: int) -> Call | None:
        if len(row) != width and not columns.fit(row, width):
            return None
        if not any(value.strip() for value in row) or _squeezed(",".join(row)) == header:
            return None
        row.append("")
        sid, to, caller, start, end, duration, status, direction = (
            row[at.get(name, width)] for name in NAMES
        )
        if direction.strip().lower().startswith("in"):
            raise Fault("call_inbound")
        record = exchange.Record(call_id=sid, called=to, caller=caller, billsec=duration)
        span = read_span(_iso(start), "", _iso(end))
        return assemble(number, record, span, STATUSES.get(status.strip().lower(), "unknown"))

    return parse


FORMAT = Format("twilio", "Twilio call log (CSV of the console or of its API)", recognise, reader)
