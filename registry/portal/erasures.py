"""Delete me: what is erased, what the law keeps, and doing it."""

from django.http import HttpRequest, HttpResponse

from registry import policies, subscribers
from registry.durations import Duration
from registry.models import Consent, OptOut
from registry.portal import sessions
from registry.portal.forms import ErasureForm
from registry.portal.page import ProvenPage
from registry.portal.rights import span


class Erasure(ProvenPage):
    """Say what happens, ask, do it, and say what was done."""

    template = "registry/portal/erasure.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        number = self.person.number
        kept = policies.for_number(number, "other", self.moment).terms.get("consent_record_kept")
        return self.show(
            form=ErasureForm(),
            refusals=OptOut.objects.current().filter(number=number, valid__upper_inf=True).count(),
            consents=Consent.objects.as_of(self.moment)
            .filter(number=number)
            .exclude(status="revoked")
            .count(),
            kept=span(Duration.parse(kept)) if kept else "",
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ErasureForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=422)
        removed = subscribers.erase(
            subscriber=self.person.subscriber,
            end_refusals=form.cleaned_data["end_refusals"],
            revoke_consents=form.cleaned_data["revoke_consents"],
            moment=self.moment,
        )
        sessions.end(request)
        self.person = None  # type: ignore[assignment]
        return self.show("registry/portal/erased.html", removed=removed, at=self.moment.at)
