"""One line to its columns: comma-separated values, a quotation mark inside a quoted value written twice (RFC 4180),
except that a value never spans lines. And what formats with a header share: its names, and rows as wide as it.
"""

import csv
import re
from collections.abc import Sequence

from compliance.formats.rows import Fault
from compliance.formats.text import Block


def split(block: Block, *, spaced: bool = False, lenient: bool = False) -> list[list[str] | Fault]:
    """The columns of each line of `block`, or what is wrong with it; one out per line in, in order.

    `spaced`: a space after a comma is no part of the value (FreeSWITCH writes one before a quoted accountcode).
    `lenient`: a bare quotation mark inside a quoted value is kept, as writers that escape nothing leave it.
    """
    if not block.quoted and not block.spoiled:
        rows = [line.split(",") for line in block.lines]
        return [[value.lstrip(" ") for value in row] for row in rows] if spaced else rows
    if not block.spoiled:
        try:
            rows = list(csv.reader(block.lines, strict=True, skipinitialspace=spaced))
        except csv.Error:
            rows = []
        # A row takes at least one line, so that as many rows as lines means one line each.
        if len(rows) == len(block.lines):
            return rows
    return [
        Fault(block.spoiled[place]) if place in block.spoiled else split_line(line, spaced, lenient)
        for place, line in enumerate(block.lines)
    ]


def split_line(line: str, spaced: bool = False, lenient: bool = False) -> list[str] | Fault:
    """The columns of one line, or what is wrong with it."""
    fault = Fault("quotes_malformed")
    for strict in (True, False) if lenient else (True,):
        # The empty second line is read only when a quotation mark is still open at the end of the first.
        reader = csv.reader((line, ""), strict=strict, skipinitialspace=spaced)
        try:
            row = next(reader)
        except csv.Error:
            if reader.line_num > 1:
                return Fault("quote_unterminated")
            continue
        return row if reader.line_num == 1 else Fault("quote_unterminated")
    return fault


def split_tabs(block: Block) -> list[list[str] | Fault]:
    """The columns of each line where tabs stand between them and quotation marks mean nothing; as `split`."""
    return [
        Fault(block.spoiled[place]) if place in block.spoiled else line.split("\t")
        for place, line in enumerate(block.lines)
    ]


def names_of(row: Sequence[str]) -> tuple[str, ...]:
    """The column names of a header in small letters, blanks and hyphens as underscores."""
    return tuple(re.sub(r"[\s-]+", "_", name.strip().lower()) for name in row)


def header_of(line: str) -> tuple[str, ...]:
    """The column names of a header line, as `names_of`; empty if it is none."""
    row = split_line(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), lenient=True)
    return () if isinstance(row, Fault) else names_of(row)


def fit(row: list[str], width: int) -> bool:
    """Bring a row to the header's width; False for a blank line. Raises Fault for values beyond the header.

    Spreadsheets leave out empty cells at the end of a row, so that a short row is a row with empty values.
    """
    if not any(row):
        return False
    if any(value.strip() for value in row[width:]):
        raise Fault("columns_too_many")
    del row[width:]
    row.extend([""] * (width - len(row)))
    return True
