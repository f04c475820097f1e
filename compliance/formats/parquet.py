"""Parquet: the register's own columns (`native.py`) as a Parquet file, which exports of data lakes are.

It is read batch by batch and turned into the lines of a native CSV file, so that all that holds for a native row holds
for it. Times with a zone are instants; timestamps without one are wall times, and the zone is asked for. The rows are
counted from 1; the header, which no line of the file holds, is row 0.
"""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
from pyarrow import compute, csv, parquet

from compliance.formats import native
from compliance.formats.layout import Container, Format, Shape
from compliance.formats.rows import UnknownFormat

SIGNATURE = b"PAR1"
#: Rows in memory at once.
BATCH_ROWS = 5_000
#: More rows than any upload can hold as text: a small file may claim to be an endless one.
MOST_ROWS = 100_000_000

_DAMAGED = "The Parquet file is damaged or was cut off; send it again."


class _Lines(io.RawIOBase):
    """The file as a stream of CSV. Raises UnknownFormat where the file is damaged."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        held = [self.left]
        length = len(self.left)
        while size < 0 or length < size:
            piece = next(self.pieces, b"")
            if not piece:
                break
            held.append(piece)
            length += len(piece)
        data = b"".join(held)
        size = len(data) if size < 0 else size
        self.left = data[size:]
        return data[:size]


def as_text(stream: BinaryIO) -> tuple[BinaryIO, int]:
    """The rows of a Parquet file as native CSV, and how many there are.

    The stream must be able to seek. Raises UnknownFormat.
    """
    stream.seek(0)
    try:
        file = parquet.ParquetFile(stream)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError):
        raise UnknownFormat(_DAMAGED) from None
    if file.metadata.num_rows > MOST_ROWS:
        raise UnknownFormat(f"The file has more than {MOST_ROWS:,} rows. Send it in parts.")
    wanted = [name for name in names if name.strip().lower() in native.COLUMNS]
    return _Lines(_pieces(file, wanted)), file.metadata.num_rows


def _pieces(file: parquet.ParquetFile, names: Sequence[str]) -> Iterator[bytes]:
    yield (",".join(names) + "\n").encode()
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(names)):
            yield _csv(batch)
    except (pa.ArrowException, OSError):
        raise UnknownFormat(_DAMAGED) from None


def _csv(batch: pa.RecordBatch) -> bytes:
    """The rows as lines; what ends a line inside a value becomes a blank."""
    texts = [_texts(column) for column in batch.columns]
    out = io.BytesIO()
    csv.write_csv(
        pa.RecordBatch.from_arrays(texts, names=batch.schema.names),
        out,
        csv.WriteOptions(include_header=False),
    )
    return out.getvalue()


def _texts(column: pa.Array) -> pa.Array:
    """A column as text. Values that have no text (lists, structures, bytes) are refused."""
    try:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_timestamp(column.type):
            text = _instants(column)
        elif pa.types.is_floating(column.type):
            text = _whole_numbers(column)
        else:
            text = column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UnknownFormat(f"A column of type {column.type} cannot be read; write it as text.") from None
    return compute.fill_null(compute.replace_substring_regex(text, r"[\r\n]+", " "), "")


def _instants(column: pa.Array) -> pa.Array:
    """Times as text: with a zone in UTC, which needs no table of zones, without one as they stand."""
    kind = column.type
    text = column.cast(pa.int64()).cast(pa.timestamp(kind.unit)).cast(pa.string())
    return text if kind.tz is None else compute.binary_join_element_wise(text, "Z", "")


def _whole_numbers(column: pa.Array) -> pa.Array:
    """Floats as text. A column of whole numbers with a value missing is one of floats: 8613800138000.0."""
    known = compute.if_else(compute.is_finite(column), column, None)
    whole = known.cast(pa.int64(), safe=False)
    exact = compute.equal(whole.cast(known.type, safe=False), known)
    return compute.if_else(exact, whole.cast(pa.string()), known.cast(pa.string()))


def recognise(lines: Sequence[str]) -> Shape | None:
    """The layout of native CSV, with its header above the first row."""
    shape = native.recognise(lines)
    return None if shape is None else shape._replace(variant="csv", header_row=shape.header_row - 1)


FORMAT = Format(
    "parquet",
    "Parquet with the register's own columns",
    recognise,
    native.reader,
    Container(SIGNATURE, as_text),
)
