"""Special actions at the desk: the list, planning one, one week by week against its baseline, notes, closing."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compliance import campaign_progress, campaigns
from compliance.charts import Chart
from compliance.desk.lists import ListPage
from compliance.desk.narrowing import DATE, SECTOR_CHOICES
from compliance.desk.page import DeskPage
from compliance.models import Campaign
from compliance.reports.words import FIGURES
from registry import ids
from registry.errors import InvalidInput, NotFound
from registry.portal.words import SECTORS

#: Columns of the table of weeks.
SHOWN = (*campaign_progress.COUNTS[:3], "violation_rate", *campaign_progress.COUNTS[3:])
TARGETS = {
    "most_complaints": _("Complaints received, at most"),
    "most_rate": _("Violation rate in per cent, at most"),
    "fewest_audits": _("Company-days audited, at least"),
}
#: What the counts of a special action mean where that is narrower than in reports.
MEANS = {
    "complaints": _("Complaints received in these days, by sector and by region of the number called."),
    "days_audited": _(
        "Days of companies on which at least one call of these sectors and regions was audited."
    ),
}


class CampaignFilter(django_filters.FilterSet):
    """By whether it still runs."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("Open")), ("closed", _("Closed"))],
        empty_label=_("All"),
        method="by_state",
    )

    def by_state(self, rows: QuerySet[Campaign], _name: str, value: str) -> QuerySet[Campaign]:
        """Those that are closed, or not."""
        return rows.filter(closed_at__isnull=value == "open")


class Campaigns(ListPage):
    """The newest first."""

    section: ClassVar[str] = "campaigns"
    template: ClassVar[str] = "compliance/desk/campaigns.html"
    filters = CampaignFilter
    file_name: ClassVar[str] = "special-actions"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "name", "first", "last", "sectors", "regions", "departments", "opened_at", "closed_at",
    )  # fmt: skip

    def rows(self) -> QuerySet[Campaign]:
        """All of them, without their figures."""
        return Campaign.objects.defer("figures")

    def cells(self, row: Campaign) -> Iterable[Any]:
        """A row of the CSV."""
        return (
            ids.public("cpg", row.pk), row.name, row.first, row.last, " ".join(row.sectors), " ".join(row.regions),
            "; ".join(row.departments), row.opened_at, row.closed_at,
        )  # fmt: skip

    def more(self, rows: list[Campaign]) -> dict[str, Any]:
        """The sectors in words."""
        for row in rows:
            row.sectors_said = [SECTORS[code] for code in row.sectors]  # type: ignore[attr-defined]
        return {}


class PlanForm(forms.Form):
    """What an action is, and what it is held against. Names are those of `campaigns.plan`."""

    name = forms.CharField(label=_("Name"), max_length=200)
    aim = forms.CharField(
        label=_("What it is for"),
        required=False,
        max_length=campaigns.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    first = forms.DateField(label=_("From day (UTC)"), widget=DATE)
    last = forms.DateField(label=_("To day (UTC)"), widget=DATE)
    baseline_first = forms.DateField(label=_("Compared with: from day (UTC)"), widget=DATE)
    baseline_last = forms.DateField(label=_("Compared with: to day (UTC)"), widget=DATE)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        help_text=_("None chosen: all."),
        choices=SECTOR_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.CharField(
        label=_("Regions"), help_text=_("Such as CN US-FL. None: all."), required=False, max_length=500
    )
    departments = forms.CharField(
        label=_("Departments taking part"),
        help_text=_("One a line."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    most_complaints = forms.IntegerField(
        label=TARGETS["most_complaints"], required=False, min_value=0, max_value=2**31 - 1
    )
    most_rate = forms.DecimalField(
        label=TARGETS["most_rate"], required=False, min_value=0, max_value=100, decimal_places=2
    )
    fewest_audits = forms.IntegerField(
        label=TARGETS["fewest_audits"], required=False, min_value=0, max_value=2**31 - 1
    )

    def clean_regions(self) -> list[str]:
        """The regions, each once."""
        return list(dict.fromkeys(self.cleaned_data["regions"].upper().replace(",", " ").split()))

    def clean_departments(self) -> list[str]:
        """One a line, without empty ones."""
        lines = (line.strip() for line in self.cleaned_data["departments"].splitlines())
        return [line for line in lines if line]


class NewCampaign(DeskPage):
    """Plan one."""

    permission: ClassVar[str] = "plan_campaigns"
    section: ClassVar[str] = "campaigns"
    template: ClassVar[str] = "compliance/desk/campaign_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; offered are the next thirty days, against the thirty before them."""
        today = self.moment.at.date()
        days = {"first": 0, "last": 29, "baseline_first": -30, "baseline_last": -1}
        return self.show(form=PlanForm(initial={name: today + timedelta(n) for name, n in days.items()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Plan it."""
        form = PlanForm(request.POST)
        if form.is_valid():
            try:
                row = campaigns.plan(user=request.user, clock=self.moment.at, **form.cleaned_data)
            except InvalidInput as error:
                form.add_error(error.pointer.strip("/"), error.detail)
            else:
                return self.done(_now("The special action is planned."), "desk-campaign", row.pk)
        return self.show(status=400, form=form)


class NoteForm(forms.Form):
    """A note of a week."""

    week = forms.TypedChoiceField(label=_("Week from"), coerce=date.fromisoformat)
    text = forms.CharField(
        label=_("Note"), max_length=campaigns.MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, row: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["week"].choices = [(day.isoformat(),) * 2 for day in campaign_progress.weeks(row)]  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """How it ended."""

    outcome = forms.CharField(
        label=_("How it ended"), max_length=campaigns.MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class CampaignPage(DeskPage):
    """One, week by week. A closed one shows its figures as counted at the closing."""

    section: ClassVar[str] = "campaigns"
    template: ClassVar[str] = "compliance/desk/campaign.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        return self.page(self.row(pk))

    def row(self, pk: int) -> Campaign:
        """The action. Raises `NotFound`."""
        found = Campaign.objects.select_related("opened_by", "closed_by").filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found

    def page(self, row: Campaign, *, status: int = 200, **forms_sent: forms.Form) -> HttpResponse:
        """The page, with the forms as sent where one was wrong."""
        told = row.figures or campaign_progress.of(row, clock=self.moment.at)
        weeks, baseline = told["weeks"], told["baseline"]
        acting = row.closed_at is None and self.may("plan_campaigns")
        drawn = [
            _chart("complaints", weeks, baseline),
            _chart("violation_rate", weeks, baseline, times=100, unit=" %"),
        ]
        return self.show(
            status=status,
            row=row,
            sectors=[SECTORS[code] for code in row.sectors],
            as_of=told["as_of"],
            columns=[(FIGURES[name].title, MEANS.get(name, FIGURES[name].means)) for name in SHOWN],
            weeks=[(week["day"], _cells(week)) for week in weeks],
            baseline=_cells(baseline),
            total=_cells(told["total"]),
            charts=drawn if weeks else [],
            targets=[(TARGETS[target["name"]], target) for target in told["targets"]],
            notes=row.notes.select_related("user").order_by("week", "id"),
            note_form=forms_sent.get("note", NoteForm(row=row)) if acting else None,
            close_form=forms_sent.get("close", CloseForm()) if acting else None,
        )


def _cells(counts: dict[str, Any]) -> list[tuple[Any, bool]]:
    """The values of a row, and which of them are shares."""
    return [(counts[name], name == "violation_rate") for name in SHOWN]


def _chart(
    name: str, weeks: list[dict[str, Any]], baseline: dict[str, Any], *, times: int = 1, unit: str = ""
) -> Chart:
    def at(value: float | None) -> float | None:
        return None if value is None else round(value * times, 2)

    title = str(FIGURES[name].title)
    return Chart(
        title,
        tuple(week["day"][5:] for week in weeks),
        (
            (title, tuple(at(week[name]) for week in weeks)),
            (_now("Baseline, per week"), (at(baseline[name]),) * len(weeks)),
        ),
        "bars",
        unit,
    )


class AddNote(CampaignPage):
    """Write a note of a week."""

    http_method_names: ClassVar[list[str]] = ["post"]  # type: ignore[misc]
    permission_to_act: ClassVar[str] = "plan_campaigns"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it on record."""
        row = self.row(pk)
        form = NoteForm(request.POST, row=row)
        if not form.is_valid():
            return self.page(row, status=400, note=form)
        campaigns.note(campaign_id=pk, user=request.user, clock=self.moment.at, **form.cleaned_data)
        return self.done(_now("It is on record."), "desk-campaign", pk)


class Close(CampaignPage):
    """Close it."""

    http_method_names: ClassVar[list[str]] = ["post"]  # type: ignore[misc]
    permission_to_act: ClassVar[str] = "plan_campaigns"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep its figures, and how it ended."""
        row = self.row(pk)
        form = CloseForm(request.POST)
        if not form.is_valid():
            return self.page(row, status=400, close=form)
        campaigns.close(campaign_id=pk, user=request.user, clock=self.moment.at, **form.cleaned_data)
        return self.done(_now("The special action is closed."), "desk-campaign", pk)
