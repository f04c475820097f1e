"""Keeps a set of servers running: starts them in order, restarts what crashes, stops them in reverse order."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from config.embedded.errors import EmbeddedError, PortTaken

#: Seconds before the first restart of a child; doubled at each crash in a row, up to the second number.
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0
#: A child that lived this many seconds is believed to be well again.
WELL_AFTER = 60.0
#: How often the children are looked at.
LOOK_SECONDS = 0.25


class Stop(BaseException):
    """Raised in the main thread by Ctrl-C or SIGTERM. Not an Exception: nothing may swallow it."""


class Server(Protocol):
    """What a child's starter answers with."""

    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it in good order."""


@dataclass
class Child:
    """One server: how to start it, and how it has fared."""

    name: str
    start: Callable[[], Server]
    rank: int = 0
    server: Server | None = None
    delay: float = FIRST_DELAY
    started: float = 0.0
    due: float | None = None
    """When to start it again, on the monotonic clock; None while it runs."""

    @property
    def pid(self) -> int | None:
        """The pid of the running process."""
        return self.server.process.pid if self.server else None


@dataclass
class Supervisor:
    """Children in the order in which they are stopped. `say` prints a line; `changed` is told after every start."""

    say: Callable[[str], None]
    changed: Callable[[], None] = lambda: None
    children: list[Child] = field(default_factory=list)

    def add(self, name: str, start: Callable[[], Server], *, rank: int) -> Child:
        """Start a child now and keep it running; low ranks are stopped first. Raises what `start` raises."""
        child = Child(name, start, rank)
        self.children.append(child)
        self.children.sort(key=lambda one: one.rank)
        child.server = start()
        child.started = time.monotonic()
        self.changed()
        return child

    def watch(self) -> None:
        """Look after the children until Stop is raised."""
        while True:
            for child in self.children:
                self.look_after(child, time.monotonic())
            time.sleep(LOOK_SECONDS)

    def look_after(self, child: Child, now: float) -> None:
        """Notice that a child has ended, or start it again when its time has come."""
        if child.server is not None and (code := child.server.process.poll()) is not None:
            with suppress(EmbeddedError, OSError):
                child.server.stop()  # what is left of its session
            child.server = None
            if now - child.started > WELL_AFTER:
                child.delay = FIRST_DELAY
            self._postpone(child, now, f"{child.name} {ended(code)}")
        elif child.server is None and child.due is not None and now >= child.due:
            try:
                child.server = child.start()
            except (EmbeddedError, OSError) as error:
                self._postpone(child, time.monotonic(), f"{child.name} could not be started. {error}")
                return
            child.due, child.started = None, time.monotonic()
            self.say(f"{child.name} runs again.")
            self.changed()

    def _postpone(self, child: Child, now: float, what: str) -> None:
        """Say what happened and set the time of the next start."""
        self.say(f"{what}. Starting it again in {child.delay:.0f} s.".replace("..", "."))
        child.due = now + child.delay
        child.delay = min(child.delay * 2, LONGEST_DELAY)

    def stop(self) -> None:
        """Stop all, one after the other. A second Ctrl-C while this goes on kills what is left."""
        try:
            while self.children:
                child = self.children[0]
                if child.server is not None:
                    child.server.stop()
                self.children.pop(0)
        except Stop:
            for child in self.children:
                if child.server is not None:
                    child.server.process.kill()
            raise


def ended(code: int) -> str:
    """How a process ended, in words, from its exit code."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def stop_on_signals() -> None:
    """Let Ctrl-C and SIGTERM raise Stop in the main thread, and a closed terminal as well."""

    def handler(number: int, frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def check_port(host: str, port: int) -> None:
    """Raise PortTaken when something listens there already."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise PortTaken(host, port, error.strerror or "") from error


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write up.json whole: readers never see half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(state, indent=1) + "\n")
    draft.replace(path)
