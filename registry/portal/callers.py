"""Who owns a calling number: public, because callers are registered to companies and not to people."""

from django.http import HttpRequest, HttpResponse

from registry import companies
from registry.portal import words
from registry.portal.forms import CallerForm
from registry.portal.page import Page


class WhoCalled(Page):
    """Look a calling number up. Sent by POST: what people look up stays out of addresses and logs."""

    template = "registry/portal/who_called.html"
    section = "caller"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=CallerForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self.throttle("lookup")
        form = CallerForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=422)
        number = form.cleaned_data["number"]
        owner = companies.owner(number=number, moment=self.moment)
        return self.show(
            form=form,
            asked=number,
            owner=owner,
            sectors=[words.SECTORS[name] for name in owner.sectors] if owner else [],
        )
