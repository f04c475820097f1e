"""Connections of this process to the database that the server has hung up on: dropped before they are used again."""

import select
from typing import Any

from django.core.signals import request_started
from django.db import connections

_READABLE = select.POLLIN | select.POLLHUP | select.POLLERR


def drop_hung_up(**_: Any) -> None:
    """Close every idle connection whose socket says something: the server said goodbye, or is gone.

    Costs microseconds, where asking the server costs a round trip. A server that goes away later, in the middle of a
    request, is an error of that request; the next one has a new connection.
    """
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if raw is not None and not connection.in_atomic_block and (raw.closed or _says_something(raw)):
            connection.close()


def _says_something(raw: Any) -> bool:
    poll = select.poll()
    poll.register(raw.fileno(), _READABLE)
    return bool(poll.poll(0))


request_started.connect(drop_hung_up, dispatch_uid="config.connections")
