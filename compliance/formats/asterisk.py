"""Asterisk: `cdr-csv/Master.csv` and `cdr-custom/Master.csv`, two layouts under one file name, without a header.

cdr-csv (cdr_csv.c): accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer,
end, duration, billsec, disposition, amaflags, then as configured uniqueid (`loguniqueid`), userfield
(`loguserfield`), and linkedid, peeraccount, sequence (`newcdrcolumns`): 16 to 21 columns.

cdr-custom (cdr_custom.conf.sample): clid, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, start, answer,
end, duration, billsec, disposition, amaflags, accountcode, uniqueid, userfield, sequence: 19 columns; some sites
leave the last out or add their own after it.

Times are wall times of the exchange, or UTC where `usegmtime` is set: the file does not say which.
"""

import re
from collections.abc import Iterator, Sequence

from compliance.formats import columns, exchange, times
from compliance.formats.layout import BlockReader, Format, Layout, RowParser, Shape, read_columns
from compliance.formats.rows import Call, Fault, Rejected
from compliance.formats.text import Block

#: Asterisk's own words. NO ANSWER is also what a call is left with when the caller hung up first.
DISPOSITIONS = {
    "ANSWERED": "answered",
    "NO ANSWER": "no_answer",
    "BUSY": "busy",
    "FAILED": "failed",
    "CONGESTION": "failed",
    "UNKNOWN": "unknown",
}

#: Epoch seconds and a counter, after the name of the exchange if it has one: `pbx1-1690325492.2`.
_UNIQUEID = re.compile(r"(?:.*-)?\d{9,10}\.\d+", re.ASCII)


class _Places:
    """Where the columns stand in a layout, counted from 0."""

    def __init__(self, start: int, accountcode: int, channel: int) -> None:
        self.src, self.dst = 1, 2
        self.start, self.answer, self.end = start, start + 1, start + 2
        self.billsec = start + 4
        self.disposition = start + 5
        self.accountcode = accountcode
        self.channel = channel
        self.uniqueid = 16


_PLACES = {
    "cdr-csv": _Places(start=9, accountcode=0, channel=5),
    "cdr-custom": _Places(start=8, accountcode=15, channel=4),
}
#: The fewest columns of a row. cdr-csv may end with amaflags, the 16th; cdr-custom always has its uniqueid, the 17th.
_FEWEST = {"cdr-csv": 16, "cdr-custom": 17}


def recognise(lines: Sequence[str]) -> Shape | None:
    """The layout whose disposition stands in its place in most of the lines."""
    scores = dict.fromkeys(_PLACES, 0)
    for line in lines:
        row = columns.split_line(line, lenient=True)
        # A row with an unterminated quotation mark at its end still shows its layout.
        if isinstance(row, Fault):
            row = columns.split_line(line + '"', lenient=True)
        for variant, at in _PLACES.items():
            if not isinstance(row, Fault) and _fits(row, at, _FEWEST[variant]):
                scores[variant] += 1
    variant = max(scores, key=lambda name: scores[name])
    return Shape(scores[variant], variant) if scores[variant] else None


def _fits(row: list[str], at: _Places, fewest: int) -> bool:
    return (
        len(row) >= fewest
        and row[at.disposition].strip().upper() in DISPOSITIONS
        and row[at.disposition - 2].strip().replace(".", "", 1).isdigit()
    )


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of a `Master.csv`."""
    parse = _row_parser(layout)

    def read(block: Block) -> Iterator[Call | Rejected]:
        return read_columns(block, columns.split(block), parse)

    return read


def _row_parser(layout: Layout) -> RowParser:
    at = _PLACES[layout.variant]
    fewest = _FEWEST[layout.variant]
    read_span = times.span_reader(times.zone_of(layout.zone) if layout.zone else None)
    assemble = exchange.assembler(layout.region)

    def parse(row: list[str], number: int) -> Call | None:
        if (len(row) < fewest or not row[at.dst]) and not any(value.strip() for value in row):
            return None
        if len(row) < fewest:
            raise Fault("columns_too_few")
        record = exchange.Record(
            call_id=_call_id(row, at),
            called=row[at.dst],
            caller=row[at.src],
            billsec=row[at.billsec],
            campaign=row[at.accountcode],
        )
        span = read_span(row[at.start], row[at.answer], row[at.end])
        disposition = DISPOSITIONS.get(row[at.disposition].strip().upper(), "unknown")
        return assemble(number, record, span, disposition)

    return parse


def _call_id(row: list[str], at: _Places) -> str:
    """The uniqueid; where cdr-csv does not log it, the channel's name, which is as unique while the exchange runs.

    With 17 and with 20 columns either uniqueid or userfield was left out, and only its look tells which.
    """
    uniqueid = row[at.uniqueid] if len(row) > at.uniqueid else ""
    if at.accountcode == 0 and len(row) in (17, 20) and not _UNIQUEID.fullmatch(uniqueid):
        uniqueid = ""
    return uniqueid or row[at.channel]


FORMAT = Format("asterisk", "Asterisk cdr-csv or cdr-custom Master.csv", recognise, reader)
