"""The reconciliation at the desk: company by company and day by day, what was reported, carried, matched, missing."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import charts
from compliance.desk.discrepancies import day_input, of_company
from compliance.desk.lists import ListPage
from compliance.models import Reconciliation
from registry import ids

#: Days of the chart.
CHART_DAYS = 14


class Filters(django_filters.FilterSet):
    """Company, days, and what is wrong."""

    company = django_filters.CharFilter(label=gettext_lazy("Company"), method=of_company)
    since = django_filters.DateFilter(
        label=gettext_lazy("From"), field_name="day", lookup_expr="gte", widget=day_input()
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To"), field_name="day", lookup_expr="lte", widget=day_input()
    )
    only = django_filters.ChoiceFilter(
        label=gettext_lazy("Only"),
        choices=[("missing", gettext_lazy("Calls missing")), ("silent", gettext_lazy("No call log"))],
        method="narrow",
    )

    class Meta:
        model = Reconciliation
        fields: ClassVar[list[str]] = []

    def narrow(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(missing__gt=0) if value == "missing" else rows.filter(silent=True)


class Overview(ListPage):
    """Company-days, the latest first."""

    section: ClassVar[str] = "reconciliation"
    template: ClassVar[str] = "compliance/desk/reconciliation.html"
    filters: ClassVar[type[django_filters.FilterSet]] = Filters
    order: ClassVar[tuple[str, ...]] = ("-day", "-pk")
    figures: ClassVar[tuple[str, ...]] = (
        *("reported", "carried", "matched", "legs", "missing", "not_carried", "checks", "unused"),
    )
    columns: ClassVar[tuple[str, ...]] = (
        "day",
        "company",
        "company_name",
        *figures,
        "silent",
        "state",
        "known_at",
    )
    file_name: ClassVar[str] = "reconciliation"

    def rows(self) -> QuerySet[Reconciliation]:
        """Those of companies."""
        return Reconciliation.objects.filter(company__isnull=False).select_related("company")

    def cells(self, row: Reconciliation) -> Iterable[Any]:
        """A row."""
        return (
            row.day,
            ids.public("com", row.company_id),
            row.company,
            *(getattr(row, name) for name in self.figures),
            row.silent,
            row.state,
            row.known_at.isoformat() if row.known_at else "",
        )

    def more(self, rows: list[Reconciliation]) -> dict[str, Any]:
        """The last days in a chart."""
        return {"drawn": self._chart()}

    def _chart(self) -> charts.Chart | None:
        last = self.moment.at.date()
        days = (
            self.rows()
            .filter(day__gt=last - timedelta(days=CHART_DAYS), day__lte=last)
            .values("day")
            .annotate(carried=Sum("carried"), missing=Sum("missing"), uncarried=Sum("not_carried"))
            .order_by("day")
        )
        found = list(days)
        if not found:
            return None
        return charts.Chart(
            title=_("Calls that one side has and the other has not, by day"),
            labels=tuple(f"{each['day']:%m-%d}" for each in found),
            series=(
                (_("Carried, not reported"), tuple(each["missing"] for each in found)),
                (_("Reported, not carried"), tuple(each["uncarried"] for each in found)),
            ),
        )
