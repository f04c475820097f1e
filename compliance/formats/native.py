"""The register's own call log: CSV with a header, or one JSON object a line (NDJSON), as the API documents it.

Columns go by name, in any order; unknown columns are ignored. `call_id`, `number` and `started_at` must be there.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from compliance.formats import columns, fields, parties, times
from compliance.formats.fields import TRUTHS
from compliance.formats.layout import (
    HEADER,
    BlockReader,
    Format,
    Layout,
    RowParser,
    Shape,
    read_columns,
    read_lines,
)
from compliance.formats.rows import (
    AGENT_LENGTH,
    CALL_ID_LENGTH,
    CAMPAIGN_LENGTH,
    CHECK_ID_LENGTH,
    DISPOSITIONS,
    SIP_CALL_ID_LENGTH,
    Call,
    Fault,
    Rejected,
    UnknownFormat,
)
from compliance.formats.text import Block
from registry.codes import CHANNELS, SECTORS

COLUMNS = (
    "call_id",
    "number",
    "caller",
    "started_at",
    "answered_at",
    "ended_at",
    "duration_s",
    "disposition",
    "channel",
    "sector",
    "check_id",
    "opt_out_requested",
    "campaign",
    "agent",
    "sip_call_id",
)
REQUIRED = ("call_id", "number", "started_at")


def recognise(lines: Sequence[str]) -> Shape | None:
    """NDJSON by its first object's keys, CSV by its header. Raises UnknownFormat when the header is not enough."""
    for place, line in enumerate(lines, start=1):
        if not line.strip(" ,\t"):
            continue
        if line.lstrip().startswith("{"):
            return _recognise_json(lines)
        return _recognise_csv(lines, place, line)
    return None


def _recognise_json(lines: Sequence[str]) -> Shape | None:
    """NDJSON has the `number` of a call in one of its first objects; the first may be damaged."""
    rows = [row for row in map(_object, lines) if row is not None]
    if not any("number" in row and ("call_id" in row or "started_at" in row) for row in rows):
        return None
    starts = [row["started_at"] for row in rows if isinstance(row.get("started_at"), str)]
    return Shape(HEADER, "ndjson", needs_zone=_needs_zone(starts))


def _object(line: str) -> dict[str, object] | None:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return row if isinstance(row, dict) else None


def _recognise_csv(lines: Sequence[str], place: int, line: str) -> Shape | None:
    header = columns.header_of(line)
    if "number" not in header or not {"call_id", "started_at"} & set(header):
        return None
    if missing := [name for name in REQUIRED if name not in header]:
        raise UnknownFormat(f"The header has no column {' and no column '.join(missing)}.")
    if twice := [name for name in COLUMNS if header.count(name) > 1]:
        raise UnknownFormat(f"The header has the column {' and the column '.join(twice)} more than once.")
    column = header.index("started_at")
    rows = [columns.split_line(row) for row in lines[place:]]
    starts = [row[column] for row in rows if not isinstance(row, Fault) and len(row) > column]
    return Shape(HEADER, "csv", header, place, needs_zone=_needs_zone(starts))


def _needs_zone(starts: Sequence[str]) -> bool:
    """Whether the file is written in wall time: of the starts that can be read, none carries an offset.

    One row without an offset among others does not stop the file: that row is rejected.
    """
    offsets = []
    for text in starts:
        try:
            offsets.append(times.wall_time(text).tzinfo is not None)
        except ValueError:
            continue
    return bool(offsets) and not any(offsets)


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of a native file."""
    if layout.variant == "ndjson":
        parse = row_parser(COLUMNS, layout.zone, layout.region)
        return lambda block: read_lines(block, _line_parser(parse))
    parse = row_parser(layout.header, layout.zone, layout.region)

    def read(block: Block) -> Iterator[Call | Rejected]:
        return read_columns(block, columns.split(block), parse, after=layout.header_row)

    return read


def _line_parser(parse: RowParser) -> Callable[[str, int], Call | None]:
    def parse_line(line: str, number: int) -> Call | None:
        if not line.strip():
            return None
        row = _object(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
        if row is None:
            raise Fault("json_malformed")
        values = [_text(name, row.get(name)) for name in COLUMNS]
        if not any(values):
            raise Fault("call_id_missing")
        return parse(values, number)

    return parse_line


def _text(name: str, value: object) -> str:
    """A JSON value as the text it would be in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\0" in value:
            raise Fault("nul_byte")
        return value
    if isinstance(value, int | float) and abs(value) < 10**18:
        return str(value)
    raise Fault("value_malformed", f"{name} must be a text, a number, true, false or null.")


def row_parser(header: Sequence[str], zone: str | None, region: str | None) -> RowParser:
    """What turns the columns of one row into a call. Long on purpose: it is run for each of millions of rows, and
    a call to a function costs as much as reading a column.
    """
    width = len(header)
    # A column the file does not have is the empty one appended to each row.
    places = tuple(header.index(name) if name in header else width for name in COLUMNS)
    (c_id, c_number, c_caller, c_start, c_answer, c_end, c_duration, c_disposition) = places[:8]
    (c_channel, c_sector, c_check, c_opt_out, c_campaign, c_agent, c_sip) = places[8:]
    read_span = times.span_reader(times.zone_of(zone) if zone else None)
    read_caller = parties.caller_reader(region, extensions=False)
    called, talk_time = parties.called, fields.talk_time

    def parse(row: list[str], number: int) -> Call | None:
        if len(row) != width and not columns.fit(row, width):
            return None
        row.append("")
        call_id = row[c_id]
        if not call_id or len(call_id) > CALL_ID_LENGTH or call_id[0] == " " or call_id[-1] == " ":
            if _says_nothing(row, header):
                return None
            call_id = fields.call_id(call_id)
        try:
            number_called = called(row[c_number], region)
        except Fault:
            if _says_nothing(row, header):
                return None
            raise
        started, answered, ended = read_span(row[c_start], row[c_answer], row[c_end])
        duration_s = talk_time(row[c_duration], answered, ended)
        disposition = row[c_disposition]
        if disposition not in DISPOSITIONS:
            disposition = fields.disposition(disposition, answered is not None or bool(duration_s))
        channel = row[c_channel] or None
        if channel is not None and channel not in CHANNELS:
            channel = fields.code(channel, CHANNELS, "channel_unknown")
        sector = row[c_sector] or None
        if sector is not None and sector not in SECTORS:
            sector = fields.code(sector, SECTORS, "sector_unknown")
        opt_out = TRUTHS.get(row[c_opt_out])
        if opt_out is None:
            opt_out = fields.truth(row[c_opt_out])
        return Call(
            number,
            call_id,
            number_called,
            read_caller(row[c_caller]),
            started,
            answered,
            ended,
            duration_s,
            disposition,
            channel,
            sector,
            row[c_check].strip()[:CHECK_ID_LENGTH] or None,
            opt_out,
            row[c_campaign][:CAMPAIGN_LENGTH],
            row[c_agent][:AGENT_LENGTH],
            row[c_sip][:SIP_CALL_ID_LENGTH],
            call_id,
        )

    return parse


def _says_nothing(row: list[str], header: Sequence[str]) -> bool:
    """Whether a row is blank, or is the header once more (files written one after the other)."""
    if not any(value.strip() for value in row):
        return True
    return columns.header_of(",".join(row[:-1])) == tuple(header)


FORMAT = Format("native", "The register's own CSV or NDJSON", recognise, reader)
