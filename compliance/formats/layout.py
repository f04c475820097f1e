"""What a format is, and what is known of a file once it is recognised.

A `Layout` is plain data and pickles, so that several processes can read parts of one file, cut at line ends.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from compliance.formats.rows import Call, Fault, Rejected, rejected
from compliance.formats.text import Block


class Shape(NamedTuple):
    """How the opening lines fit one format. The format with the highest `score` has the file."""

    #: How many of the lines shown are rows of that format; a header that settles it scores `HEADER`.
    score: int
    #: Which layout of the format, in its own words.
    variant: str
    #: The names of the columns where the file has a header, in its order.
    header: tuple[str, ...] = ()
    #: The line the header stands on; 0 without one.
    header_row: int = 0
    #: Whether times in it are wall times, so that a zone must be given.
    needs_zone: bool = True


#: The score of a file that says itself what it is.
HEADER = 1_000_000


class Layout(NamedTuple):
    """Everything needed to read any part of one file."""

    format: str
    variant: str
    encoding: str
    header: tuple[str, ...]
    header_row: int
    zone: str | None
    region: str | None


#: One block of lines to calls and rejected rows, in the order of the lines. Blank lines yield nothing.
BlockReader = Callable[[Block], Iterator[Call | Rejected]]


class Container(NamedTuple):
    """A file that is no text, and is turned into lines before it is read as any other."""

    #: Its opening bytes.
    signature: bytes
    #: The file, from its beginning, as lines of text, of which the header is line 0; and how many follow it. Raises
    #: CallLogError.
    as_text: Callable[[BinaryIO], tuple[BinaryIO, int]]


class Format(NamedTuple):
    """One source of call logs: a module that can recognise its files and read them."""

    name: str
    title: str
    #: How the opening lines fit, or None. Raises UnknownFormat for a file that is its own but cannot be read.
    recognise: Callable[[Sequence[str]], Shape | None]
    reader: Callable[[Layout], BlockReader]
    container: Container | None = None


#: One row, as columns or as a line, with its number, to a call; None for a row that says nothing. Raises Fault.
RowParser = Callable[[list[str], int], Call | None]
LineParser = Callable[[str, int], Call | None]


def read_columns(
    block: Block, rows: Sequence[list[str] | Fault], parse: RowParser, after: int = 0
) -> Iterator[Call | Rejected]:
    """Calls and rejected rows of a block already split to columns, leaving out lines up to number `after`."""
    number = block.first_row - 1
    for line, row in zip(block.lines, rows, strict=True):
        number += 1
        if number <= after:
            continue
        try:
            if isinstance(row, Fault):
                raise row
            call = parse(row, number)
        except Fault as fault:
            yield rejected(number, line, fault)
            continue
        if call is not None:
            yield call


def read_lines(block: Block, parse: LineParser) -> Iterator[Call | Rejected]:
    """Calls and rejected rows of a block whose rows are not comma-separated (JSON, SQL)."""
    for place, line in enumerate(block.lines):
        number = block.first_row + place
        try:
            if place in block.spoiled:
                raise Fault(block.spoiled[place])
            call = parse(line, number)
        except Fault as fault:
            yield rejected(number, line, fault)
            continue
        if call is not None:
            yield call
