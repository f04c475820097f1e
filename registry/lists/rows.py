"""Lines of text as rows of cells, and the rows that are refused.

A quoted cell may go over several lines (a notice does). A quotation mark that nobody closes spoils its own line and
no other: the lines after it are read again as lines of their own. Rows are named by the line they begin on.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from registry.errors import InvalidInput
from registry.lists.text import LINE_LENGTH

#: The most lines one row may go over.
ROW_LINES = 200
#: How much of a refused value is shown.
VALUE_LENGTH = 200
#: Times before and after these are slips of the pen, or an empty cell that a spreadsheet filled in.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

SENTENCES = {
    "line_too_long": "The line is longer than 128 KiB",
    "nul_byte": "The row holds a NUL character; the file was damaged when it was written or copied",
    "encoding_malformed": "The row is not text in the file's encoding",
    "quote_unterminated": 'A quotation mark is opened and not closed. Write a quotation mark twice ("")',
    "columns_too_many": "The row has more columns than the header, or than its layout",
    "columns_too_few": "The row ends before the column that is needed",
}


class Row(NamedTuple):
    """A row that could be read: the line it begins on, counted from 1, and its cells."""

    line: int
    cells: list[str]


class Rejected(NamedTuple):
    """A row that is refused. `value` is what is at fault, shortened: it may hold a whole number."""

    line: int
    value: str
    code: str
    message: str


class Fault(Exception):
    """A row is refused for `value`, by `code`, which `message` puts in a sentence."""

    def __init__(self, code: str, message: str = "", value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value
        self.message = message or SENTENCES[code]


def reject(line: int, value: str, fault: Fault) -> Rejected:
    """The refused row of a fault."""
    shown = (fault.value or value)[:VALUE_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Rejected(line, shown, fault.code, fault.message)


def rows(
    lines: Iterable[tuple[int, str]], delimiter: str = ",", *, most: int = ROW_LINES
) -> Iterator[Row | Rejected]:
    """Every row that is not blank; `most` is how many lines one may go over."""
    waiting: deque[tuple[int, str]] = deque()
    source = iter(lines)
    while (head := waiting.popleft() if waiting else next(source, None)) is not None:
        place, line = head
        fault = _damage(line)
        if fault is not None:
            yield reject(place, line.rstrip("\r\n"), fault)
        elif '"' not in line:
            cells = line.rstrip("\r\n").split(delimiter)
            if any(cell.strip() for cell in cells):
                yield Row(place, cells)
        else:
            taken = _gather(head, waiting, source, most)
            cells = _split("".join(line for _, line in taken), delimiter)
            if cells is None:
                waiting.extendleft(reversed(taken[1:]))
                yield reject(place, line.rstrip("\r\n"), Fault("quote_unterminated"))
            elif any(cell.strip() for cell in cells):
                yield Row(place, cells)


def _damage(line: str) -> Fault | None:
    if len(line) > LINE_LENGTH:
        return Fault("line_too_long")
    if "\0" in line:
        return Fault("nul_byte")
    if "\N{REPLACEMENT CHARACTER}" in line:
        return Fault("encoding_malformed")
    return None


def _gather(
    head: tuple[int, str], waiting: deque[tuple[int, str]], source: Iterator[tuple[int, str]], most: int
) -> list[tuple[int, str]]:
    """`head` and the lines after it, up to where its quotation marks are even in number, or to the limit."""
    taken = [head]
    marks, length = head[1].count('"'), len(head[1])
    while marks % 2 and len(taken) < most and length <= LINE_LENGTH:
        following = waiting.popleft() if waiting else next(source, None)
        if following is None:
            break
        taken.append(following)
        if _damage(following[1]):
            break
        marks += following[1].count('"')
        length += len(following[1])
    return taken


def _split(text: str, delimiter: str) -> list[str] | None:
    """The cells of one whole row; None where its quotation marks do not fit."""
    if _damage(text):
        return None
    try:
        found = list(csv.reader([text.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None


def header(cells: Iterable[str]) -> list[str]:
    """Column names of a header row: small letters, blanks and hyphens as underscores."""
    return ["_".join(cell.strip().lower().replace("-", " ").split()) for cell in cells]


def cut(cells: list[str], width: int) -> None:
    """Bring a row to the header's width. Spreadsheets leave out empty cells at the end. Raises `Fault`."""
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        raise Fault("columns_too_many")
    del cells[width:]
    cells.extend([""] * (width - len(cells)))


def instant(text: str, column: str, latest: datetime | None = None) -> datetime:
    """An RFC 3339 time with its offset, in UTC, not after `latest`. Raises `Fault`."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Fault(
            f"{column}_malformed", "The time is not written as 2026-03-01T10:00:00+08:00", text
        ) from None
    if at.tzinfo is None:
        raise Fault(f"{column}_without_offset", "The time has no offset from UTC, such as +08:00", text)
    if not EARLIEST < at.replace(tzinfo=UTC) < LATEST:
        raise Fault(f"{column}_out_of_range", "The time is not between the years 1970 and 2200", text)
    at = at.astimezone(UTC)
    if latest is not None and at > latest:
        raise Fault(f"{column}_in_future", "The time lies in the future", text)
    return at


def codes(text: str, known: tuple[str, ...], column: str) -> list[str]:
    """Names of a code list, separated by `|` (or a semicolon, comma or blank), in the list's order. Raises `Fault`."""
    for mark in ";,\t\n\r|":
        text = text.replace(mark, " ")
    named = set(text.lower().split())
    if not named:
        raise Fault(f"{column}_missing", f"The row names none of: {', '.join(known)}")
    if unknown := sorted(named.difference(known)):
        raise Fault(f"{column}_unknown", f"Known are: {', '.join(known)}", unknown[0])
    return [name for name in known if name in named]


class MissingColumns(InvalidInput):
    """The header lacks columns that the file cannot do without."""

    title = "The header lacks columns"
