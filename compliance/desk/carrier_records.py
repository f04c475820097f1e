"""Carriers' records at the desk: which came in, what became of them, and a form to send one in."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import carrier_records, formats
from compliance.api.carrier_records import send
from compliance.desk.discrepancies import of_company
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.models import CarrierRecord
from compliance.models.call_files import JOB_STATES
from registry import ids
from registry.errors import InvalidInput
from registry.models import Company

STATES = {
    "queued": gettext_lazy("Waiting"),
    "running": gettext_lazy("Loading"),
    "completed": gettext_lazy("Loaded"),
    "failed": gettext_lazy("Failed"),
    "cancelled": gettext_lazy("Stopped"),
}


class Filters(django_filters.FilterSet):
    """State and carrier."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=[(name, STATES[name]) for name, _label in JOB_STATES]
    )
    company = django_filters.CharFilter(label=gettext_lazy("Carrier"), method=of_company)

    class Meta:
        model = CarrierRecord
        fields: ClassVar[list[str]] = []


class CarrierRecords(ListPage):
    """Files that came in, the newest first."""

    section: ClassVar[str] = "reconciliation"
    template: ClassVar[str] = "compliance/desk/carrier_records.html"
    filters: ClassVar[type[django_filters.FilterSet]] = Filters
    order: ClassVar[tuple[str, ...]] = ("-pk",)
    columns: ClassVar[tuple[str, ...]] = (
        *("carrier_record", "company", "carrier", "file_name", "state", "accepted", "duplicates", "rejected"),
        *("covered", "complete_from", "complete_until", "created_at"),
    )
    file_name: ClassVar[str] = "carrier-records"

    def rows(self) -> QuerySet[CarrierRecord]:
        """All of them."""
        return CarrierRecord.objects.select_related("company")

    def cells(self, row: CarrierRecord) -> Iterable[Any]:
        """A row."""
        given = {
            name: getattr(row, name) for name in self.columns if name not in ("carrier_record", "company")
        }
        return (ids.public("car", row.pk), row.company, *given.values())

    def more(self, rows: list[CarrierRecord]) -> dict[str, Any]:
        """Each row with its state in words."""
        return {"told": [(row, STATES[row.state]) for row in rows]}


class UploadForm(forms.Form):
    """A file, and what it is."""

    company = forms.ModelChoiceField(
        label=gettext_lazy("Carrier"), queryset=Company.objects.filter(kind__in=("carrier", "regulator"))
    )
    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("In any format of call logs."))
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=[
            ("auto", gettext_lazy("Find out")),
            *((each.name, each.title) for each in formats.FORMATS.values()),
        ],
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Of times without an offset, such as Asia/Shanghai."),
    )
    region = forms.CharField(
        label=gettext_lazy("Country of national numbers"),
        required=False,
        max_length=2,
        help_text=gettext_lazy("Two letters, such as CN."),
    )
    complete_from = forms.CharField(
        label=gettext_lazy("Complete from"),
        required=False,
        help_text=gettext_lazy("With an offset: 2026-03-10T00:00:00+08:00. Only if the carrier says so."),
    )
    complete_until = forms.CharField(
        label=gettext_lazy("Complete until"), required=False, help_text=gettext_lazy("The end, exclusive.")
    )
    callers = forms.CharField(
        label=gettext_lazy("Callers without a call"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Numbers the file is complete for as well, separated by blanks or commas."),
    )


class LoadCarrierRecord(DeskPage):
    """Send a file in."""

    section: ClassVar[str] = "reconciliation"
    permission: ClassVar[str] = "load_carrier_records"
    template: ClassVar[str] = "compliance/desk/carrier_record.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.show(form=UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the file; a worker loads it."""
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form, status=400)
        given = dict(form.cleaned_data)
        file = given["file"]
        given["format"] = given["format"] or "auto"
        try:
            row = carrier_records.accept(**given, file_name=file.name or "", moment=self.moment)
        except InvalidInput as error:
            name = error.pointer.lstrip("/")
            form.add_error(name if name in form.fields else None, error.detail)
            return self.show(form=form, status=error.status)
        transaction.on_commit(lambda: send(row.pk))
        return self.done(_("The file is stored, and will be loaded in a moment."), "desk-carrier-records")
