"""What a kind of report is made of: what it is narrowed to, its figures, its tables, and where its SQL is.

A kind is one module in this folder with the statements beside it (`sector.py`, `sector.sql`), and one line in
`kinds.py`. A file of SQL holds one statement for the totals and one for each table, each after a line `-- totals` or
`-- table: NAME`; all of them read the tables of `known.sql`. What several kinds ask alike stands in `shared.sql`, and
their tables in `shared.py`. A statement names its columns by the figures of `words.py`, where each figure's title and
definition stand; what follows from two counts is not asked of SQL (`figures.py`, `DERIVED`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.utils.functional import Promise

from registry.sql import read

HERE = Path(__file__).parent
#: Rows of a table that is ranked.
MOST_RANKED = 20
_PART = re.compile(r"^-- (?:table: )?(\w+)$\n", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """What is asked: the days (UTC), the moment up to which records count, and what it is narrowed to."""

    kind: str
    first: date
    last: date
    as_of: datetime
    company_id: int | None = None
    sector: str | None = None
    region: str = ""

    @property
    def since(self) -> datetime:
        """The start of the first day, UTC."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """The end of the last day, exclusive."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)

    def before(self) -> "Question":
        """The same of the period before: the month before a whole month, else as many days."""
        last = self.first - timedelta(days=1)
        whole_month = self.first.day == 1 and self.until.day == 1 and (self.until - self.since).days <= 31
        first = last.replace(day=1) if whole_month else last - (self.last - self.first)
        return Question(self.kind, first, last, self.as_of, self.company_id, self.sector, self.region)


@dataclass(frozen=True)
class Table:
    """One table of a report: what its rows are by, its figures, and those of them that are drawn above it.

    `ranked_by`: the rows with the highest of that figure, `MOST_RANKED` at most.
    """

    name: str
    title: Promise
    by: tuple[str, ...]
    figures: tuple[str, ...]
    drawn: tuple[str, ...] = ()
    drawn_as: Literal["bars", "lines"] = "bars"
    ranked_by: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of report. `needs` and `takes`: of `company`, `sector`, `region`, what must or may be given.

    `rows`, for a report that is a list: gives the list, each row with at least `row_columns`. `publish`, for one that
    goes to the public: what of the figures does. Such a one is compared with nothing that is not public.
    """

    name: str
    title: Promise
    means: Promise
    totals: tuple[str, ...]
    tables: tuple[Table, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    monthly: bool = False
    rows: Callable[[Question, Callable[[int], str]], Iterator[dict[str, Any]]] | None = None
    row_columns: tuple[str, ...] = ()
    publish: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @property
    def sql(self) -> dict[str, str]:
        """Its statements, by `totals` and the names of its tables."""
        own = statements(HERE / f"{self.name.replace('-', '_')}.sql")
        return statements(HERE / "shared.sql") | own


@cache
def statements(path: Path) -> dict[str, str]:
    """The statements of a file, by the names on the lines before them."""
    _head, *parts = _PART.split(read(path))
    return {name: text.strip().rstrip(";") for name, text in zip(parts[::2], parts[1::2], strict=True)}
