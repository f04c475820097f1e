"""FreeSWITCH: the six templates of mod_cdr_csv and its built-in one, and mod_json_cdr.

Three layouts, none with a header (cdr_csv.conf.xml of the vanilla configuration, mod_cdr_csv.c):

columns      caller_id_name, caller_id_number, destination_number, context, start_stamp, answer_stamp, end_stamp,
             duration, billsec, hangup_cause, uuid, bleg_uuid, accountcode, then more or nothing: the built-in
             default (13 columns), `example` (15), `linksys` (17), `snom` (20), and `sql`, which wraps the 13 in
             `INSERT INTO cdr VALUES (…);`. The first and `snom` and `sql` put a space before the accountcode.
asterisk     accountcode, caller_id_number, destination_number, context, caller_id, channel_name, bridge_channel,
             last_app, last_arg, start_stamp, answer_stamp, end_stamp, duration, billsec, hangup_cause, amaflags,
             uuid, userfield
opencdrrate  uuid, signal_bond, direction, ani, destination_number, answer_stamp, end_stamp, billsec, accountcode,
             userfield, network_addr, …: no start and no cause

`json` is mod_json_cdr: one object a call, one call a line when files are joined. Its times are epoch seconds and need
no zone; the stamps of all others are wall times of the exchange.

FreeSWITCH escapes nothing: a quotation mark in a caller's name stands bare in the value.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compliance.formats import columns, exchange, freeswitch_json, times
from compliance.formats.hangup_causes import CAUSES, disposition
from compliance.formats.layout import (
    BlockReader,
    Format,
    Layout,
    RowParser,
    Shape,
    read_columns,
    read_lines,
)
from compliance.formats.rows import Call, Fault, Rejected
from compliance.formats.text import Block

_SQL = re.compile(r"INSERT INTO \S+ VALUES\s*\((.*)\)\s*;?\s*", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class _Places(NamedTuple):
    """Where the columns stand in a layout, counted from 0; None for a column it lacks."""

    fewest: int
    caller: int
    called: int
    start: int | None
    answer: int
    end: int
    billsec: int
    cause: int | None
    uuid: int
    accountcode: int


_PLACES = {
    "columns": _Places(12, 1, 2, 4, 5, 6, 8, 9, 10, 12),
    "asterisk": _Places(17, 1, 2, 9, 10, 11, 13, 14, 16, 0),
    "opencdrrate": _Places(10, 3, 4, None, 5, 6, 7, None, 0, 8),
}


def recognise(lines: Sequence[str]) -> Shape | None:
    """The layout that most of the lines have; JSON by its keys."""
    if any(map(freeswitch_json.is_record, lines)):
        return Shape(sum(map(freeswitch_json.is_record, lines)), "json", needs_zone=False)
    scores = dict.fromkeys(("columns", "sql", "asterisk", "opencdrrate"), 0)
    for line in lines:
        sql = _SQL.fullmatch(line)
        row = columns.split_line(sql[1] if sql else line, spaced=True, lenient=True)
        if isinstance(row, Fault):
            continue
        for variant, at in _PLACES.items():
            if _fits(row, variant, at):
                scores["sql" if sql else variant] += 1
    variant = max(scores, key=lambda name: scores[name])
    return Shape(scores[variant], variant) if scores[variant] else None


def _fits(row: list[str], variant: str, at: _Places) -> bool:
    if len(row) < at.fewest:
        return False
    if variant == "opencdrrate":
        return _UUID.fullmatch(row[at.uuid]) is not None and row[2] in ("inbound", "outbound")
    return at.cause is not None and row[at.cause].strip() in CAUSES and row[at.billsec].strip().isdigit()


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of a FreeSWITCH file."""
    if layout.variant == "json":
        parse_json = freeswitch_json.line_parser(layout.region)
        return lambda block: read_lines(block, parse_json)
    parse = _row_parser("columns" if layout.variant == "sql" else layout.variant, layout)
    if layout.variant == "sql":
        return lambda block: read_lines(block, lambda line, number: _parse_sql(line, number, parse))

    def read(block: Block) -> Iterator[Call | Rejected]:
        return read_columns(block, columns.split(block, spaced=True, lenient=True), parse)

    return read


def _parse_sql(line: str, number: int, parse: RowParser) -> Call | None:
    if not line.strip():
        return None
    sql = _SQL.fullmatch(line)
    if sql is None:
        raise Fault("columns_too_few", "The line is no INSERT statement of the sql template.")
    row = columns.split_line(sql[1], spaced=True, lenient=True)
    if isinstance(row, Fault):
        raise row
    return parse(row, number)


def _row_parser(variant: str, layout: Layout) -> RowParser:
    at = _PLACES[variant]
    read_span = times.span_reader(times.zone_of(layout.zone) if layout.zone else None)
    assemble = exchange.assembler(layout.region)

    def parse(row: list[str], number: int) -> Call | None:
        if (len(row) < at.fewest or not row[at.called]) and not any(value.strip() for value in row):
            return None
        if len(row) < at.fewest:
            raise Fault("columns_too_few")
        record = exchange.Record(
            call_id=row[at.uuid],
            called=row[at.called],
            caller=row[at.caller],
            billsec=row[at.billsec],
            campaign=row[at.accountcode] if len(row) > at.accountcode else "",
        )
        answer, end = row[at.answer], row[at.end]
        # opencdrrate writes no start: the answer is the earliest time it knows, and for a call that was not
        # answered, the end.
        start = row[at.start] if at.start is not None else answer or end
        span = read_span(start, answer, end)
        cause = row[at.cause] if at.cause is not None else ""
        return assemble(number, record, span, disposition(cause, span[1] is not None))

    return parse


FORMAT = Format("freeswitch", "FreeSWITCH mod_cdr_csv (six templates) or mod_json_cdr", recognise, reader)
