"""Lists of people to call: each row as a line of CSV, in the file's order, with its number or what is wrong with it.

Columns are separated by commas, semicolons, tabs or bars, or a line is a JSON object, or nothing but a number. Most
lines of most files hold neither a quotation mark nor a surprise: these are taken a block at a time. Every other line
goes through `rows.py`, so that a damaged row costs no other row.
"""

import csv
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

import msgspec

from registry.lists.blocks import Block, block_of, blocks
from registry.lists.contact_layouts import JSON, SAMPLE, demand_region, recognise
from registry.lists.rows import ROW_LINES, Fault, Rejected, Row, cut, reject, rows
from registry.lists.text import Source, UnreadableFile
from registry.phone import BadNumber, parse_many

_BLANK = " \t\r\n,;|\ufeff"
#: A chunk ends at so many characters however few its rows are, so that memory is flat in the width of rows, too.
CHUNK_CHARS = 48_000_000


class Chunk(NamedTuple):
    """Some consecutive rows: each as a line of CSV, its number, and the line of the file it begins on.

    The number of a rejected row is 0; why it was rejected stands under its place in the chunk.
    """

    texts: list[str]
    numbers: list[int]
    lines: list[int]
    rejected: dict[int, Rejected]

    @classmethod
    def empty(cls) -> "Chunk":
        """One without rows, to be added to."""
        return cls([], [], [], {})


class _Line:
    """What csv.writer writes one row into."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


class Contacts:
    """A list of people to call, in a binary file that can be sought in.

    `region` (ISO 3166-1) is that of national numbers, `column` the number's column by name or by place from 1.
    Raises `UnreadableFile`, `UnknownLayout`, and `InvalidInput` for a region that is none.
    """

    def __init__(self, file: BinaryIO, *, region: str | None = None, column: str | None = None) -> None:
        demand_region(region)
        self.region = region
        self.source = Source(file)
        with closing(self.source.lines()) as lines:
            sample = list(islice(((at, line) for at, line in lines if line.strip(_BLANK)), SAMPLE))
        if not sample:
            raise UnreadableFile("The file has no rows")
        self.layout = recognise(sample, region=region, column=column)
        self._written = _Line()
        self._write = csv.writer(self._written).writerow

    @property
    def header(self) -> str:
        """The names of the columns, as a line of CSV."""
        return self._text(list(self.layout.names))

    def chunks(self, size: int, skip: int = 0) -> Iterator[Chunk]:
        """The rows from `skip` on, some more than `size` at a time; blank lines are no rows."""
        self.source.file.seek(0)
        held, chars = Chunk.empty(), 0
        for block in _whole_rows(blocks(self.source), self._rows):
            if skip >= len(block.texts):
                skip -= len(block.texts)
                continue
            _append(held, block, skip)
            skip = 0
            chars += sum(map(len, block.texts))
            if len(held.texts) >= size or chars >= CHUNK_CHARS:
                yield held
                held, chars = Chunk.empty(), 0
        if held.texts:
            yield held

    def _rows(self, block: Block) -> tuple[Chunk, int]:
        """The rows of a block, and how many of its lines they took."""
        lines, first = block.lines, block.first
        if first <= self.layout.header_line:
            header = self.layout.header_line - first + 1
            lines, first = lines[header:], first + header
        skipped = len(block.lines) - len(lines)
        if self.layout.delimiter == JSON:
            return self._objects(first, lines), len(block.lines)
        if not block.damaged and (not block.quoted or not any(line.count('"') & 1 for line in lines)):
            cells = self._plain(lines) if not block.quoted else self._quoted(lines)
            if cells is not None:
                return self._chunk(first, *cells), len(block.lines)
        found, taken = self._one_by_one(first, lines, block.last)
        return found, skipped + taken

    def _plain(self, lines: list[str]) -> tuple[list[str], list[str], dict[int, Fault]]:
        """Lines without quotation marks: each as CSV, the text of its number, and what is wrong with it."""
        delimiter, width, place = self.layout.delimiter, self.layout.width, self.layout.number
        if width == 1:
            return (lines if delimiter == "," else self._requoted(lines)), lines, {}
        counts = [line.count(delimiter) for line in lines]
        whole = width - 1
        odd = [at for at, count in enumerate(counts) if count != whole] if set(counts) != {whole} else []
        texts = list(lines) if delimiter == "," else self._requoted(lines)
        texts_of_numbers = [
            line.split(delimiter, place + 1)[place] if line else "" for line in self._even(lines, odd)
        ]
        faults: dict[int, Fault] = {}
        for at in odd:
            cells = lines[at].split(delimiter)
            texts[at], texts_of_numbers[at] = self._fit(cells, at, faults)
        return texts, texts_of_numbers, faults

    def _even(self, lines: list[str], odd: list[int]) -> list[str]:
        """The lines, with nothing in the place of those whose columns are not as many as the header's."""
        if not odd:
            return lines
        even = list(lines)
        for at in odd:
            even[at] = ""
        return even

    def _requoted(self, lines: list[str]) -> list[str]:
        """Lines without quotation marks as lines of CSV."""
        delimiter = self.layout.delimiter
        if not any("," in line for line in lines):
            return [line.replace(delimiter, ",") for line in lines]
        return [self._text(line.split(delimiter)) for line in lines]

    def _quoted(self, lines: list[str]) -> tuple[list[str], list[str], dict[int, Fault]] | None:
        """The same for lines of which each closes its quotation marks; None if one of them does not read so."""
        try:
            table = list(csv.reader(lines, delimiter=self.layout.delimiter, strict=True))
        except csv.Error:
            return None
        if len(table) != len(lines):
            return None
        faults: dict[int, Fault] = {}
        raw = self.layout.delimiter == ","
        texts, texts_of_numbers = list(lines), [""] * len(lines)
        for at, cells in enumerate(table):
            if raw and len(cells) == self.layout.width:
                texts_of_numbers[at] = cells[self.layout.number]
            else:
                texts[at], texts_of_numbers[at] = self._fit(cells, at, faults)
        return texts, texts_of_numbers, faults

    def _fit(self, cells: list[str], at: int, faults: dict[int, Fault]) -> tuple[str, str]:
        """A row brought to the width of the others: as CSV, and the text of its number."""
        try:
            cut(cells, self.layout.width)
        except Fault as fault:
            fault.value = self.layout.delimiter.join(cells)
            faults[at] = fault
            del cells[self.layout.width :]
        return self._text(cells), cells[self.layout.number]

    def _one_by_one(self, first: int, lines: list[str], last: bool) -> tuple[Chunk, int]:
        """Lines of which some are damaged, or begin a row of several lines: row by row, as far as rows are whole."""
        texts: list[str] = []
        texts_of_numbers: list[str] = []
        places: list[int] = []
        faults: dict[int, Fault] = {}
        limit = len(lines) if last else max(len(lines) - ROW_LINES, 0)
        at = 0
        while at < limit:
            row, taken = _first_row(lines, at, self.layout.delimiter)
            if isinstance(row, Row):
                text, number = self._fit(row.cells, len(texts), faults)
            elif row is not None:
                faults[len(texts)] = Fault(row.code, row.message, row.value)
                text, number = self._text([row.value] + [""] * (self.layout.width - 1)), ""
            if row is not None:
                texts.append(text)
                texts_of_numbers.append(number)
                places.append(first + at + row.line)
            at += taken
        return self._chunk(first, texts, texts_of_numbers, faults, places), at

    def _objects(self, first: int, lines: list[str]) -> Chunk:
        """JSON objects, one a line."""
        names = self.layout.names
        texts, numbers_as_text = [], []
        faults: dict[int, Fault] = {}
        for at, line in enumerate(lines):
            cells = [""] * len(names)
            if line.strip():
                try:
                    members = msgspec.json.decode(line, type=dict[str, Any])
                    cells = [_shown(members.get(name)) for name in names]
                except (msgspec.MsgspecError, UnicodeError, RecursionError):
                    faults[at] = Fault("json_malformed", "The line is no JSON object", line)
                    cells[0] = line
            texts.append(self._text(cells))
            numbers_as_text.append("" if at in faults else cells[self.layout.number])
        return self._chunk(first, texts, numbers_as_text, faults)

    def _chunk(
        self,
        first: int,
        texts: list[str],
        texts_of_numbers: list[str],
        faults: dict[int, Fault],
        places: list[int] | None = None,
    ) -> Chunk:
        """Rows with their numbers read. `places` are their lines in the file, if one does not follow the other."""
        lines = places if places is not None else list(range(first, first + len(texts)))
        numbers: list[Any] = parse_many(texts_of_numbers, self.region)
        bad = [at for at, number in enumerate(numbers) if number.__class__ is BadNumber]
        rejected: dict[int, Rejected] = {}
        blank = set()
        for at in sorted({*bad, *faults}):
            if at not in faults and not texts[at].strip(', \t"'):
                blank.add(at)
                continue
            fault = faults.get(at) or Fault(numbers[at].code, numbers[at].detail, texts_of_numbers[at])
            rejected[at] = reject(lines[at], texts[at], fault)
            numbers[at] = 0
        if blank:
            kept = [at for at in range(len(texts)) if at not in blank]
            rejected = {new: rejected[old] for new, old in enumerate(kept) if old in rejected}
            texts, numbers, lines = ([column[at] for at in kept] for column in (texts, numbers, lines))
        return Chunk(texts, numbers, lines, rejected)

    def _text(self, cells: list[str]) -> str:
        self._write(cells)
        # Without the line end, which csv.writer must know of, so that it quotes cells that hold one.
        return self._written.text[:-2]


def _whole_rows(found: Iterator[Block], read: Any) -> Iterator[Chunk]:
    """The rows of each block; lines at its end that may begin a row of several lines wait for the next one."""
    waiting: list[str] = []
    for block in found:
        joined = block
        if waiting:
            joined = block_of(block.first - len(waiting), waiting + block.lines, last=block.last)
        chunk, taken = read(joined)
        waiting = joined.lines[taken:]
        if chunk.texts:
            yield chunk


def _append(held: Chunk, more: Chunk, skip: int) -> None:
    """Add the rows of `more` from `skip` on."""
    shift = len(held.texts) - skip
    held.texts.extend(more.texts[skip:] if skip else more.texts)
    held.numbers.extend(more.numbers[skip:] if skip else more.numbers)
    held.lines.extend(more.lines[skip:] if skip else more.lines)
    held.rejected.update({at + shift: row for at, row in more.rejected.items() if at >= skip})


def _first_row(lines: list[str], at: int, delimiter: str) -> tuple[Row | Rejected | None, int]:
    """The row that begins at line `at`, its place counted from there, and how many lines it takes; None if blank."""
    taken = 0

    def following() -> Iterator[tuple[int, str]]:
        nonlocal taken
        for taken, line in enumerate(islice(lines, at, at + ROW_LINES), 1):
            yield taken - 1, f"{line}\n"

    row = next(rows(following(), delimiter), None)
    if isinstance(row, Rejected):
        return row, row.line + 1
    return row, taken or 1


def _shown(value: Any) -> str:
    """A JSON value as the text of a cell."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
