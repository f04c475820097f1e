"""Lists whose columns have names: the header in the register's words or in Chinese, each row as cells by name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from registry.lists.rows import Fault, MissingColumns, Rejected, Row, cut, header, reject, rows
from registry.lists.text import Source


class Cells(NamedTuple):
    """A row that could be read: the line it begins on, its text, its cells by the name of their column."""

    line: int
    text: str
    cells: dict[str, str]


def read(
    source: Source, *, required: Sequence[str], optional: Sequence[str], names: Mapping[str, str]
) -> Iterator[Cells | Rejected]:
    """Every row under a header that has the `required` columns; `names` are other words for columns.

    Columns that are not there read as empty; others are left alone. Raises `MissingColumns` before the first row.
    """
    found = rows(source.lines())
    first = next(found, None)
    held = [names.get(name, name) for name in header(first.cells)] if isinstance(first, Row) else []
    if missing := [name for name in required if name not in held]:
        raise MissingColumns(f"The header lacks {', '.join(missing)}")
    return _cells(found, held, dict.fromkeys(optional, ""))


def _cells(
    found: Iterator[Row | Rejected], held: list[str], absent: dict[str, str]
) -> Iterator[Cells | Rejected]:
    for row in found:
        if isinstance(row, Rejected):
            yield row
            continue
        text = ",".join(row.cells)
        try:
            cut(row.cells, len(held))
        except Fault as fault:
            yield reject(row.line, text, fault)
            continue
        cells = {name: cell.strip() for name, cell in zip(held, row.cells, strict=True)}
        yield Cells(row.line, text, absent | cells)
