"""Lists of numbers: which layout a file has, and the number of each row.

Known layouts: a CSV file whose header holds `number`; one number a line; `416,1234567`, as the Canadian list and the
FTC's come; twelve fixed characters a line, as the British TPS's. Any other is described by the sender, who says in
which column the number stands: it is not guessed at.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from registry.errors import InvalidInput
from registry.lists.rows import Fault, Rejected, Row, cut, header, reject, rows
from registry.lists.text import Source
from registry.phone import BadNumber, parse

#: Layouts by name, and what each is. `auto` recognises the others but `column`.
LAYOUTS = {
    "auto": "recognise it",
    "csv": "a header that holds the column number",
    "plain": "one number a line",
    "nanp": "area code and number, 416,1234567 (Canada, FTC)",
    "tps": "twelve fixed characters a line (UK TPS)",
}
#: Separators looked for around the `number` of a header.
DELIMITERS = (",", ";", "\t", "|")
#: How many lines are looked at to recognise a layout.
SAMPLE = 50
TPS_WIDTH = 12


class UnknownLayout(InvalidInput):
    """The file is in no layout known here, or not in the one that was named."""

    title = "The layout of the list is not known"


class Layout(NamedTuple):
    """How to read a list: where its rows begin, how cells are separated, and which of them make up the number."""

    name: str
    delimiter: str = ","
    #: The cells that make up the number, from 0.
    cells: tuple[int, ...] = (0,)
    #: The most cells a row may have; 0 for any number.
    width: int = 0
    #: Lines up to and with the header.
    header_line: int = 0
    #: Columns by name, where there is a header.
    columns: Mapping[str, int] = {}
    region: str | None = None


class Entry(NamedTuple):
    """One row of a list: the line it begins on, the number, and its other cells by name."""

    line: int
    number: int
    cells: dict[str, str]


def entries(
    source: Source,
    *,
    layout: str = "auto",
    region: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
) -> Iterator[Entry | Rejected]:
    """The numbers of a list, row by row, and the rows that hold none. An empty file gives nothing.

    `column` is a column's name in the header or its place from 1, for layouts unknown here. `region` (ISO 3166-1)
    is that of national numbers. Raises `UnknownLayout` before the first row, `BadNumber` for an unknown region.
    """
    if region is not None:
        parse("+8613800138000", region)
    with closing(source.lines()) as lines:
        sample = list(islice(((place, line) for place, line in lines if line.strip(" \t\r\n,;")), SAMPLE))
    source.file.seek(0)
    if not sample:
        return iter(())
    if column is not None:
        found = _by_column(sample, column, delimiter or ",")
    elif layout == "auto":
        found = _recognise(sample, delimiter)
    else:
        found = _named(layout, sample, delimiter)
    return _entries(source, found, region or found.region)


def _recognise(sample: list[tuple[int, str]], delimiter: str | None) -> Layout:
    lines = [line.rstrip("\r\n") for _, line in sample]
    if (found := _with_header(sample, (delimiter,) if delimiter else DELIMITERS)) is not None:
        return found
    if all(re.fullmatch(r"\d{3},\d{7}\s*", line) for line in lines):
        return _named("nanp", sample, None)
    if all(len(line) == TPS_WIDTH and re.fullmatch(r"0\d{8,10} *", line) for line in lines):
        return _named("tps", sample, None)
    first = next((row for row in rows(sample[:1])), None)
    if isinstance(first, Row) and sum(bool(cell.strip()) for cell in first.cells) == 1:
        return Layout("plain", width=1)
    raise UnknownLayout("No column is named number. Say which column holds it, by name or by place")


def _with_header(sample: list[tuple[int, str]], delimiters: tuple[str, ...]) -> Layout | None:
    place, line = sample[0]
    for delimiter in delimiters:
        first = next(rows([(place, line)], delimiter), None)
        names = header(first.cells) if isinstance(first, Row) else []
        if "number" in names:
            return _csv(place, names, names.index("number"), delimiter)
    return None


def _csv(line: int, names: list[str], number: int, delimiter: str) -> Layout:
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnknownLayout(f"The header names {', '.join(twice)} twice")
    columns = {name: place for place, name in enumerate(names) if name}
    return Layout("csv", delimiter, (number,), len(names), line, columns)


def _named(layout: str, sample: list[tuple[int, str]], delimiter: str | None) -> Layout:
    if layout == "csv":
        found = _with_header(sample, (delimiter,) if delimiter else DELIMITERS)
        if found is None:
            raise UnknownLayout("The first line is no header with a column named number")
        return found
    known = {
        "plain": Layout("plain", delimiter or ",", width=1),
        "nanp": Layout("nanp", delimiter or ",", (0, 1), width=2, region="US"),
        # No separator ever occurs: the line is the number and its padding.
        "tps": Layout("tps", "\0", width=1, region="GB"),
    }
    if layout not in known:
        raise UnknownLayout(f"Layouts are: {', '.join(LAYOUTS)}")
    return known[layout]


def _by_column(sample: list[tuple[int, str]], column: str, delimiter: str) -> Layout:
    if column.isascii() and column.isdigit():
        if int(column) < 1:
            raise UnknownLayout("Columns are counted from 1")
        return Layout("column", delimiter, (int(column) - 1,))
    first = next(rows(sample[:1], delimiter), None)
    names = header(first.cells) if isinstance(first, Row) else []
    wanted = header([column])[0]
    if wanted not in names:
        raise UnknownLayout(f"The first line is no header with a column named {column}")
    return _csv(sample[0][0], names, names.index(wanted), delimiter)


def _entries(source: Source, layout: Layout, region: str | None) -> Iterator[Entry | Rejected]:
    # Numbers never go over several lines: without a header, a stray quotation mark must not hide the rows after it.
    most = 200 if layout.columns else 1
    number_of = _number_reader(layout, region)
    others = {name: place for name, place in layout.columns.items() if place != layout.cells[0]}
    for row in rows(source.lines(), layout.delimiter, most=most):
        if isinstance(row, Rejected):
            yield row
        elif row.line > layout.header_line:
            cells = row.cells
            try:
                if layout.width and len(cells) != layout.width:
                    cut(cells, layout.width)
                yield Entry(
                    row.line, number_of(cells), {name: cells[place] for name, place in others.items()}
                )
            except Fault as fault:
                yield reject(row.line, layout.delimiter.join(cells), fault)


def _number_reader(layout: Layout, region: str | None) -> Callable[[list[str]], int]:
    """What reads the number out of a row's cells. Raises `Fault`."""
    places = layout.cells
    widest = max(places)

    def read(cells: list[str]) -> int:
        if len(cells) <= widest:
            raise Fault("columns_too_few")
        text = cells[places[0]] if len(places) == 1 else "".join(cells[place].strip() for place in places)
        try:
            return parse(text, region)
        except BadNumber as bad:
            raise Fault(bad.code, bad.detail, text) from None

    return read
