"""Reports: the list, asking for one, one with its figures, and its files."""

from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters
import structlog
from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from compliance import tasks
from compliance.desk.lists import ListPage
from compliance.desk.narrowing import DATE, SECTOR_CHOICES, CompanyField
from compliance.desk.page import DeskPage
from compliance.models import Report
from compliance.reports import reports
from compliance.reports.kinds import KINDS
from compliance.reports.shown import narrowed, shown
from compliance.reports.words import JOB_STATES
from registry import ids
from registry.errors import InvalidInput, NotFound

log = structlog.get_logger(__name__)
KIND_CHOICES = [(name, kind.title) for name, kind in KINDS.items()]


def send(report_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `reconcile_reports` finds it."""
    try:
        tasks.make_report.apply_async([report_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the row is safe already)
        log.warning("broker_unavailable", report=report_id, error=type(error).__qualname__)


class ReportFilter(django_filters.FilterSet):
    """By kind."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=KIND_CHOICES, empty_label=_("All"))


class AskForm(forms.Form):
    """What a report is to be about. Without days, the month before."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KIND_CHOICES)
    first = forms.DateField(label=_("From day (UTC)"), widget=DATE)
    last = forms.DateField(label=_("To day (UTC)"), widget=DATE)
    company = CompanyField()
    sector = forms.ChoiceField(required=False, label=_("Sector"), choices=[("", _("All")), *SECTOR_CHOICES])
    region = forms.CharField(
        required=False, label=_("Region"), max_length=6, widget=forms.TextInput(attrs={"placeholder": "CN"})
    )

    @classmethod
    def of_last_month(cls, today: date) -> "AskForm":
        """The form, filled in for the month before."""
        last = today.replace(day=1) - timedelta(days=1)
        return cls(initial={"first": last.replace(day=1), "last": last})


class Reports(ListPage):
    """The newest first; and the form that asks for another."""

    section: ClassVar[str] = "reports"
    template: ClassVar[str] = "compliance/desk/reports.html"
    permission_to_act: ClassVar[str] = "make_reports"
    filters = ReportFilter

    def rows(self) -> QuerySet[Report]:
        """All of them, without their figures."""
        return Report.objects.select_related("made_by").defer("figures")

    def more(self, rows: list[Report]) -> dict[str, Any]:
        """The words of each row, and the form."""
        for row in rows:
            row.title = KINDS[row.kind].title if row.kind in KINDS else row.kind
            row.narrowed = narrowed(reports.question_of(row)) if row.parameters else []
            row.said = JOB_STATES[row.state]
        return {"form": AskForm.of_last_month(self.moment.at.date()), "kinds": KINDS.values()}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for one."""
        form = AskForm(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                question = reports.ask(
                    kind=values["kind"],
                    first=values["first"],
                    last=values["last"],
                    clock=self.moment.at,
                    company_id=values["company"],
                    sector=values["sector"] or None,
                    region=values["region"].upper(),
                )
            except InvalidInput as error:
                field = {"to": "last"}.get(error.pointer.strip("/"), error.pointer.strip("/"))
                form.add_error(field if field in form.fields else None, error.detail)
            else:
                row = reports.request(question, user=request.user, clock=self.moment.at)
                send(row.pk)
                return redirect("desk-report", row.pk)
        return self.show("compliance/desk/report_form.html", status=400, form=form, kinds=KINDS.values())


class ReportPage(DeskPage):
    """One report: its figures, their definitions, what proves them, and its files."""

    section: ClassVar[str] = "reports"
    template: ClassVar[str] = "compliance/desk/report.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page; of a report that is not made yet, how far it is."""
        row = report(pk)
        question = reports.question_of(row)
        return self.show(
            row=row,
            question=question,
            title=KINDS[row.kind].title,
            said=JOB_STATES[row.state],
            narrowed=narrowed(question),
            report=shown(question, row.figures) if row.state == "completed" else None,
            proof=reports.proof(row),
            files=[(name, row.files[name]) for name in reports.FILES if name in row.files],
        )


class ReportFile(DeskPage):
    """A file of a report, if it still is what was made."""

    section: ClassVar[str] = "reports"

    def get(self, request: HttpRequest, pk: int, name: str) -> FileResponse:
        """The file."""
        row = report(pk)
        if name not in reports.FILES:
            raise NotFound
        return FileResponse(
            reports.open_file(row, name),
            content_type=reports.FILES[name][0],
            as_attachment=True,
            filename=f"{row.kind}-{row.first}-{row.last}-{ids.public('rep', row.pk)}.{name}",
        )


def report(pk: int) -> Report:
    """A report. Raises `NotFound`."""
    row = Report.objects.select_related("made_by").filter(pk=pk).first()
    if row is None or row.kind not in KINDS:
        raise NotFound
    return row
