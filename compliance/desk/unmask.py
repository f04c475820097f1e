"""The whole number behind a masked one, against a reason that is kept with the name of who looked.

`KINDS` says which rows' numbers may be shown; `{% masked %}` (compliance/templatetags/desk.py) links here.
"""

from typing import Any, ClassVar, NamedTuple

from django import forms
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from compliance.desk.page import DeskPage
from compliance.models import Call, CarrierCall, Complaint, Discrepancy, Violation
from registry import access_records, ids, phone
from registry.models import Caller, Check, Consent, OptOut
from registry.models.fields import NumberField


class Kind(NamedTuple):
    """A kind of row that holds numbers: its model, and the prefix of its public ids."""

    model: type[models.Model]
    prefix: str


KINDS: dict[str, Kind] = {
    "call": Kind(Call, "cal"),
    "carrier-call": Kind(CarrierCall, "cca"),
    "check": Kind(Check, "chk"),
    "violation": Kind(Violation, "vio"),
    "complaint": Kind(Complaint, "cmp"),
    "discrepancy": Kind(Discrepancy, "dis"),
    "consent": Kind(Consent, "con"),
    "opt-out": Kind(OptOut, "opt"),
    "caller": Kind(Caller, "clr"),
}


def kind_of(row: models.Model) -> str | None:
    """The kind of a row, or None for one whose numbers are never shown here."""
    return next((name for name, kind in KINDS.items() if isinstance(row, kind.model)), None)


def numbers(row: models.Model) -> list[tuple[str, int]]:
    """The numbers a row holds, by the names of their fields."""
    held = [
        (field.name, getattr(row, field.name)) for field in row._meta.fields if isinstance(field, NumberField)
    ]
    return [(name, number) for name, number in held if number is not None]


class ReasonForm(forms.Form):
    """Why somebody wants to see it."""

    reason = forms.CharField(
        label=_("Why do you need the whole number?"),
        help_text=_("At least ten characters. Kept with your name, the time and what you saw."),
        min_length=access_records.SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Unmask(DeskPage):
    """Ask for a reason; then show the numbers of one row, this once."""

    permission: ClassVar[str] = "unmask_numbers"
    template: ClassVar[str] = "compliance/desk/unmask.html"

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """The question."""
        return self._page(request, self._row(kind, pk), kind, ReasonForm())

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Write down who looks and why, and show."""
        row = self._row(kind, pk)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, kind, form, status=400)
        with transaction.atomic():
            access_records.record(
                user=request.user,
                kind=kind,
                object_ids=[self._public(row, kind)],
                reason=form.cleaned_data["reason"],
                moment=self.moment,
            )
            shown = [phone.e164(number) for _name, number in numbers(row)]
        return self._page(request, row, kind, form, shown=shown)

    def _row(self, kind: str, pk: int) -> Any:
        if kind not in KINDS:
            raise Http404
        row = KINDS[kind].model._default_manager.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _public(self, row: Any, kind: str) -> str:
        return ids.public(KINDS[kind].prefix, getattr(row, "record_id", None) or row.pk)

    def _page(
        self,
        request: HttpRequest,
        row: Any,
        kind: str,
        form: ReasonForm,
        *,
        status: int = 200,
        shown: list[str] | None = None,
    ) -> HttpResponse:
        back = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(back, None):
            back = ""
        return self.show(
            status=status,
            form=form,
            public_id=self._public(row, kind),
            masked=[phone.mask(number) for _name, number in numbers(row)],
            shown=shown,
            back=back,
        )
