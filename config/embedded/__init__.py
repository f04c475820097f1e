"""The embedded servers, for a machine that has none: PostgreSQL and Valkey from Python wheels.

`running` finds the servers of a data folder, `ensure` starts the database for as long as a command needs it,
and the `up` command (config/management/commands/up.py) runs everything.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded import broker as broker_server
from config.embedded import postgres
from config.embedded.errors import AnotherSupervisor, EmbeddedError
from config.embedded.home import Home, Lock, explained

__all__ = ["AnotherSupervisor", "EmbeddedError", "Home", "Servers", "ensure", "running"]

#: How long a command waits for servers that another process is just starting.
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Servers:
    """Servers that answer now. `broker_url` is None when only the database runs."""

    database_url: str
    broker_url: str | None


def running(data_dir: Path | str) -> Servers | None:
    """The embedded servers that answer in `data_dir`, whoever started them; None if the database does not."""
    if not postgres.is_answering(data_dir):
        return None
    return Servers(
        postgres.dsn(data_dir), broker_server.url(data_dir) if broker_server.is_answering(data_dir) else None
    )


@contextmanager
def ensure(data_dir: Path | str, *, broker: bool = False) -> Iterator[Servers]:
    """Servers to work with: those already running in `data_dir`, else some started for as long as this lasts.

    With `broker`, the queue is started too when the servers are ours. Commands that came to use our servers
    meanwhile are waited for at the end. Raises EmbeddedError.
    """
    home = Home.at(data_dir)
    home.prepare()
    lock = Lock(home)
    deadline = time.monotonic() + WAIT_SECONDS
    while not lock.acquire():
        with _guest(home):
            if servers := running(data_dir):
                yield servers
                return
        if time.monotonic() > deadline:
            raise AnotherSupervisor(home.data, lock.holder())
        time.sleep(0.1)
    try:
        database = postgres.start(home)
        with _guests(home) as guests:
            try:
                queue = broker_server.start(home) if broker else None
                try:
                    yield Servers(database.dsn, queue.url if queue else None)
                    _wait_for(guests)
                finally:
                    if queue:
                        queue.stop()
            finally:
                database.stop()
    finally:
        lock.release()


@contextmanager
def _guests(home: Home) -> Iterator[int]:
    """The file that those hold shared who use servers they did not start."""
    with explained(home.data):
        descriptor = os.open(home.run / "guests.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _guest(home: Home) -> Iterator[None]:
    """Be counted among the users of somebody else's servers; waits while these are being stopped."""
    with _guests(home) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


def _wait_for(guests: int) -> None:
    """Wait until no other command uses our servers, and keep new ones out; Ctrl-C goes on without them."""
    try:
        fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write("Waiting for other commands that use this database.\n")
        fcntl.flock(guests, fcntl.LOCK_EX)
