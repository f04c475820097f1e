"""Public statistics and open data: the month's figures, without the counts that could be about somebody.

Nothing is counted here. A page and a file show what the month's report of the kind `public-statistics` came to, so a
month once published stays as it was published.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from compliance.charts import Chart
from compliance.models import Report
from compliance.reports import public_statistics, reports, suppression
from compliance.reports.shown import shown
from compliance.reports.words import FIGURES, LABELS
from registry.portal.page import Page

LICENCE = "CC BY 4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
#: Months that the page draws.
MONTHS = 12
#: Each file of a month: the table of the report it holds.
FILES = {
    "sectors": "by_sector",
    "rules": "by_rule",
    "regions": "by_region",
    "checks": "checks",
    "calls": "calls",
    "violations": "violations",
}
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_NAME = re.compile(rf"({'|'.join(FILES)})-(\d{{4}}-\d{{2}})\.({'|'.join(FORMS)})", re.ASCII)


def published() -> list[Report]:
    """The months that are published, the newest first."""
    return list(
        Report.objects.filter(kind=public_statistics.KIND.name, scheduled=True, state="completed").order_by(
            "-first"
        )
    )


class Statistics(Page):
    """The page of a month: the newest, or that of `?month=2026-10`."""

    section: ClassVar[str] = "statistics"
    template: ClassVar[str] = "compliance/portal/statistics.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The page. 404 for a month that is not published."""
        months = published()
        wanted = request.GET.get("month", "")
        held = [row for row in months if not wanted or f"{row.first:%Y-%m}" == wanted]
        if wanted and not held:
            raise Http404
        with timezone.override(ZoneInfo(settings.DESK_TIME_ZONE)):
            row = held[0] if held else None
            return self.show(
                row=row,
                report=shown(reports.question_of(row), row.figures) if row else None,
                months=[f"{month.first:%Y-%m}" for month in months],
                over_time=_over_time(months),
                least=suppression.LEAST,
                files=list(FILES),
                month_shown=f"{row.first:%Y-%m}" if row else "",
            )


def _over_time(months: list[Report]) -> Chart | None:
    """The violation rate, month by month."""
    drawn = months[:MONTHS][::-1]
    if len(drawn) < 2:
        return None
    rates = tuple(month.figures["totals"]["violation_rate"] for month in drawn)
    return Chart(
        _("Violation rate by month"),
        tuple(f"{month.first:%Y-%m}" for month in drawn),
        (
            (
                str(FIGURES["violation_rate"].title),
                tuple(None if r is None else round(r * 100, 2) for r in rates),
            ),
        ),
        "lines",
        " %",
    )


class OpenData(Page):
    """What files there are, their columns, their licence and their addresses."""

    section: ClassVar[str] = "statistics"
    template: ClassVar[str] = "compliance/portal/open_data.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; as JSON with `?format=json`."""
        months = [f"{row.first:%Y-%m}" for row in published()]
        if request.GET.get("format") == "json":
            address = request.build_absolute_uri(reverse("open-data"))
            files = [
                f"{address}{name}-{month}.{form}" for month in months for name in FILES for form in FORMS
            ]
            return HttpResponse(
                msgspec.json.encode({"licence": LICENCE, "licence_address": LICENCE_ADDRESS, "files": files}),
                content_type=FORMS["json"],
            )
        return self.show(
            months=months,
            tables=[(name, _title(name), _columns(name)) for name in FILES],
            least=suppression.LEAST,
            licence=LICENCE,
            licence_address=LICENCE_ADDRESS,
            address=request.build_absolute_uri(reverse("open-data")),
        )


def _title(name: str) -> Any:
    return next(table.title for table in public_statistics.KIND.tables if table.name == FILES[name])


def _columns(name: str) -> list[tuple[str, Any]]:
    """The columns of a file, and what each means."""
    table = next(table for table in public_statistics.KIND.tables if table.name == FILES[name])
    return [
        ("month", LABELS["month"]),
        *((column, LABELS[column]) for column in table.by),
        *((column, FIGURES[column].means) for column in table.figures),
    ]


class OpenFile(Page):
    """One file of one month. Its address and its bytes stay; the ETag is made of the report's digest."""

    section: ClassVar[str] = "statistics"

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """The file. 404 for a name, or a month, that is not published."""
        match = _NAME.fullmatch(name)
        row = next((row for row in published() if match and f"{row.first:%Y-%m}" == match[2]), None)
        if match is None or row is None:
            raise Http404
        etag = f'"{row.data_digest[:32]}-{match[1]}-{match[3]}"'
        answer = get_conditional_response(request, etag=etag)
        if answer is None:
            answer = HttpResponse(_content(row, match[1], match[3]), content_type=FORMS[match[3]])
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["ETag"] = etag
        answer["Cache-Control"] = "public, max-age=3600"
        answer["Access-Control-Allow-Origin"] = "*"
        answer["Link"] = f'<{LICENCE_ADDRESS}>; rel="license"'
        return answer


def _content(row: Report, name: str, form: str) -> bytes:
    columns, rows = row.figures["tables"][FILES[name]]["columns"], list(_rows(row, FILES[name]))
    if form == "json":
        return msgspec.json.encode(
            {
                "month": f"{row.first:%Y-%m}",
                "as_of": row.as_of,
                "licence": LICENCE,
                "suppressed_below": suppression.LEAST,
                "data_digest": row.data_digest,
                "rows": [dict(zip(("month", *columns), line, strict=True)) for line in rows],
            }
        )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("month", *columns))
    writer.writerows(["" if value is None else value for value in line] for line in rows)
    return out.getvalue().encode()


def _rows(row: Report, table: str) -> Iterator[tuple[Any, ...]]:
    for line in row.figures["tables"][table]["rows"]:
        yield (f"{row.first:%Y-%m}", *line)
