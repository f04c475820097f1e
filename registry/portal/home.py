"""The front page, the law in plain words, and the choice of language."""

from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from registry import counts, policies
from registry.errors import PolicyGap
from registry.models import Policy
from registry.portal.forms import ProofForm
from registry.portal.page import Page
from registry.portal.rights import Rights

#: How old the counts of the front page may be, in seconds.
COUNTS_KEPT = 300


class Home(Page):
    """What this is, and the first step: the number."""

    template = "registry/portal/home.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        shown = caches["process"].get_or_set("portal.counts", lambda: counts.public(self.moment), COUNTS_KEPT)
        return self.show(form=ProofForm(), counts=shown)


class Law(Page):
    """What the law gives a person, with the articles, where their number (or this register) is at home."""

    template = "registry/portal/law.html"
    section = "law"

    def get(self, request: HttpRequest) -> HttpResponse:
        policy = self._policy()
        return self.show(policy=policy, rights=Rights(policy.terms, policy.citations))

    def _policy(self) -> Policy:
        if self.person is not None:
            return policies.for_number(self.person.number, "other", self.moment)
        try:
            return policies.in_force(settings.PORTAL_REGION, "other", self.moment)
        except PolicyGap:
            # A region without a pack of its own is judged by the default one.
            return policies.in_force("*", "other", self.moment)


class Language(Page):
    """Choose the language, and go back to the page one came from."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        if code not in dict(settings.LANGUAGES):
            raise Http404
        back = request.GET.get("next", "/")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
            back = "/"
        response = redirect(back)
        options: dict[str, Any] = {
            "max_age": settings.LANGUAGE_COOKIE_AGE,
            "secure": settings.LANGUAGE_COOKIE_SECURE,
            "httponly": settings.LANGUAGE_COOKIE_HTTPONLY,
            "samesite": settings.LANGUAGE_COOKIE_SAMESITE,
        }
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, **options)
        return response
