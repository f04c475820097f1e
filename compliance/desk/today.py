"""Today: what was asked, called and found, who stands out, and what waits. All of it from the counts by day.

A figure links to the list it counts. Days are UTC, as those of audits.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance import rates
from compliance.charts import MOST_SERIES, Chart
from compliance.counts import FALLEN
from compliance.desk.narrowing import FiguresForm
from compliance.desk.page import DeskPage
from compliance.models import (
    Audit,
    CallCount,
    CallLog,
    Case,
    CheckCount,
    ChecksCounted,
    Complaint,
    CountDue,
    Discrepancy,
    Incident,
    ViolationCount,
)
from compliance.reports.words import FIGURES, label
from registry import ids
from registry.models import Application, Company

#: Companies that are listed as standing out; clocks that are listed as running out.
WORST, CLOCKS = 10, 10
#: A clock that runs out so soon is shown.
SOON = timedelta(days=2)
#: More than so many are not counted: the list has them.
MOST = 100


class Today(DeskPage):
    """The first page of the desk."""

    section: ClassVar[str] = "today"
    template: ClassVar[str] = "compliance/desk/today.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        today = self.moment.at.date()
        form = FiguresForm(request.GET or None, today=today)
        if form.is_bound and not form.is_valid():
            return self.show(filters=form, narrowed=True, figures=None, status=400, **self._waiting())
        if not form.is_bound:
            form = FiguresForm({}, today=today)
            form.is_valid()
        figures = Figures(form.cleaned_data, today)
        return self.show(
            filters=FiguresForm(request.GET, today=today),
            narrowed=bool(request.GET),
            figures=figures,
            counted_until=ChecksCounted.objects.values_list("until", flat=True).first(),
            **self._waiting(),
        )

    def _waiting(self) -> dict[str, Any]:
        """What waits for somebody: clocks, audits, call logs, counts."""
        at = self.moment.at
        states = dict(
            Audit.objects.filter(state__in=("queued", "running", "failed"))
            .values_list("state")
            .annotate(Count("pk"))
        )
        logs = dict(
            CallLog.objects.filter(state__in=("queued", "running")).values_list("state").annotate(Count("pk"))
        )
        due = Complaint.objects.filter(due_at__isnull=False, due_at__lt=at + SOON)
        return {
            "audits": {name: states.get(name, 0) for name in ("queued", "running", "failed")},
            "stale": Audit.objects.filter(stale_since__isnull=False).count(),
            "logs": {name: logs.get(name, 0) for name in ("queued", "running")},
            "logs_failed": CallLog.objects.filter(
                state="failed", created_at__gte=at - timedelta(days=1)
            ).count(),
            "last_log": CallLog.objects.filter(state="completed").aggregate(at=Max("finished_at"))["at"],
            "incidents": Incident.objects.filter(resolved_at__isnull=True).count(),
            "counts_since": CountDue.objects.aggregate(at=Min("since"))["at"],
            "due": list(due.select_related("company").order_by("due_at")[:CLOCKS]),
            "due_count": due.filter(due_at__gte=at)[:MOST].count(),
            "overdue_count": due.filter(due_at__lt=at)[:MOST].count(),
            "to_decide": Case.objects.filter(state="proposed")[:MOST].count(),
            "cases_late": Case.objects.filter(due_at__isnull=False, due_at__lt=at)[:MOST].count(),
            "applications": Application.objects.filter(state="received")[:MOST].count(),
            "unsettled": Discrepancy.objects.filter(state="open")
            .exclude(kind="unlicensed_caller")[:MOST]
            .count(),
            "suspects": Discrepancy.objects.filter(state="open", kind="unlicensed_caller")[:MOST].count(),
            "most": MOST,
            "yesterday": (at.date() - timedelta(days=1)).isoformat(),
        }


class Figures:
    """The figures of a period and what it is narrowed to, each asked once."""

    def __init__(self, narrowed: dict[str, Any], today: date) -> None:
        self.since: date = narrowed["since"]
        self.until: date = narrowed["until"]
        self.today = today
        self.narrowed = narrowed
        self.days = [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]
        self.checks = dict(self._of(CheckCount).values_list("allowed").annotate(Sum("checks")).order_by())
        self.checks_today = dict(
            self._of(CheckCount, today, today).values_list("allowed").annotate(Sum("checks")).order_by()
        )
        self.made = self._of(CallCount).aggregate(
            calls=Sum("calls", default=0),
            audited=Sum("audited", default=0),
            violating=Sum("violating", default=0),
        )
        self.rate = rates.share(self.made["violating"], self.made["audited"])
        self.interval = rates.interval(self.made["violating"], self.made["audited"])

    def _of(self, counts: Any, since: date | None = None, until: date | None = None) -> QuerySet[Any]:
        rows = counts.objects.filter(day__gte=since or self.since, day__lte=until or self.until)
        if self.narrowed["company"] is not None:
            rows = rows.filter(company_id=self.narrowed["company"])
        if self.narrowed["sector"]:
            rows = rows.filter(sector=self.narrowed["sector"])
        if self.narrowed["region"]:
            rows = rows.filter(region=self.narrowed["region"])
        return rows

    def _standing(self) -> QuerySet[Any]:
        return self._of(ViolationCount).exclude(status__in=FALLEN)

    def all_checks(self) -> int:
        """Checks of the period."""
        return sum(self.checks.values())

    def all_checks_today(self) -> int:
        """Checks of today."""
        return sum(self.checks_today.values())

    def denied(self) -> int:
        """Denials of the period."""
        return self.checks.get(False, 0)

    def denied_today(self) -> int:
        """Denials of today."""
        return self.checks_today.get(False, 0)

    def violations(self) -> int:
        """Violations of the period that stand."""
        return self._standing().aggregate(n=Sum("violations", default=0))["n"]

    def open_violations(self) -> int:
        """Of these, neither answered nor settled."""
        return self._of(ViolationCount).filter(status="open").aggregate(n=Sum("violations", default=0))["n"]

    def denials(self) -> list[tuple[str, int, float | None]]:
        """Denials by their first reason: its words, how many, and of all denials."""
        rows = self._of(CheckCount).filter(allowed=False).values_list("reason").annotate(n=Sum("checks"))
        return [
            (label("reason", code), n, rates.share(n, self.denied()))
            for code, n in rows.order_by("-n", "reason")
        ]

    def by_rule(self) -> list[tuple[str, str, int]]:
        """Violations by rule: its code, its words, how many; those that stand."""
        rows = self._standing().values_list("code").annotate(n=Sum("violations")).order_by("-n", "code")
        return [(code, label("code", code), n) for code, n in rows]

    @cached_property
    def rules_chart(self) -> Chart | None:
        """The rules that are broken most, over time."""
        rows = self._standing().values_list("day", "code").annotate(n=Sum("violations")).order_by()
        held: dict[str, dict[date, int]] = defaultdict(dict)
        for day, code, n in rows:
            held[code][day] = n
        most = sorted(held, key=lambda code: (-sum(held[code].values()), code))[:MOST_SERIES]
        return self._lines(
            _("Violations by rule and day"), [(label("code", code), held[code]) for code in most]
        )

    @cached_property
    def sectors(self) -> list[dict[str, Any]]:
        """Sectors: calls, violations, and the rate with its interval."""
        rows = (
            self._of(CallCount)
            .values("sector")
            .annotate(calls=Sum("calls"), audited=Sum("audited"), violating=Sum("violating"))
            .order_by("sector")
        )
        return [self._rated(row) | {"name": label("sector", row["sector"])} for row in rows]

    @cached_property
    def sectors_chart(self) -> Chart | None:
        """The rate of each sector."""
        rows = [row for row in self.sectors if row["audited"] >= rates.FEWEST]
        if not rows:
            return None
        return Chart(
            _("Violation rate by sector"),
            tuple(row["name"] for row in rows),
            ((str(FIGURES["violation_rate"].title), tuple(row["rate"] * 100 for row in rows)),),
            unit=" %",
        )

    @cached_property
    def calls_chart(self) -> Chart | None:
        """Calls and those with a violation, over time."""
        rows = (
            self._of(CallCount)
            .values_list("day")
            .annotate(a=Sum("audited"), v=Sum("violating"))
            .order_by("day")
        )
        held = {day: rates.share(violating, audited) for day, audited, violating in rows}
        shares = {day: round(share * 100, 2) for day, share in held.items() if share is not None}
        return self._lines(_("Violation rate by day"), [(str(FIGURES["violation_rate"].title), shares)], " %")

    @cached_property
    def _audited_days(self) -> set[date]:
        return set(self._of(CallCount).filter(audited__gt=0).values_list("day", flat=True).distinct())

    def _lines(self, title: str, series: list[tuple[str, dict[date, Any]]], unit: str = "") -> Chart | None:
        """Lines over the days. A day without audited calls is a gap, and not a day without violations."""
        if not any(values for _name, values in series):
            return None
        return Chart(
            title,
            tuple(f"{day:%m-%d}" for day in self.days),
            tuple(
                (name, tuple(values.get(day, 0) if day in self._audited_days else None for day in self.days))
                for name, values in series
            ),
            "lines",
            unit,
        )

    def worst(self) -> list[dict[str, Any]]:
        """The companies whose rate is surely high, of those with calls enough to say so."""
        rows = (
            self._of(CallCount)
            .values("company_id")
            .annotate(calls=Sum("calls"), audited=Sum("audited"), violating=Sum("violating"))
            .filter(audited__gte=rates.FEWEST, violating__gt=0)
            .order_by()
        )
        ranked = sorted(map(self._rated, rows), key=lambda row: (-row["low"], row["company_id"]))[:WORST]
        names = dict(
            Company.objects.filter(pk__in=[row["company_id"] for row in ranked]).values_list("pk", "name")
        )
        return [row | {"name": names.get(row["company_id"], "")} for row in ranked]

    def _rated(self, row: dict[str, Any]) -> dict[str, Any]:
        low, high = rates.interval(row["violating"], row["audited"]) or (None, None)
        return row | {"rate": rates.share(row["violating"], row["audited"]), "low": low, "high": high}

    def address(self, name: str, **more: Any) -> str:
        """The address of a list, narrowed as the figures are."""
        company = self.narrowed["company"]
        query = {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "company": ids.public("com", company) if company is not None else "",
            "sector": self.narrowed["sector"],
            "region": self.narrowed["region"],
            **more,
        }
        return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"

    def violations_address(self) -> str:
        """The list of the violations of the period."""
        return self.address("desk-violations")

    def open_address(self) -> str:
        """The list of those that are open."""
        return self.address("desk-violations", status="open")

    def rules_addresses(self) -> Iterable[tuple[str, int, str]]:
        """Each rule with its list."""
        return [(name, n, self.address("desk-violations", code=code)) for code, name, n in self.by_rule()]

    def companies(self) -> Iterable[tuple[dict[str, Any], str]]:
        """Each of the worst companies with its violations."""
        return [
            (row, self.address("desk-violations", company=ids.public("com", row["company_id"])))
            for row in self.worst()
        ]

    def sector_rows(self) -> Iterable[tuple[dict[str, Any], str]]:
        """Each sector with its violations."""
        return [(row, self.address("desk-violations", sector=row["sector"])) for row in self.sectors]
