"""Discrepancies at the desk: lists of each kind, suspects, the page of one with both sides, what staff do about it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import discrepancies
from compliance.desk.discrepancy_timeline import timeline
from compliance.desk.discrepancy_words import ACTS, KINDS, STATES, explanation, signals
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.models import Discrepancy
from registry import ids, phone
from registry.errors import NotFound
from registry.models import Company

#: Companies that a name may mean.
MOST_COMPANIES = 100
#: Earlier days of one suspect that its page shows.
MOST_DAYS = 30


def of_company(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    """The rows of a company, by its id (`com_7`) or a part of its name."""
    try:
        return rows.filter(company_id=ids.number("com", value.strip()))
    except NotFound:
        found = Company.objects.filter(name__icontains=value.strip())
        return rows.filter(company_id__in=list(found.values_list("pk", flat=True)[:MOST_COMPANIES]))


def day_input() -> forms.DateInput:
    """The widget of a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Filters(django_filters.FilterSet):
    """Kind, state, company, days."""

    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"),
        choices=[(name, KINDS[name]) for name in KINDS if name != "unlicensed_caller"],
    )
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=list(STATES.items()))
    company = django_filters.CharFilter(label=gettext_lazy("Company"), method=of_company)
    since = django_filters.DateFilter(label=gettext_lazy("From"), method="from_day", widget=day_input())
    until = django_filters.DateFilter(label=gettext_lazy("To"), method="to_day", widget=day_input())

    class Meta:
        model = Discrepancy
        fields: ClassVar[list[str]] = []

    def from_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return rows.filter(at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return rows.filter(at__lt=_midnight(value) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    """The start of a day, UTC, as the days of reconciliations are."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class SuspectFilters(Filters):
    """State and days; there is no company, and one kind."""

    kind = None
    company = None


class Discrepancies(ListPage):
    """All but the suspects, the latest call first."""

    section: ClassVar[str] = "reconciliation"
    template: ClassVar[str] = "compliance/desk/discrepancies.html"
    filters: ClassVar[type[django_filters.FilterSet]] = Filters
    order: ClassVar[tuple[str, ...]] = ("-at", "-pk")
    columns: ClassVar[tuple[str, ...]] = (
        *("discrepancy", "kind", "state", "company", "company_name", "caller", "number", "at", "explanation"),
    )
    file_name: ClassVar[str] = "discrepancies"

    def rows(self) -> QuerySet[Discrepancy]:
        """Those that are about companies."""
        return Discrepancy.objects.exclude(kind="unlicensed_caller").select_related("company")

    def cells(self, row: Discrepancy) -> Iterable[Any]:
        """A row, numbers masked."""
        return (
            ids.public("dis", row.pk),
            row.kind,
            row.state,
            ids.public("com", row.company_id) if row.company_id else "",
            row.company or "",
            phone.mask(row.caller) if row.caller else "",
            phone.mask(row.number) if row.number else "",
            row.at.isoformat(),
            explanation(row),
        )

    def more(self, rows: list[Discrepancy]) -> dict[str, Any]:
        """Each row with its words."""
        return {"told": [_told(row) for row in rows]}


class Suspects(Discrepancies):
    """Numbers of no company that behave as a dialler does."""

    template: ClassVar[str] = "compliance/desk/suspects.html"
    filters: ClassVar[type[django_filters.FilterSet]] = SuspectFilters
    file_name: ClassVar[str] = "suspects"

    def rows(self) -> QuerySet[Discrepancy]:
        """The suspects."""
        return Discrepancy.objects.filter(kind="unlicensed_caller")


def _told(row: Discrepancy) -> dict[str, Any]:
    return {
        "row": row,
        "kind": KINDS[row.kind],
        "state": STATES[row.state],
        "explanation": explanation(row),
        "signals": list(signals(row)) if row.kind == "unlicensed_caller" else [],
    }


class ActForm(forms.Form):
    """What to do about one, and why."""

    act = forms.ChoiceField(label=gettext_lazy("What is it?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("Kept with your name. Whoever looks at it later reads this."),
        max_length=discrepancies.MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = (
            [("explain", _("There is an innocent explanation")), ("dismiss", _("It is not worth following"))]
            if state == "open"
            else [("reopen", _("Open it again"))]
        )


class OneDiscrepancy(DeskPage):
    """One, with its evidence, both sides on one line of time, and what was done about it."""

    section: ClassVar[str] = "reconciliation"
    template: ClassVar[str] = "compliance/desk/discrepancy.html"
    permission_to_act: ClassVar[str] = "handle_cases"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        return self._page(self._row(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Explain it, dismiss it, or open it again."""
        row = self._row(pk)
        form = ActForm(request.POST, state=row.state)
        if not form.is_valid():
            return self._page(row, form, status=400)
        act = {
            "explain": discrepancies.explain,
            "dismiss": discrepancies.dismiss,
            "reopen": discrepancies.reopen,
        }
        act[form.cleaned_data["act"]](
            discrepancy_id=row.pk, reason=form.cleaned_data["reason"], user=request.user, clock=self.moment.at
        )
        return self.done(_("It is on record."), "desk-discrepancy", row.pk)

    def _row(self, pk: int) -> Discrepancy:
        row = Discrepancy.objects.select_related("company", "reconciliation").filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row

    def _page(self, row: Discrepancy, form: ActForm | None = None, *, status: int = 200) -> HttpResponse:
        settles = row.state in ("open", "explained", "dismissed") and self.may("handle_cases")
        return self.show(
            status=status,
            **_told(row),
            entries=timeline(row),
            acts=[(act, ACTS[act.act]) for act in row.acts.select_related("user")],
            form=(form or ActForm(state=row.state)) if settles else None,
            provisional=self.moment.at < row.firm_at,
            free=row.company_id is not None and row.state == "open" and self.moment.at >= row.firm_at,
            days=self._other_days(row),
            evidence=[
                (name, value) for name, value in row.evidence.items() if not isinstance(value, dict | list)
            ],
            sample=row.evidence.get("sample", []),
            call=row.evidence.get("call"),
        )

    def _other_days(self, row: Discrepancy) -> list[Discrepancy]:
        """The other days on which a suspect was one."""
        if row.kind != "unlicensed_caller":
            return []
        rows = Discrepancy.objects.filter(~Q(pk=row.pk), caller=row.caller, kind=row.kind)
        return list(rows.order_by("-at", "-pk")[:MOST_DAYS])
