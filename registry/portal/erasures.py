"""Delete me: what is erased, what the law keeps, and doing it."""

from django.http import HttpRequest, HttpResponse

from registry import erasures, policies
from registry.durations import Duration
from registry.erasures import HOLDERS
from registry.models import Consent, OptOut
from registry.portal import sessions
from registry.portal.forms import ErasureForm
from registry.portal.page import ProvenPage
from registry.portal.rights import span


class Erasure(ProvenPage):
    """Say what happens, ask, do it, and say what was done."""

    template = "registry/portal/erasure.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        removed = erasures.erase(
            subscriber=self.person.subscriber,
            end_refusals=form.cleaned_data["end_refusals"],
            revoke_consents=form.cleaned_data["revoke_consents"],
            chosen=form.chosen(),
            moment=self.moment,
        )
        sessions.end(request)
        self.person = None  # type: ignore[assignment]
        return self.show(
            "registry/portal/erased.html",
            removed=removed,
            lines=[line for holder in HOLDERS for line in holder.done(removed)],
            at=self.moment.at,
        )

    def _form(self, *args: object) -> ErasureForm:
        return ErasureForm(*args, more=[holder.choices for holder in HOLDERS])

    def _page(self, form: ErasureForm, status: int = 200) -> HttpResponse:
        number = self.person.number
        kept = policies.for_number(number, "other", self.moment).terms.get("consent_record_kept")
        held = Consent.objects.as_of(self.moment).filter(number=number, given_at__gte=self.held_since)
        held = held.exclude(status="revoked")
        return self.show(
            form=form,
            refusals=OptOut.objects.current().filter(number=number, valid__upper_inf=True).count(),
            consents=held.count(),
            kept=span(Duration.parse(kept)) if kept else "",
            goes=[line for holder in HOLDERS for line in holder.goes(number, self.moment)],
            stays=[line for holder in HOLDERS for line in holder.stays(number, self.moment)],
            status=status,
        )
