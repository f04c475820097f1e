"""What surrounds every request: its clock, its id, its line in the access log; and what only pages pay for.

The middleware of sessions, languages, messages and the like is written for pages. On the paths of the API it would
cost a third of the time of a check and do nothing, so it is passed by there (`PagesOnly`).
"""

import random
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware

from registry.api import metrics


def _access_log() -> Any:
    """The access log. As JSON it goes straight to standard error: the general way costs a tenth of a check."""
    if settings.TESTING or not settings.LOG_JSON:
        return structlog.get_logger("access")
    return structlog.wrap_logger(
        structlog.BytesLogger(sys.stderr.buffer),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.LOG_LEVEL),
        cache_logger_on_first_use=True,
    )


log = _access_log()

#: What may be echoed as an X-Request-ID; anything else gets a new one, so that nothing odd lands in logs and headers.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:/+=@-]{1,128}", re.ASCII)

Next = Callable[[HttpRequest], HttpResponse]


def is_api(path: str) -> bool:
    """Whether a path is answered with JSON: the API, but not its documentation pages."""
    return path.startswith("/api/") and not path.startswith("/api/v1/docs")


class RequestMiddleware:
    """Gives each request `clock` and `request_id`, and each answer its headers and its line in the access log.

    `clock` is the one reading of the clock, aware, in UTC; everything below takes it from here. It stands first in
    MIDDLEWARE, so that its line is written whatever happens further in.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.clock = datetime.now(UTC)
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        # Nothing rests on its being hard to guess, so it need not cost a call of the kernel.
        request.request_id = given if _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        begun = time.perf_counter()
        response = self.get_response(request)
        self.finish(request, response, time.perf_counter() - begun)
        return response

    def finish(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Write headers, count, and log. Never the body, the query or the path itself: they may hold numbers."""
        headers = response.headers
        headers["X-Request-ID"] = request.request_id
        if (rate := getattr(request, "rate", None)) is not None:
            headers["RateLimit-Policy"], headers["RateLimit"] = rate.policy_header(), rate.state_header()
        if is_api(request.path_info):
            if not response.streaming and "Content-Length" not in headers:
                headers["Content-Length"] = str(len(response.content))
            headers.setdefault("Cache-Control", "no-store")
            # Django would log every 4xx a second time, with its path.
            response._has_been_logged = True
        match = request.resolver_match
        route = match.route if match is not None else "(none)"
        metrics.count_request(route, request.method or "", response.status_code, seconds)
        access = getattr(request, "access", None)
        log.info(
            "request",
            logger="access",
            request_id=request.request_id,
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 2),
            key=access.prefix if access is not None else None,
        )


class PagesOnly:
    """Mixed into a middleware of Django's: passed by on the paths of the API."""

    get_response: Next

    def __call__(self, request: HttpRequest) -> Any:
        if is_api(request.path_info):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class PageSecurityPolicy(PagesOnly, CSPMiddleware):
    """Content security policy, for what a browser renders."""


class PageSessions(PagesOnly, SessionMiddleware):
    """Sessions: people sign in on pages, programs send a key."""


class PageLanguages(PagesOnly, LocaleMiddleware):
    """The language of a browser. The API speaks English and codes."""


class PageCommons(PagesOnly, CommonMiddleware):
    """Slashes at the end of addresses; the API has none, and a 404 there is a 404."""


class PageForgeries(PagesOnly, CsrfViewMiddleware):
    """Tokens against forged forms. The API takes no cookie, so nothing can be forged with one."""


class PageUsers(PagesOnly, AuthenticationMiddleware):
    """The signed-in user."""


class PageMessages(PagesOnly, MessageMiddleware):
    """One-time messages."""


class PageFrames(PagesOnly, XFrameOptionsMiddleware):
    """No frames."""
