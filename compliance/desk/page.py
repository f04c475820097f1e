"""What the desk's pages are made of: who is signed in, what their role permits, the moment, and what went wrong.

A page names in `permission` what is needed to look, and in `permission_to_act` what is needed to send anything; both
are names of `registry/roles.py`. Without, every member of staff with a role may.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View

from registry import roles, staff
from registry.errors import InvalidInput, NotFound, RegistryError
from registry.periods import Moment
from registry.portal.page import PERMISSIONS_POLICY

#: Methods that change nothing.
LOOKING = ("GET", "HEAD", "OPTIONS")


class DeskPage(View):
    """A page for the regulator's staff. Anybody else is asked to sign in, and brought back."""

    open_to: ClassVar[str] = "staff"
    permission: ClassVar[str] = ""
    permission_to_act: ClassVar[str] = ""
    #: What the session may lack here (`registry/staff.py`): pages that give it what it lacks.
    excused: ClassVar[tuple[str, ...]] = ()
    template: ClassVar[str] = ""
    #: Which item of the menu is current (`compliance/templates/compliance/desk/menu.html`).
    section: ClassVar[str] = ""
    moment: Moment
    role: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer whoever may ask, or say on a page what went wrong."""
        self.moment = Moment.of(request.clock)  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            response: HttpResponseBase = self._sign_in(request)
        elif (lacking := staff.lacking(request, self.moment.at)) and lacking not in self.excused:
            response = self._complete(request, lacking)
        else:
            self.role = self._admit(request)
            with timezone.override(ZoneInfo(settings.DESK_TIME_ZONE)):
                response = self._answer(request, *args, **kwargs)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        patch_vary_headers(response, ["HX-Request"])
        add_never_cache_headers(response)
        return response

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        # What was to be sent is lost; the page it was on is where to begin again.
        back = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode(back)}")

    def _complete(self, request: HttpRequest, lacking: str) -> HttpResponse:
        """Send to where a session gets what it lacks."""
        if lacking == "password":
            return redirect("desk-password")
        if lacking == "factor" and not staff.has_factor(request.user):
            return redirect("desk-account")
        logout(request)
        messages.info(request, _("You were away for a while. Sign in again."))
        return self._sign_in(request)

    def _admit(self, request: HttpRequest) -> str:
        """The role of who asks. Raises `PermissionDenied` where it does not permit what is asked."""
        role = roles.of(request.user) or ("administrator" if request.user.is_superuser else None)
        if role is None or not request.user.is_staff:
            raise PermissionDenied
        needed = [self.permission] if request.method in LOOKING else [self.permission, self.permission_to_act]
        if not all(self.may(name) for name in needed if name):
            raise PermissionDenied
        return role

    def may(self, permission: str) -> bool:
        """Whether who is signed in has a permission of `registry/roles.py`."""
        return self.request.user.has_perm(f"registry.{permission}")

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except RegistryError as error:
            return self.problem(error)
        except OverflowError:
            # Days are reckoned with in many filters, and the calendar ends: 9999-12-31 has no day after it.
            return self.problem(InvalidInput(_("That day is too far from today.")))

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """Render a template with what every page needs."""
        return render(self.request, template or self.template, context | self.frame(), status=status)

    def frame(self) -> dict[str, Any]:
        """What every page's template needs."""
        return {
            "role": self.role,
            "section": self.section,
            "moment": self.moment,
            "zone": settings.DESK_TIME_ZONE,
            "may": {name: self.may(name) for name in roles.PERMISSIONS},
        }

    def done(self, sentence: str, to: str, *args: Any) -> HttpResponse:
        """Say what was done on the page that comes next: the address called `to`."""
        messages.success(self.request, sentence)
        return redirect(to, *args)

    def problem(self, error: RegistryError) -> HttpResponse:
        """The page about a domain error."""
        return self.show("compliance/desk/problem.html", status=error.status, error=error)
