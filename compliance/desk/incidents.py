"""Incidents: answers of ours that would come out otherwise; and closing one with a note."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compliance import incidents
from compliance.desk.lists import ListPage
from compliance.desk.narrowing import DaysFilter
from compliance.desk.page import DeskPage
from compliance.models import Incident
from registry import ids
from registry.errors import NotFound


class IncidentFilter(DaysFilter):
    """By when it was found, company, and whether it is closed."""

    time_field = "found_at"
    open = django_filters.BooleanFilter(field_name="resolved_at", lookup_expr="isnull", label=_("Open"))


class Incidents(ListPage):
    """The latest first."""

    section: ClassVar[str] = "audits"
    template: ClassVar[str] = "compliance/desk/incidents.html"
    filters = IncidentFilter
    file_name: ClassVar[str] = "incidents"
    columns: ClassVar[tuple[str, ...]] = (
        "check", "company_id", "company", "checked_at", "given", "recomputed", "found_at", "resolved_at", "note",
    )  # fmt: skip

    def rows(self) -> QuerySet[Incident]:
        """All of them."""
        return Incident.objects.select_related("company")

    def cells(self, row: Incident) -> Iterable[Any]:
        """A row of the CSV."""
        return (
            ids.public("chk", row.check_id), ids.public("com", row.company_id), row.company.name, row.checked_at,
            row.given.get("verdict"), row.recomputed.get("verdict"), row.found_at, row.resolved_at, row.note,
        )  # fmt: skip


class NoteForm(forms.Form):
    """What was wrong, and what was done."""

    note = forms.CharField(
        label=_("What was wrong, and what was done"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IncidentPage(DeskPage):
    """One incident: both answers side by side, and the note that closes it."""

    section: ClassVar[str] = "audits"
    template: ClassVar[str] = "compliance/desk/incident.html"
    permission_to_act: ClassVar[str] = "resolve_incidents"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        return self._page(pk, NoteForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close it."""
        form = NoteForm(request.POST)
        if not form.is_valid():
            return self._page(pk, form, status=400)
        incidents.resolve(incident_id=pk, note=form.cleaned_data["note"], clock=self.moment.at)
        return self.done(_now("The incident is closed."), "desk-incidents")

    def _page(self, pk: int, form: NoteForm, status: int = 200) -> HttpResponse:
        row = Incident.objects.select_related("company", "audit").filter(pk=pk).first()
        if row is None:
            raise NotFound
        return self.show(status=status, row=row, form=form)
