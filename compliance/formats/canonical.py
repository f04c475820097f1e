"""Native CSV column by column: the rows that are written as the register itself would write them.

A row is canonical where each of its values is plain: numbers in E.164, times in RFC 3339, codes in their own words, no
quotation mark in the line. Of such rows a whole block is read in the time that `native.py` takes for a twentieth of
them. Every other row of the block is handed to `native.py`, in its place: what becomes of a row never depends on
which of the two has read it (a test holds them together).
"""

import codecs
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import pyarrow as pa
from pyarrow import compute, csv

from compliance.formats import parties
from compliance.formats.fields import TRUTHS
from compliance.formats.layout import Layout
from compliance.formats.rows import (
    AGENT_LENGTH,
    CALL_ID_LENGTH,
    CAMPAIGN_LENGTH,
    CHECK_ID_LENGTH,
    DISPOSITIONS,
    LONGEST_S,
    SIP_CALL_ID_LENGTH,
    Fault,
)
from compliance.formats.text import Block
from compliance.formats.times import EARLIEST
from registry.codes import CHANNELS, SECTORS
from registry.number_columns import read_e164

_TIMES = ("started_at", "answered_at", "ended_at")
_INSTANTS = pa.timestamp("us", "UTC")
#: The columns of a batch: `Call` by other types. Times are RFC 3339, as they stood (Arrow takes longer to write a time
#: than to read a row); codes are places in `DISPOSITIONS`, `CHANNELS`, `SECTORS`; `check_id` is the number of a check
#: of ours. What is empty, and what a file has no column for, is null. No text holds a comma, a quotation mark or a line
#: end.
SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("call_id", pa.string()),
        ("number", pa.int64()),
        ("caller", pa.int64()),
        *[(name, pa.string()) for name in _TIMES],
        ("duration_s", pa.int32()),
        *[(name, pa.int16()) for name in ("disposition", "channel", "sector")],
        ("check_id", pa.int64()),
        ("opt_out_requested", pa.bool_()),
        *[(name, pa.string()) for name in ("campaign", "agent", "sip_call_id")],
    ]
)

_YEAR = r"(?:19|20)\d\d"
_LEAP = r"(?:19(?:0[48]|[2468][048]|[13579][26])|20(?:[02468][048]|[13579][26]))"
_DAY = (
    rf"(?:{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    rf"|{_LEAP}-02-29)"
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}(?:\d{3})?)?"
#: RFC 3339, of a day that there is: what fits can be converted.
_INSTANT = rf"^{_DAY}[T ]{_TIME}(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$"
_CALL_ID = rf"^[!-~](?:[ -~]{{0,{CALL_ID_LENGTH - 2}}}[!-~])?$"
_CHECK_ID = rf"^[!-~]{{0,{CHECK_ID_LENGTH}}}$"
_OUR_CHECK = r"^chk_[1-9][0-9]{0,17}$"
_SECONDS = r"^[0-9]{0,6}$"
_CUTS = {"campaign": CAMPAIGN_LENGTH, "agent": AGENT_LENGTH, "sip_call_id": SIP_CALL_ID_LENGTH}
_TRUTHS = pa.array(list(TRUTHS))
_TRUE = pa.array([place for place, value in enumerate(TRUTHS.values()) if value], pa.int32())


class Split(NamedTuple):
    """A block, divided: the canonical rows, and the runs of lines between them as blocks of their own."""

    columns: pa.RecordBatch
    others: list[Block]


#: A block to its canonical rows and the rest.
Splitter = Callable[[Block], Split]


def splitter(layout: Layout, *, since: datetime, until: datetime) -> Splitter | None:
    """What divides the blocks of a native CSV file; None for any other layout.

    Calls that started before `since` or after `until` are left to the other reader, too.
    """
    if layout.variant != "csv" or layout.format not in ("native", "parquet"):
        return None
    return _Splitter(layout, max(since, EARLIEST), until)


class _Splitter:
    def __init__(self, layout: Layout, since: datetime, until: datetime) -> None:
        self.header_row = layout.header_row
        self.region = layout.region
        self.bounds = pa.scalar(since, _INSTANTS), pa.scalar(until, _INSTANTS)
        self.names = [f"{place}" for place in range(len(layout.header))]
        self.places = {name: f"{layout.header.index(name)}" for name in SCHEMA.names if name in layout.header}
        self.read_caller = parties.caller_reader(layout.region, extensions=False)

    def __call__(self, block: Block) -> Split:
        # Lines up to the header, of the first block.
        above = max(0, self.header_row + 1 - block.first_row)
        places: Sequence[int] = range(above, block.count)
        if block.quoted or block.spoiled or above or not block.text:
            places = [
                place
                for place in places
                if place not in block.spoiled and block.lines[place] and '"' not in block.lines[place]
            ]
            data = "".join([f"{block.lines[place]}\n" for place in places]).encode()
        else:
            data = block.text.encode()
        # A byte order mark in the middle of a file belongs to a value; the reader of columns would drop it.
        if not data or data.startswith(codecs.BOM_UTF8):
            return Split(_nothing(), [block])
        table, skipped = self._table(data)
        if skipped:
            places = [place for line, place in enumerate(places) if line not in skipped]
        rows = pa.arange(above, block.count, 1) if isinstance(places, range) else pa.array(places, pa.int32())
        batch = self._canonical(table, rows, block.first_row)
        return Split(batch, _others(batch, block, above))

    def _table(self, data: bytes) -> tuple[pa.Table, set[int]]:
        """Lines as columns of text, but for those of another width; and which these are."""
        skipped: list[int] = []

        def skip(row: csv.InvalidRow) -> str:
            skipped.append(row.number)
            return "skip"

        table = csv.read_csv(
            pa.py_buffer(data),
            csv.ReadOptions(use_threads=False, column_names=self.names, block_size=len(data) + 1),
            csv.ParseOptions(
                quote_char=False, ignore_empty_lines=False, newlines_in_values=False, invalid_row_handler=skip
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        return table, {number - 1 for number in skipped}

    def _canonical(self, table: pa.Table, rows: pa.Array, first: int) -> pa.RecordBatch:
        """The canonical rows of a table of texts."""
        texts = {name: _joined(table.column(place)) for name, place in self.places.items()}
        found: dict[str, pa.Array] = {"call_id": texts["call_id"]}
        fine = compute.match_substring_regex(texts["call_id"], _CALL_ID)
        found["number"] = read_e164(texts["number"], plus=self.region is not None)
        fine = compute.and_(fine, compute.is_valid(found["number"]))
        for part in (self._caller, self._times, self._duration, _codes, _check, _texts):
            fine = compute.and_(fine, part(texts, found))
        for name in _TIMES:
            found[name] = (
                compute.if_else(compute.is_valid(found[name]), texts[name], None) if name in texts else None
            )
        found["row"] = compute.add(rows.cast(pa.int32()), pa.scalar(first, pa.int32()))
        size = table.num_rows
        columns = [
            found[name].cast(kind) if found.get(name) is not None else pa.nulls(size, kind)
            for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA).filter(compute.fill_null(fine, False))

    def _caller(self, texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Scalar | pa.Array:
        """A company calls from few numbers: each is read once a block."""
        if "caller" not in texts:
            return pa.scalar(True)
        encoded = compute.dictionary_encode(texts["caller"])
        callers, read = [], []
        for text in encoded.dictionary.to_pylist():
            try:
                callers.append(self.read_caller(text))
                read.append(True)
            except Fault:
                callers.append(None)
                read.append(False)
        found["caller"] = pa.array(callers, pa.int64()).take(encoded.indices)
        return pa.array(read, pa.bool_()).take(encoded.indices)

    def _times(self, texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Array:
        since, until = self.bounds
        fine = compute.match_substring_regex(texts["started_at"], _INSTANT)
        started = found["started_at"] = _instants(texts["started_at"], fine)
        fine = compute.and_(
            fine, compute.and_(compute.greater_equal(started, since), compute.less_equal(started, until))
        )
        before = started
        for name in ("answered_at", "ended_at"):
            if name not in texts:
                found[name] = pa.nulls(len(started), _INSTANTS)
                continue
            there = compute.match_substring_regex(texts[name], _INSTANT)
            found[name] = _instants(texts[name], there)
            empty = compute.equal(texts[name], "")
            fine = compute.and_(
                fine,
                compute.or_kleene(empty, compute.and_(there, compute.greater_equal(found[name], before))),
            )
            before = compute.coalesce(found[name], before)
        return fine

    def _duration(self, texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Array:
        talked = compute.microseconds_between(found["answered_at"], found["ended_at"])
        talked = compute.divide(talked, pa.scalar(1_000_000, pa.int64()))
        if "duration_s" not in texts:
            found["duration_s"] = compute.if_else(compute.less_equal(talked, LONGEST_S), talked, None)
            return compute.fill_null(compute.less_equal(talked, LONGEST_S), True)
        text = texts["duration_s"]
        fine = compute.match_substring_regex(text, _SECONDS)
        told = compute.if_else(compute.and_(fine, compute.not_equal(text, "")), text, None).cast(pa.int64())
        seconds = compute.coalesce(told, talked)
        short = compute.fill_null(compute.less_equal(seconds, LONGEST_S), True)
        found["duration_s"] = compute.if_else(short, seconds, None)
        return compute.and_(fine, short)


def _nothing() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=SCHEMA)


def _joined(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _instants(texts: pa.Array, there: pa.Array) -> pa.Array:
    return compute.if_else(there, texts, None).cast(_INSTANTS)


def _codes(texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Array:
    """Disposition, channel, sector, and whether an opt-out was asked for, in their own words."""
    talked = compute.or_(
        compute.is_valid(found["answered_at"]),
        compute.fill_null(compute.greater(found["duration_s"], 0), False),
    )
    ended = compute.if_else(talked, DISPOSITIONS.index("answered"), DISPOSITIONS.index("unknown")).cast(
        pa.int32()
    )
    fine: pa.Array = compute.is_valid(ended)
    if "disposition" in texts:
        told = compute.index_in(texts["disposition"], pa.array(DISPOSITIONS))
        fine = compute.or_(compute.is_valid(told), compute.equal(texts["disposition"], ""))
        ended = compute.coalesce(told, ended)
    found["disposition"] = ended
    for name, names in (("channel", CHANNELS), ("sector", SECTORS)):
        if name in texts:
            found[name] = compute.index_in(texts[name], pa.array(names))
            known = compute.or_(compute.is_valid(found[name]), compute.equal(texts[name], ""))
            fine = compute.and_(fine, known)
    if "opt_out_requested" in texts:
        word = compute.index_in(texts["opt_out_requested"], _TRUTHS)
        found["opt_out_requested"] = compute.is_in(word, _TRUE)
        return compute.and_(fine, compute.is_valid(word))
    found["opt_out_requested"] = pa.repeat(False, len(ended))
    return fine


def _check(texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Scalar | pa.Array:
    """A check of ours by its number; what is none is as good as absent."""
    if "check_id" not in texts:
        return pa.scalar(True)
    text = texts["check_id"]
    ours = compute.match_substring_regex(text, _OUR_CHECK)
    found["check_id"] = compute.utf8_slice_codeunits(compute.if_else(ours, text, None), 4).cast(pa.int64())
    return compute.or_(ours, compute.match_substring_regex(text, _CHECK_ID))


def _texts(texts: dict[str, pa.Array], found: dict[str, pa.Array]) -> pa.Scalar:
    """Texts are kept as they are, cut."""
    for name, length in _CUTS.items():
        if name in texts:
            cut = compute.utf8_slice_codeunits(texts[name], 0, length)
            found[name] = compute.if_else(compute.equal(cut, ""), None, cut)
    return pa.scalar(True)


def _others(batch: pa.RecordBatch, block: Block, above: int) -> list[Block]:
    """The lines that are not in the batch, each run of neighbours as a block; those `above` are passed over."""
    if batch.num_rows == block.count - above:
        return []
    if not batch.num_rows:
        return [block]
    read = {row - block.first_row for row in batch.column("row").to_pylist()}
    left = (place for place in range(above, block.count) if place not in read)
    runs = []
    for _, run in groupby(enumerate(left), key=lambda pair: pair[1] - pair[0]):
        places = [place for _, place in run]
        told = block.lines[places[0] : places[-1] + 1]
        spoiled = {place - places[0]: block.spoiled[place] for place in places if place in block.spoiled}
        runs.append(Block(block.first_row + places[0], told, any('"' in line for line in told), spoiled))
    return runs
