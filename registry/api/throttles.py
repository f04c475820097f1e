"""How many requests are let through, and the headers that say so.

`RateLimit` and `RateLimit-Policy` are those of the IETF draft draft-ietf-httpapi-ratelimit-headers (structured
fields, RFC 9651): `"check";q=50000;w=10` and `"check";r=49999;t=7`.

A quota is held by each web process in its own memory. A round trip to a shared counter would cost a check a tenth of
its time, and these quotas are there to keep one company's broken loop from the others, not to bill anybody. So each
process grants the whole quota: a company is never refused below what the header promises, and at most gets it once a
process. A company has one quota, however many keys it holds; without a key, an address has.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from registry.api.access import Access
from registry.errors import TooManyRequests

#: Counters kept before those of past windows are thrown away.
MAX_COUNTERS = 20_000


class Quota(NamedTuple):
    """At most `most` requests in each window of `seconds`, under a name."""

    name: str
    most: int
    seconds: int


class Rate(NamedTuple):
    """Where a company stands in its quota: requests left, whole seconds to the next window."""

    quota: Quota
    left: int
    seconds: int

    def policy_header(self) -> str:
        """The value of `RateLimit-Policy`."""
        return f'"{self.quota.name}";q={self.quota.most};w={self.quota.seconds}'

    def state_header(self) -> str:
        """The value of `RateLimit`."""
        return f'"{self.quota.name}";r={self.left};t={self.seconds}'


class Counters:
    """Requests counted in the current window of each (quota, company or address)."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Any], tuple[int, int]] = {}
        self._lock = Lock()

    def take(self, quota: Quota, who: object, clock: datetime) -> Rate:
        """Count one request. Raises `TooManyRequests`, which carries the time to wait, beyond the quota."""
        at = clock.timestamp()
        window = int(at // quota.seconds)
        wait = max(1, math.ceil((window + 1) * quota.seconds - at))
        with self._lock:
            seen, count = self._counts.get((quota.name, who), (window, 0))
            count = count + 1 if seen == window else 1
            if len(self._counts) >= MAX_COUNTERS:
                self._forget(quota, at)
            self._counts[quota.name, who] = (window, count)
        return Rate(quota, quota.most - count, wait)

    def forget(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._counts.clear()

    def _forget(self, quota: Quota, at: float) -> None:
        """Drop the counters of past windows; if the table is full of current ones, all of them."""
        seconds = {name: window for name, (_, window) in settings.RATE_LIMITS.items()}
        self._counts = {
            key: held
            for key, held in self._counts.items()
            if held[0] == int(at // seconds.get(key[0], quota.seconds))
        }
        if len(self._counts) >= MAX_COUNTERS:
            self._counts.clear()


counters = Counters()


class Throttle(BaseThrottle):
    """Counts a request against the quota its view names (`quota`), and leaves its state for the answer's headers."""

    def allow_request(self, request: Any, view: Any) -> bool:
        name = getattr(view, "quota", "default") if request.auth is not None else "anonymous"
        http: HttpRequest = getattr(request, "_request", request)
        rate = counters.take(
            Quota(name, *settings.RATE_LIMITS[name]), asker(request.auth, http), request.clock
        )
        http.rate = rate if rate.left >= 0 else rate._replace(left=0)  # type: ignore[attr-defined]
        if rate.left < 0:
            raise TooManyRequests(
                f"More than {rate.quota.most} requests in {rate.quota.seconds} seconds",
                retry_after=rate.seconds,
            )
        return True


def asker(access: Access | None, request: HttpRequest) -> object:
    """Whose quota a request counts against."""
    if access is not None:
        return access.company_id, access.livemode
    return address(request)


def address(request: HttpRequest) -> str:
    """The address a request came from: the last that a trusted proxy saw, if there is such a proxy."""
    if settings.SECURE_PROXY_SSL_HEADER:
        seen: Sequence[str] = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if seen[-1].strip():
            return seen[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
