"""Complaining of a call, and following what becomes of it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.contrib import messages as notices
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compliance import complaint_limits, complaint_terms, complaints
from compliance.complaint_terms import Terms
from compliance.errors import EvidenceNotAccepted
from compliance.models import Complaint
from compliance.portal.forms import ComplaintForm, TrackingForm, read_caller
from compliance.portal.tracking import Tracked, contacts
from compliance.tasks import match_complaint
from registry import carers, phone
from registry.codes import SECTORS
from registry.errors import FileTooLarge, NotFound
from registry.portal.forms import ObjectionForm
from registry.portal.page import Page, ProvenPage, network

log = structlog.get_logger(__name__)

#: Complaints on one page of a person's own.
PAGE = 20


class Complain(Page):
    """The form. Its day and time are those where the person is, as far as that is known."""

    template = "compliance/portal/complain.html"
    section = "complain"

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the local time of the number, or else of the register's own country."""
        with timezone.override(ZoneInfo(self.terms.place.zone)):
            return super().answer(request, *args, **kwargs)

    @cached_property
    def proven(self) -> int | None:
        """The number that the complaint counts as proven for; none where a carer's leave does not cover it."""
        if self.person is None or (self.person.carer is not None and self.person.carer.scope != "everything"):
            return None
        return self.person.number

    @cached_property
    def terms(self) -> Terms:
        """Whose law holds for who is looking."""
        if self.proven is None:
            return complaint_terms.home(self.moment)
        return complaint_terms.find(number=self.proven, caller=None, sector="other", moment=self.moment)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(self._form(initial=self._begun(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST, request.FILES)
        if not form.is_valid():
            return self._again(form)
        try:
            row, _new = complaints.file(
                moment=self.moment,
                number=self.proven or form.cleaned_data["number"],
                proven=self.proven is not None,
                language=get_language() or settings.LANGUAGE_CODE,
                network=complaint_limits.network(network(request)),
                **form.told(),
            )
        except EvidenceNotAccepted:
            form.add_error(
                "evidence", _("That is no recording and no picture that we know, or too many of them.")
            )
            return self._again(form)
        except FileTooLarge:
            form.add_error("evidence", _("A file may have 15 MB at most."))
            return self._again(form)
        if self.person is not None and self.person.carer is not None and self.proven is not None:
            carers.note(carer=self.person.carer, what="complain", moment=self.moment)
        transaction.on_commit(lambda: send(row.pk))
        response = redirect("complaint", row.tracking)
        response.status_code = 303
        return response

    def _form(self, *args: Any, **kwargs: Any) -> ComplaintForm:
        return ComplaintForm(*args, clock=self.moment.at, proven=self.proven is not None, **kwargs)

    def _begun(self, request: HttpRequest) -> dict[str, Any]:
        """What the page before knew: the calling number, what was sold, and when it was."""
        initial: dict[str, Any] = {}
        if request.GET.get("sector") in SECTORS:
            initial["sector"] = request.GET["sector"]
        caller = read_caller(request.GET.get("caller", ""))
        if caller is not None:
            initial["caller"] = phone.e164(caller)
        try:
            at = datetime.fromisoformat(request.GET.get("at", ""))
        except ValueError:
            return initial
        if at.tzinfo is not None:
            local = timezone.localtime(at)
            initial |= {"day": local.date(), "time": local.time(), "sure": "10"}
        return initial

    def _again(self, form: ComplaintForm) -> HttpResponse:
        """The form with what is wrong with it, and a token of its own: the old one may be the fault."""
        data = form.data.copy()
        data["token"] = self._form().get_initial_for_field(form.fields["token"], "token")
        form.data = data
        return self._page(form, status=422)

    def _page(self, form: ComplaintForm, status: int = 200) -> HttpResponse:
        language = get_language() or settings.LANGUAGE_CODE
        return self.show(
            form=form,
            status=status,
            proven=phone.mask(self.proven) if self.proven else "",
            elsewhere=[
                (name, contacts(self.terms.policy.terms, name, language)) for name in ("malicious", "illegal")
            ],
        )


def send(complaint_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `reconcile_complaints` finds it."""
    try:
        match_complaint.apply_async([complaint_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the complaint is safe already)
        log.warning("broker_unavailable", complaint=complaint_id, error=type(error).__qualname__)


class Track(Page):
    """Ask for the code of a complaint."""

    template = "compliance/portal/track.html"
    section = "complain"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=TrackingForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self.throttle("lookup")
        form = TrackingForm(request.POST)
        if form.is_valid():
            try:
                return redirect("complaint", complaints.by_tracking(form.cleaned_data["code"]).tracking)
            except NotFound:
                form.add_error("code", _("There is no complaint of that code."))
        return self.show(form=form, status=422)


class ComplaintByCode(Page):
    """What has become of a complaint. Whoever has its code sees this page, and nothing else by it."""

    template = "compliance/portal/complaint.html"
    section = "complain"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        self.throttle("lookup")
        row = complaints.by_tracking(code)
        if code != row.tracking:
            return redirect("complaint", row.tracking)
        language = get_language() or settings.LANGUAGE_CODE
        with timezone.override(ZoneInfo(row.zone)):
            response = self.show(
                complaint=Tracked(row, moment=self.moment, language=language), form=ObjectionForm()
            )
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response


class Withdrawal(Page):
    """Take a complaint back."""

    section = "complain"

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        self.throttle("lookup")
        row = complaints.by_tracking(code)
        complaints.withdraw(complaint_id=row.pk, clock=self.moment.at)
        notices.success(request, _("You have taken the complaint back."))
        return redirect("complaint", row.tracking)


class Objection(Page):
    """Do not accept the answer, or the decision."""

    section = "complain"

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        self.throttle("lookup")
        row = complaints.by_tracking(code)
        form = ObjectionForm(request.POST)
        # The form has one field, whose length the browser keeps to as well.
        text = form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")
        complaints.object_to(complaint_id=row.pk, text=text, clock=self.moment.at)
        notices.success(request, _("You stand by it. An officer of the regulator decides."))
        return redirect("complaint", row.tracking)


class MyComplaints(ProvenPage):
    """The complaints of a proven number."""

    template = "compliance/portal/my_complaints.html"
    section = "complain"
    for_carers = ("everything",)

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Complaint.objects.filter(
            number=self.person.number, proven=True, filed_at__gte=self.held_since
        ).order_by("-id")
        before = request.GET.get("before", "")
        if before.isascii() and before.isdigit():
            rows = rows.filter(pk__lt=min(int(before), (1 << 63) - 1))
        found = list(rows.select_related("company", "policy", "joined_to")[: PAGE + 1])
        language = get_language() or settings.LANGUAGE_CODE
        return self.show(
            complaints=[Tracked(row, moment=self.moment, language=language) for row in found[:PAGE]],
            before=found[PAGE - 1].pk if len(found) > PAGE else None,
        )
