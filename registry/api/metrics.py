"""Figures for Prometheus: requests, their time, and what checks answered.

The web server runs several processes and a scrape meets one of them, so all write into files of one folder
(`prometheus_client`'s multiprocess mode) and any of them answers for all. Counters only: they survive a restart.
"""

import os
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

#: Upper bounds in seconds. A check takes a few milliseconds; a batch of a thousand, some tens.
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def folder() -> Path:
    """Where the processes of this machine keep their figures."""
    return Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or settings.DATA_DIR / "run" / "metrics")


class Instruments:
    """The counters of this process. Made at the first use: the library reads the folder's name when it is imported."""

    def __init__(self) -> None:
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(place)
        from prometheus_client import Counter, Histogram

        self.requests: Counter = Counter(
            "registry_requests", "Requests answered.", ["route", "method", "status"]
        )
        self.seconds: Histogram = Histogram(
            "registry_request_seconds", "Time to answer a request.", ["route"], buckets=BUCKETS
        )
        self.checks: Counter = Counter("registry_checks", "Live checks answered.", ["verdict", "reason"])


_made: list[Instruments] = []
_making = Lock()


def instruments() -> Instruments:
    """The one set of instruments of this process.

    Made under a lock: the first requests of a process come on several threads at once, and the library refuses a
    second counter of one name.
    """
    if not _made:
        with _making:
            if not _made:
                _made.append(Instruments())
    return _made[0]


# `labels` looks its child up under a lock each time; there are few children, so they are kept.
@cache
def _request(route: str, method: str, status: int) -> "Counter":
    return instruments().requests.labels(route, method, status)


@cache
def _seconds(route: str) -> "Histogram":
    return instruments().seconds.labels(route)


@cache
def _check(verdict: str, reason: str) -> "Counter":
    return instruments().checks.labels(verdict, reason)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """One answered request. A made-up method counts as OTHER, so that nobody can fill the memory with names."""
    _request(route, method if method in METHODS else "OTHER", status).inc()
    _seconds(route).observe(seconds)


def count_checks(verdict: str, reason: str, number: int = 1) -> None:
    """Answered checks, by the first of their reasons."""
    _check(verdict, reason).inc(number)


def render() -> tuple[bytes, str]:
    """The figures of all processes in the text format, and its content type."""
    instruments()
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST
