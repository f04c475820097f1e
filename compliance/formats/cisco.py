"""Cisco Unified CM: call detail records (CDR). Read by the names in its header, under which stands a line of types.

Times are epoch seconds, 0 for what did not happen, and need no zone. A call that was forwarded or handed on is several
records with one `globalCallID`; each has a `pkid` of its own. Files of call management records (CMR) look alike and
are no calls: `refused.py` says so.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from compliance.formats import columns, exchange, times
from compliance.formats.layout import HEADER, BlockReader, Format, Layout, RowParser, Shape, read_columns
from compliance.formats.rows import Call, Fault, Rejected
from compliance.formats.text import Block

NEEDED = ("datetimeorigination", "callingpartynumber")
#: The number that went out to the carrier comes first; then whom the call reached, and whom it was for.
CALLED = ("outpulsedcalledpartynumber", "finalcalledpartynumber", "originalcalledpartynumber")
CALLER = ("outpulsedcallingpartynumber", "callingpartynumber")

#: ITU-T Q.850, for calls without an answer. 16 is the caller who hung up while it rang; 0 says nothing.
_BUSY = (17,)
_NO_ANSWER = (16, 18, 19, 20)
#: Interworking, and Cisco's own from 126 on: a call that was split, handed on or parked.
_UNKNOWN = (0, 31, 111, 122, 123, 124, 125, 126, 127)

_TYPE = re.compile(r"(?:INTEGER|VARCHAR\(\d+\)|UNIQUEIDENTIFIER)", re.ASCII)


def recognise(lines: Sequence[str]) -> Shape | None:
    """By its header."""
    for place, line in enumerate(lines, start=1):
        if not line.strip(" ,\t"):
            continue
        header = columns.header_of(line)
        if not {"cdrrecordtype", "globalcallid_callid"} & set(header):
            return None
        if any(name not in header for name in NEEDED) or not set(CALLED) & set(header):
            return None
        return Shape(HEADER, "cdr", header, place, needs_zone=False)
    return None


def reader(layout: Layout) -> BlockReader:
    """What reads the blocks of a CDR file."""
    parse = _row_parser(layout)

    def read(block: Block) -> Iterator[Call | Rejected]:
        return read_columns(block, columns.split(block, lenient=True), parse, after=layout.header_row)

    return read


def _row_parser(layout: Layout) -> RowParser:
    header, width = layout.header, len(layout.header)
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    assemble = exchange.assembler(layout.region)

    def parse(row: list[str], number: int) -> Call | None:
        if len(row) != width and not columns.fit(row, width):
            return None
        if (
            not any(value.strip() for value in row)
            or _TYPE.fullmatch(row[0])
            or columns.names_of(row) == header
        ):
            return None
        row.append("")

        def value(*names: str) -> str:
            """The first of these columns that says something."""
            return next(filter(None, (row[places.get(name, width)].strip() for name in names)), "")

        started = times.epoch(value("datetimeorigination"), "started_at")
        if started is None:
            raise Fault("started_at_missing")
        answered = times.epoch(value("datetimeconnect"), "answered_at")
        ended = times.epoch(value("datetimedisconnect"), "ended_at")
        times.check_span(started, answered, ended)
        record = exchange.Record(
            call_id=value("pkid") or _global_id(value),
            called=value(*CALLED),
            caller=value(*CALLER),
            billsec=value("duration"),
        )

        # The called side's cause says why; where it says nothing, the calling side's.
        causes = [value(name) for name in ("destcause_value", "origcause_value")]
        cause = next((each for each in causes if each.strip("0")), "")
        return assemble(number, record, (started, answered, ended), disposition(cause, answered is not None))

    return parse


def _global_id(value: Callable[..., str]) -> str:
    """The id that all records of one call share, and the leg; empty without one."""
    call = value("globalcallid_callid")
    return (
        "-".join((value("globalcallid_callmanagerid"), call, value("origlegcallidentifier"))) if call else ""
    )


def disposition(cause: str, answered: bool) -> str:
    """The disposition of a call by the number of its cause; one that is none is `unknown`, never an error."""
    if answered:
        return "answered"
    number = int(cause) if cause.isdecimal() and cause.isascii() and len(cause) < 10 else 0
    if number in _BUSY:
        return "busy"
    if number in _NO_ANSWER:
        return "no_answer"
    return "unknown" if number in _UNKNOWN or number > 127 else "failed"


FORMAT = Format("cisco", "Cisco Unified CM call detail records (CDR)", recognise, reader)
