"""Search and paging on tables of hundreds of millions of rows: by what an index serves, or among the newest.

Words of the search box: a whole phone number, a public id (`chk_7`, `com_3`), a day (`2026-03-09`). Nothing else is
looked for, and nothing is counted past `COUNTED`.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db import models

from registry import ids
from registry.errors import NotFound
from registry.phone import BadNumber, parse_caller

#: Without an index to go by, lists look among so many of the newest rows.
NEWEST = 100_000
#: Rows are counted up to here; a list has no pages beyond.
COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts up to `COUNTED`, so that the cost of a page does not grow with the table."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or `COUNTED`."""
        return self.object_list.order_by()[:COUNTED].count()


class Keys(NamedTuple):
    """What a table can be searched by: the names of its fields, where an index serves them."""

    #: Prefix of its own ids, and whether they are of the record (`record_id`) or of the row.
    prefix: str = ""
    of_record: bool = False
    #: Phone numbers.
    numbers: tuple[str, ...] = ()
    #: The company, whose rows an index gives newest first by `time`.
    company: str = ""
    company_indexed: bool = False
    #: The time of a row, and whether an index serves a day of all companies.
    time: str = ""
    time_indexed: bool = False
    #: Ids of other things by their prefix: fields that an index serves.
    others: dict[str, str] = {}


class Search(NamedTuple):
    """What a search found: the rows, the words that say nothing, and whether only the newest rows were looked at."""

    rows: models.QuerySet[Any]
    unread: list[str]
    newest_only: bool


def search(rows: models.QuerySet[Any], term: str, keys: Keys) -> Search:
    """Narrow `rows`, newest first, to what `term` asks for."""
    narrow = False
    unread: list[str] = []
    asked: dict[str, Any] = {}
    for word in _words(term):
        if (number := _number(word)) is not None and keys.numbers:
            rows = rows.filter(_any(keys.numbers, number))
            narrow = True
        elif (day := _day(word)) is not None and keys.time:
            asked["day"] = day
        elif (named := _id(word)) is not None and named[0] == keys.prefix:
            rows = _own(rows, named[1], keys)
            narrow = True
        elif named is not None and named[0] == "com" and keys.company:
            rows = rows.filter(**{keys.company: named[1]})
            asked["company"] = True
        elif named is not None and named[0] in keys.others:
            rows = rows.filter(**{keys.others[named[0]]: named[1]})
            narrow = True
        else:
            unread.append(word)
    if "day" in asked:
        rows = _on(rows, keys.time, asked["day"])
        narrow = narrow or keys.time_indexed
    if "company" in asked and keys.company_indexed:
        rows = rows.order_by(f"-{keys.time}", "-pk")
        narrow = True
    if unread:
        return Search(rows.none(), unread, newest_only=False)
    if narrow:
        return Search(rows, [], newest_only=False)
    newest = rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Search(rows.filter(pk__gt=newest - NEWEST), [], newest_only=newest > NEWEST)


def _words(term: str) -> list[str]:
    # A number may be written with blanks between its digits.
    if term.strip() and _number(term) is not None:
        return [term.strip()]
    return term.split()


def _number(text: str) -> int | None:
    try:
        return parse_caller(text.strip())
    except BadNumber:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _id(text: str) -> tuple[str, int] | None:
    prefix = text.partition("_")[0]
    try:
        return prefix, ids.number(prefix, text)
    except NotFound:
        return None


def _any(fields: tuple[str, ...], number: int) -> models.Q:
    found = models.Q()
    for field in fields:
        found |= models.Q(**{field: number})
    return found


def _own(rows: models.QuerySet[Any], number: int, keys: Keys) -> models.QuerySet[Any]:
    if not keys.of_record:
        return rows.filter(pk=number)
    # Every version of a record bears its first version's id and its number: the primary key finds the one, the index
    # on numbers the others.
    first = rows.model._default_manager.filter(pk=number)
    if keys.numbers:
        return rows.filter(record_id=number, **{f"{keys.numbers[0]}__in": first.values(keys.numbers[0])})
    return rows.filter(record_id=number)


def _on(rows: models.QuerySet[Any], field: str, day: date) -> models.QuerySet[Any]:
    if isinstance(rows.model._meta.get_field(field), models.DateTimeField):
        begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return rows.filter(**{f"{field}__gte": begins, f"{field}__lt": begins + timedelta(days=1)})
    return rows.filter(**{field: day})
