"""VICIdial: the calls it exports (`call_report_export.php`), and its table `vicidial_log` as CSV.

Both have a header, and are read by the names in it: which columns there are depends on what was ticked. The export is
separated by tabs and quotes nothing; saved again by a spreadsheet, it is CSV. Older releases name `phone_number` twice,
the number dialled first and the lead's own second; newer ones name the first `phone_number_dialed`.

Times are wall times of the dialer. `gmt_offset_now` is the lead's place and says nothing about them. `vicidial_log`
carries `start_epoch` as well, which needs no zone.
"""

import re
from collections.abc import Iterator, Sequence

from compliance.formats import columns, exchange, times
from compliance.formats.layout import HEADER, BlockReader, Format, Layout, RowParser, Shape, read_columns
from compliance.formats.rows import Call, Rejected
from compliance.formats.text import Block

#: VICIdial's own statuses as dispositions. A site adds its own; see `_disposition`.
STATUSES = {
    **dict.fromkeys(
        ("SALE", "NI", "NP", "DNC", "DEC", "CALLBK", "CBHOLD", "XFER", "PU", "PM", "DROP", "PDROP"),
        "answered",
    ),
    # Answering machines, and a fax.
    **dict.fromkeys(("A", "AA", "AM", "AL", "AFAX"), "answered"),
    **dict.fromkeys(("N", "NA"), "no_answer"),
    **dict.fromkeys(("B", "AB"), "busy"),
    **dict.fromkeys(("DC", "ADC", "ADCT", "DNCL", "DNCC", "ERI"), "failed"),
    **dict.fromkeys(("NEW", "QUEUE", "INCALL", "DISPO"), "unknown"),
}
#: The agent's word for a person who asked not to be called again.
DO_NOT_CALL = "DNC"
#: The dialer itself, in place of an agent.
DIALER = "VDAD"

_CALLER = re.compile(r"\+?\d{3,15}", re.ASCII)


def recognise(lines: Sequence[str]) -> Shape | None:
    """By its header."""
    for place, line in enumerate(lines, start=1):
        if not line.strip(" ,\t"):
            continue
        variant = "tabs" if "\t" in line else "csv"
        header = columns.names_of(line.split("\t")) if variant == "tabs" else columns.header_of(line)
        called = {"phone_number", "phone_number_dialed"} & set(header)
        if not called or "call_date" not in header or not {"lead_id", "uniqueid"} & set(header):
            return None
        return Shape(HEADER, variant, header, place, needs_zone="start_epoch" not in header)
    return None


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of an export."""
    parse = _row_parser(layout)

    def read(block: Block) -> Iterator[Call | Rejected]:
        rows = columns.split_tabs(block) if layout.variant == "tabs" else columns.split(block, lenient=True)
        return read_columns(block, rows, parse, after=layout.header_row)

    return read


def _row_parser(layout: Layout) -> RowParser:
    header, width = layout.header, len(layout.header)
    read_span = times.span_reader(times.zone_of(layout.zone) if layout.zone else None)
    assemble = exchange.assembler(layout.region)
    called = "phone_number_dialed" if "phone_number_dialed" in header else "phone_number"

    def parse(row: list[str], number: int) -> Call | None:
        if len(row) != width and not columns.fit(row, width):
            return None
        if columns.names_of(row) == header or not any(value.strip() for value in row):
            return None
        row.append("")

        def value(name: str) -> str:
            return row[header.index(name) if name in header else width]

        status, seconds = value("status").strip().upper(), value("length_in_sec")
        record = exchange.Record(
            call_id=value("uniqueid") or value("lead_id"),
            called=_international(value(called), value("phone_code")),
            caller=_caller(value("outbound_cid")),
            billsec=seconds,
            campaign=value("campaign_id"),
            agent="" if value("user") == DIALER else value("user"),
            opt_out_requested=status == DO_NOT_CALL,
        )
        if started := times.epoch(value("start_epoch"), "started_at"):
            span = started, None, times.epoch(value("end_epoch"), "ended_at")
            times.check_span(*span)
        else:
            span = read_span(value("call_date"), "", "")
        return assemble(number, record, span, _disposition(status, seconds, record.agent))

    return parse


def _international(number: str, code: str) -> str:
    """The number with the country code that the row names beside it; as it stands where it names none."""
    number, code = number.strip(), code.strip()
    if number and number[0] != "+" and code.isdecimal() and code[0] != "0":
        return f"+{code}{number}"
    return number


def _caller(text: str) -> str:
    """The number of `"Some Name" <13125550100>`, which is E.164 without its plus or an extension."""
    found = _CALLER.findall(text)
    return found[-1] if found else ""


def _disposition(status: str, seconds: str, agent: str) -> str:
    """The disposition of a status; one that the site made up is an agent's, who talked to somebody."""
    if status in STATUSES:
        return STATUSES[status]
    return "answered" if agent and seconds.strip().strip("0") else "unknown"


FORMAT = Format("vicidial", "VICIdial call export or vicidial_log", recognise, reader)
