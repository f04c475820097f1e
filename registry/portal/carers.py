"""Carers: let somebody act for my number, see what they did, end it; and act for somebody who let me."""

from datetime import timedelta

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from registry import carers
from registry.errors import NotFound
from registry.models import Carer
from registry.phone import mask
from registry.portal import sessions, words
from registry.portal.forms import CarerForm
from registry.portal.page import ProvenPage


class Carers(ProvenPage):
    """Who may act for me."""

    template = "registry/portal/carers.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(CarerForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CarerForm(request.POST)
        if form.is_valid() and form.cleaned_data["number"] == self.person.number:
            form.add_error("number", _("That is your own number."))
        if not form.is_valid():
            return self._page(form, status=422)
        carers.appoint(
            ward=self.person.number,
            number=form.cleaned_data["number"],
            scope=form.cleaned_data["scope"],
            lasts=timedelta(days=form.cleaned_data["days"]),
            moment=self.moment,
        )
        notices.success(
            request,
            _("%(number)s may act for you now, after proving that number.")
            % {"number": mask(form.cleaned_data["number"])},
        )
        return redirect("carers")

    def _page(self, form: CarerForm, status: int = 200) -> HttpResponse:
        rows = carers.in_force(self.moment).filter(ward=self.person.number).order_by("-pk")
        return self.show(
            form=form,
            status=status,
            rows=[
                (row, mask(row.number), words.CARER_SCOPES[row.scope], self._acts(row))
                for row in rows.prefetch_related("acts")
            ],
        )

    def _acts(self, row: Carer) -> list[tuple[object, object]]:
        """What a carer did, in words, the latest first."""
        done = sorted(row.acts.all(), key=lambda act: act.at, reverse=True)
        return [(act.at, words.CARER_ACTS.get(act.what, act.what)) for act in done]


class CarerEnd(ProvenPage):
    """End what somebody may do for me."""

    def post(self, request: HttpRequest, carer: int) -> HttpResponse:
        carers.end(carer_id=carer, ward=self.person.number, moment=self.moment)
        notices.success(request, _("They may not act for you any more."))
        return redirect("carers")


class Acting(ProvenPage):
    """Begin to act for somebody who let me, or stop."""

    for_carers = ("refusals", "everything")

    def post(self, request: HttpRequest, carer: int) -> HttpResponse:
        if carer == 0:
            sessions.act(request, None)
            return redirect("my-number")
        own = self.person.subscriber.number
        row = carers.in_force(self.moment).filter(pk=carer, number=own).first()
        if row is None:
            raise NotFound
        sessions.act(request, row.pk)
        return redirect("my-number")
