"""The layout of a list of people to call: what separates its columns, which one holds the number, what they are called.

Such lists come out of any customer database, so no layout is required. The number's column is found by its name, or by
what stands in it, or the sender says which it is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from registry.errors import InvalidInput
from registry.lists.numbers import UnknownLayout
from registry.lists.rows import Row, header, rows
from registry.phone import BadNumber, parse

DELIMITERS = (",", ";", "\t", "|")
#: Stands for the delimiter of a list of JSON objects, one a line.
JSON = "{}"
#: What the number's column may be called, the surest first. Compared as `header` writes names.
NAMES = (
    *(
        "number",
        "phone_number",
        "phonenumber",
        "phone",
        "mobile_number",
        "mobile_phone",
        "mobile",
        "cell_phone",
    ),
    *("cellphone", "cell", "telephone_number", "telephone", "tel", "msisdn", "e164", "contact_number"),
    *("手机号", "手机号码", "手机", "移动电话", "电话号码", "电话", "号码", "联系电话", "联系方式"),
)
#: Lines that are looked at.
SAMPLE = 100
#: Separates nothing: a line is one cell.
NOTHING = "\x1f"
#: What a cell weighs that is a number with its plus, a number, or only looks like one; a column needs half a point.
WITH_PLUS, PLAIN, LOOKS = 3.0, 2.0, 1.0
ENOUGH = 0.5

_LOOKS = re.compile(r"[+(]?\d[\d\s().\-/]{4,24}")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")


class Layout(NamedTuple):
    """How to read a list of people to call."""

    delimiter: str
    #: The names of the columns of its results, in order.
    names: tuple[str, ...]
    #: The place of the number among them, from 0.
    number: int
    #: The last line that is not a row: the header's, or 0.
    header_line: int

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.names)


def recognise(sample: Sequence[tuple[int, str]], *, region: str | None, column: str | None) -> Layout:
    """The layout of a list whose first lines are `sample`, which is not empty; blank lines are left out of it.

    `column` is the number's column by name, or by place from 1. Raises `UnknownLayout`.
    """
    if sample[0][1].lstrip().startswith("{"):
        return _objects(sample, column)
    found = [_table(sample, delimiter, region, column) for delimiter in DELIMITERS]
    best = max((candidate for candidate in found if candidate), key=lambda scored: scored[0], default=None)
    if best is not None:
        return best[1]
    single = _single(sample, region, column)
    if single is None:
        raise UnknownLayout(
            f"No column is named {column}" if column else "No column holds phone numbers. Say which one does",
            pointer="/column",
        )
    return single


def demand_region(region: str | None) -> None:
    """Raise `InvalidInput` for a region that is none."""
    try:
        parse("+8613800138000", region)
    except BadNumber as bad:
        raise InvalidInput(bad.detail, pointer="/region") from None


Scored = tuple[tuple[float, ...], Layout]


def _cells(sample: Sequence[tuple[int, str]], delimiter: str) -> list[Row]:
    return [row for row in rows(sample, delimiter) if isinstance(row, Row)]


def _table(
    sample: Sequence[tuple[int, str]], delimiter: str, region: str | None, column: str | None
) -> Scored | None:
    """The layout with that delimiter, and how well it fits; None if the lines are no columns with it."""
    table = _cells(sample, delimiter)
    widths = Counter(len(row.cells) for row in table)
    if not table or max(widths) == 1:
        return None
    width, alike = widths.most_common(1)[0]
    names = [_plain_name(cell) for cell in table[0].cells]
    named = _named(names, column)
    if named is not None:
        # A header says how many columns there are, whatever its rows make of it.
        width, alike = len(names), widths[len(names)]
    elif alike * 2 < len(table):
        return None
    if width == 1:
        return None
    place = named if named is not None else _by_place(column, width)
    if place is None and column:
        return None
    scores = [_score(table, at, region) for at in range(width)]
    if place is None:
        place = max(range(width), key=lambda at: scores[at])
        if scores[place] < ENOUGH:
            return None
    weight = (float(named is not None), scores[place], alike / len(table), float(width))
    headed = named is not None or _is_header(table, place, region)
    return weight, _layout(table, delimiter, width, place, headed=headed)


def _single(sample: Sequence[tuple[int, str]], region: str | None, column: str | None) -> Layout | None:
    """One number a line, perhaps under a header."""
    table = _cells(sample, NOTHING)
    names = [_plain_name(cell) for cell in table[0].cells] if table else []
    named = _named(names, column)
    if not table or (named is None and column and _by_place(column, 1) is None):
        return None
    if named is None and column is None and not any(_weight(row.cells[0], region) for row in table):
        return None
    headed = named is not None or _is_header(table, 0, region)
    return _layout(table, NOTHING, 1, 0, headed=headed)


def _named(names: Sequence[str], column: str | None) -> int | None:
    """The column that the sender names, or else that is named like a number's."""
    if column and not (column.isascii() and column.isdigit()):
        wanted = _plain_name(column)
        return names.index(wanted) if wanted in names else None
    if column:
        return None
    return next((names.index(name) for name in NAMES if name in names), None)


def _by_place(column: str | None, width: int) -> int | None:
    if column and column.isascii() and column.isdigit() and 1 <= int(column) <= width:
        return int(column) - 1
    return None


def _score(table: Sequence[Row], place: int, region: str | None) -> float:
    """How much the cells of a column look like numbers, its first one left out if there are others."""
    cells = [row.cells[place].strip() for row in table[1:] or table if place < len(row.cells)]
    return sum(_weight(cell, region) for cell in cells) / len(cells) if cells else 0.0


def _weight(cell: str, region: str | None) -> float:
    if not any(sign.isdigit() for sign in cell) or _DATE.fullmatch(cell):
        return 0.0
    try:
        parse(cell, region)
    except BadNumber:
        return LOOKS if _LOOKS.fullmatch(cell) else 0.0
    return WITH_PLUS if cell.startswith(("+", "＋")) else PLAIN


def _is_header(table: Sequence[Row], place: int, region: str | None) -> bool:
    """Whether the first row only names what stands below it."""
    cell = table[0].cells[place].strip() if place < len(table[0].cells) else ""
    if _plain_name(cell) in NAMES:
        return True
    return (
        len(table) > 1
        and bool(cell)
        and _weight(cell, region) == 0
        and _score(table, place, region) >= ENOUGH
    )


def _plain_name(cell: str) -> str:
    """A column's name as `NAMES` writes it."""
    return header([cell.rstrip(" .:：")])[0]


def _layout(table: Sequence[Row], delimiter: str, width: int, place: int, *, headed: bool) -> Layout:
    if headed:
        names = (table[0].cells + [""] * width)[:width]
        return Layout(delimiter, tuple(name.strip() for name in names), place, table[0].line)
    made = tuple("number" if at == place else f"column_{at + 1}" for at in range(width))
    return Layout(delimiter, made, place, 0)


def _objects(sample: Sequence[tuple[int, str]], column: str | None) -> Layout:
    """JSON objects, one a line; the columns are the members of those that were looked at."""
    names: dict[str, None] = {}
    for _, line in sample:
        try:
            names |= dict.fromkeys(msgspec.json.decode(line, type=dict[str, msgspec.Raw]))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    place = _named(header(names), column)
    if place is None:
        raise UnknownLayout(
            f"No member is named {column}" if column else "No member is named number. Say which one holds it",
            pointer="/column",
        )
    return Layout(JSON, tuple(names), place, 0)
