"""One number, for an officer with a complaint before them: everything on record of it, against a reason."""

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from compliance import spans, timeline
from compliance.desk.page import DeskPage
from compliance.desk.unmask import ReasonForm
from compliance.models import Call, Complaint
from registry import access_records, phone
from registry.models import Check
from registry.periods import Moment

#: Calls, checks and complaints of the number that are listed, the latest.
RECENT = 100


class NumberForm(ReasonForm):
    """Which number, as of when, and why."""

    number = forms.CharField(
        label=_("Number"), max_length=40, help_text=_("With its country code: +86 138 …")
    )
    at = forms.DateTimeField(
        label=_("As of"),
        required=False,
        help_text=_("What was in effect and on record then. Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order: ClassVar[list[str]] = ["number", "at", "reason"]

    def clean_number(self) -> int:
        """The number inside."""
        try:
            return phone.parse(self.cleaned_data["number"])
        except phone.BadNumber as bad:
            raise forms.ValidationError(bad.detail) from bad


class Numbers(DeskPage):
    """Ask for a reason; then show what is held of the number, this once."""

    permission: ClassVar[str] = "unmask_numbers"
    permission_to_act: ClassVar[str] = "unmask_numbers"
    template: ClassVar[str] = "compliance/desk/numbers.html"
    section: ClassVar[str] = "calls"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The question."""
        return self.show(form=NumberForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Write down who looks and why, and show."""
        form = NumberForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=400)
        number = form.cleaned_data["number"]
        at = min(form.cleaned_data["at"] or self.moment.at, self.moment.at)
        with transaction.atomic():
            access_records.record(
                user=request.user,
                kind="number",
                object_ids=[known_as(number)],
                reason=form.cleaned_data["reason"],
                moment=self.moment,
            )
            return self.show(form=form, **self._held(number, Moment.of(at)))

    def _held(self, number: int, moment: Moment) -> dict[str, Any]:
        versions = timeline.of_number(number, moment)
        lanes = [(version, version.row.valid, version.row.recorded) for version in versions]
        before = {"number": number}
        return {
            "shown": phone.e164(number),
            "as_of": moment.at,
            "versions": versions,
            "drawing": spans.draw(lanes, at=moment.at, clock=self.moment.at),
            "calls": Call.objects.filter(**before, started_at__lte=moment.at)
            .select_related("company")
            .order_by("-started_at")[:RECENT],
            "checks": Check.objects.filter(**before, checked_at__lte=moment.at)
            .select_related("company")
            .order_by("-checked_at")[:RECENT],
            "complaints": Complaint.objects.filter(**before, filed_at__lte=moment.at).order_by("-pk")[
                :RECENT
            ],
        }


def known_as(number: int) -> str:
    """A number in an access record: masked for people, and a keyed digest to tell one from another."""
    digest = salted_hmac("compliance.desk.numbers", str(number), algorithm="sha256").hexdigest()[:16]
    return f"{phone.mask(number)} {digest}"
