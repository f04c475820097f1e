"""What the portal's pages are made of: their moment, who is looking, what is shown when something goes wrong.

A page says in `open_to` who may see it. `Page` is open to anybody; `ProvenPage` to who has proven a number, and
`self.person` is that person. Pages of other applications extend these and `registry/portal/base.html`.
"""

import ipaddress
import math
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import cached_property
from django.views import View

from registry import carers, places, reassignments
from registry.api.throttles import Quota, address, counters
from registry.errors import NotFound, RegistryError, TooManyRequests
from registry.periods import Moment
from registry.portal import sessions, words

#: What a page may do in the browser, beyond the content security policy: nothing of this.
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class Page(View):
    """A page of the portal, open to anybody."""

    open_to: ClassVar[str] = "anybody"
    template: ClassVar[str] = ""
    #: Which item of the menu is current: `number`, `caller`, `complain`, `law`.
    section: ClassVar[str] = ""
    moment: Moment
    person: sessions.Person | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or say on a page what went wrong."""
        self.moment = Moment.of(request.clock)  # type: ignore[attr-defined]
        self.person = sessions.person(request, self.moment.at)
        try:
            response = self.answer(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except RegistryError as error:
            response = self.problem(error)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        patch_vary_headers(response, ["HX-Request"])
        if self.person is not None:
            # Personal, also where the page is open to anybody: its head says that somebody is signed in.
            add_never_cache_headers(response)
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the method and call it; `ProvenPage` first asks who is there."""
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """Render a template with what every page needs."""
        context |= {"person": self.person, "section": self.section, "moment": self.moment}
        return render(self.request, template or self.template, context, status=status)

    def problem(self, error: RegistryError) -> HttpResponse:
        """The page about a domain error."""
        wait = error.retry_after if isinstance(error, TooManyRequests) else 0
        response = self.show(
            "registry/portal/problem.html",
            status=error.status,
            sentence=words.problem(error),
            too_many=isinstance(error, TooManyRequests),
            minutes=math.ceil(wait / 60),
        )
        if wait:
            response["Retry-After"] = str(wait)
        return response

    def throttle(self, quota: str) -> None:
        """Count this request against a quota of its network. Raises `TooManyRequests`."""
        rate = counters.take(
            Quota(quota, *settings.RATE_LIMITS[quota]), network(self.request), self.moment.at
        )
        if rate.left < 0:
            raise TooManyRequests(retry_after=rate.seconds)


class ProvenPage(Page):
    """A page about a number, for who has proven that it is theirs. Anybody else is asked to, and brought back."""

    open_to = "a proven number"
    section = "number"
    #: What a carer's leave must cover for them to come here; empty where nobody acts for another.
    for_carers: ClassVar[tuple[str, ...]] = ()
    person: sessions.Person

    @cached_property
    def held_since(self) -> datetime:
        """Since when the number has been its present holder's. What an earlier one did is never shown."""
        return reassignments.held_since(self.person.number, self.moment)

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for the number first."""
        if self.person is None:
            # What was to be sent is lost; the page it was on is where to begin again.
            if request.method == "GET":
                sessions.want(request, request.get_full_path())
            return redirect("sign-in")
        # Times are shown as the clocks on the person's wall show them.
        with timezone.override(ZoneInfo(places.of(self.person.number).zone_key.split(",")[0])):
            return self._by_leave(request, *args, **kwargs)

    def _by_leave(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a carer within their leave, and note what they did."""
        carer = self.person.carer
        if carer is not None and carer.scope not in self.for_carers:
            raise PermissionDenied
        response = super().answer(request, *args, **kwargs)
        if carer is not None and request.method == "POST" and response.status_code < 400:
            name = request.resolver_match.url_name if request.resolver_match else ""
            carers.note(carer=carer, what=name or "", moment=self.moment)
        return response


def network(request: HttpRequest) -> str:
    """The network a request came from: 24 bits of an IPv4 address, 48 of an IPv6 one, as a prefix."""
    try:
        found = ipaddress.ip_address(address(request))
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((found, bits), strict=False))
