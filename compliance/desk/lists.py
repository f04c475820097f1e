"""Lists at the desk: filters in the address, a page at a time by keyset, and the same rows as CSV.

A page costs what it shows, whatever the size of the table: no total is counted, and a page begins after the sort key of
the last row of the one before. Each filter and each order needs an index; the model says which it serves.
"""

import csv
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django_filters import FilterSet

from compliance.desk.page import DeskPage
from registry import formulas

#: Rows of a page, and the most that go into one CSV.
SIZE = 50
MOST_IN_CSV = 100_000
#: A masked number begins with a plus and is no formula. A star alone makes none: `=1*2` is one.
_MASKED = re.compile(r"\+[0-9]*\*+[0-9]*")


class ListPage(DeskPage):
    """A list of rows. Subclasses say `rows`, `filters`, `template`, and `columns` with `cells` for the CSV."""

    filters: ClassVar[type[FilterSet]]
    #: Sort key: field names, all with a minus or all without, the last one unique. The fields hold no null.
    order: ClassVar[tuple[str, ...]] = ("-pk",)
    columns: ClassVar[tuple[str, ...]] = ()
    #: Name of the file, without its ending.
    file_name: ClassVar[str] = "list"

    def rows(self) -> QuerySet[Any]:
        """All rows that the page is about, unordered."""
        raise NotImplementedError

    def cells(self, row: Any) -> Iterable[Any]:
        """A row of the CSV, in the order of `columns`. Numbers masked."""
        raise NotImplementedError

    def more(self, rows: list[Any]) -> dict[str, Any]:
        """What else the template needs, given the rows of this page."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, or the whole as CSV with `format=csv`."""
        found = self.filters(request.GET, queryset=self.rows(), request=request)
        valid = found.form.is_valid()
        rows = found.qs.order_by(*self.order) if valid else self.rows().none()
        if valid and self.columns and request.GET.get("format") == "csv":
            return self._csv(rows)
        after = request.GET.get("after", "")
        held = list((_after(rows, self.order, after) if after else rows)[: SIZE + 1])
        shown = held[:SIZE]
        return self.show(
            status=200 if valid else 400,
            filters=found.form,
            narrowed=any(found.form.cleaned_data.values()) if valid else True,
            rows=shown,
            after=_token(shown[-1], self.order) if len(held) > SIZE else "",
            first=not after,
            as_csv=bool(self.columns),
            **self.more(shown),
        )

    def _csv(self, rows: QuerySet[Any]) -> HttpResponse | StreamingHttpResponse:
        response = StreamingHttpResponse(self._lines(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.file_name}.csv"'
        return response

    def _lines(self, rows: QuerySet[Any]) -> Iterator[str]:
        writer = csv.writer(_Echo())
        # Spreadsheets know by the mark that it is UTF-8.
        yield "\ufeff" + writer.writerow(self.columns)
        for row in rows[:MOST_IN_CSV].iterator(chunk_size=2000):
            yield writer.writerow([_cell(value) for value in self.cells(row)])


class _Echo:
    """What a csv writer writes into: nothing; `write` answers the line."""

    def write(self, line: str) -> str:
        return line


def _cell(value: Any) -> str:
    return formulas.disarmed("" if value is None else str(value), but=_MASKED)


def _token(row: Model, order: tuple[str, ...]) -> str:
    """The sort key of a row, to stand in an address."""
    values = [_field(type(row), name).value_to_string(row) for name in order]
    return urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def _field(model: Any, name: str) -> Any:
    plain = name.lstrip("-")
    return model._meta.pk if plain == "pk" else model._meta.get_field(plain)


def _after(rows: QuerySet[Any], order: tuple[str, ...], token: str) -> QuerySet[Any]:
    """The rows that come after the one of a token; from the beginning where it is none of ours."""
    try:
        texts = msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=list[str])
        values = [_field(rows.model, name).to_python(text) for name, text in zip(order, texts, strict=True)]
    except (ValueError, msgspec.MsgspecError, ValidationError):
        return rows
    names = [name.lstrip("-") for name in order]
    operator = "lt" if order[0].startswith("-") else "gt"
    beyond = Q()
    for at, name in enumerate(names):
        same = dict(zip(names[:at], values[:at], strict=True))
        beyond |= Q(**same, **{f"{name}__{operator}": values[at]})
    # The first part alone bounds what the index is read for.
    return rows.filter(beyond, **{f"{names[0]}__{operator}e": values[0]})
