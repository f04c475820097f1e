"""The base of every view of the API: JSON in and out, scopes by method, a quota by name."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from registry.api.access import Access
from registry.errors import MalformedRequest, NotAcceptable

#: What an Accept header must hold one of, to be content with JSON.
_JSON_RANGES = ("*/*", "application/*", "json")
_JSON = (JSONRenderer(), "application/json")


def demand_address(request: Any) -> None:
    """Raise `MalformedRequest` for an address that holds a NUL, which can be neither stored nor looked for."""
    if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
        raise MalformedRequest("The address holds a NUL")


class JSONOnly(BaseContentNegotiation):
    """Everything is answered in JSON; who cannot read it gets a 406."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accept = request.META.get("HTTP_ACCEPT", "*/*") or "*/*"
        if not any(kind in accept for kind in _JSON_RANGES):
            raise NotAcceptable("Answers are application/json")
        return _JSON


class Endpoint(APIView):
    """A view of the API.

    `scopes` names for each method the scopes of which a key needs one. `quota` names the quota in
    `settings.RATE_LIMITS` that requests count against.
    """

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {}
    quota: ClassVar[str] = "default"
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    content_negotiation_class = JSONOnly
    metadata_class = None
    args: tuple[Any, ...]

    #: Headers of every answer. DRF would list the methods and vary by Accept; the 405 alone lists methods here.
    default_response_headers: ClassVar[dict[str, str]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        demand_address(request)
        super().initial(request, *args, **kwargs)

    @property
    def access(self) -> Access:
        """The key that asks."""
        return self.request.auth  # type: ignore[no-any-return]

    @property
    def http(self) -> HttpRequest:
        """The plain request."""
        return getattr(self.request, "_request", self.request)


class PublicEndpoint(Endpoint):
    """A view for everybody; no key is looked at."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes: Sequence[type[BasePermission]] = (AllowAny,)
