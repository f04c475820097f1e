"""What `up` prints: a line for each phase with its seconds, and at the end where to look."""

import json
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.text import Text


class Demo(Protocol):
    """What the screen shows of the demo; `config.demo.load` answers with such a thing."""

    staff: str
    """User name of the member of staff of the regulator."""
    password: str
    """Its password, generated once."""
    key: str
    """An API key of the demo company."""
    check: Mapping[str, str]
    """The body of a POST to /api/v1/checks that answers with a verdict."""


class Screen:
    """Prints with colours on a terminal, and plainly into a file or pipe."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.console = Console(file=out, highlight=False, markup=False, soft_wrap=True)
        self.begin = time.monotonic()

    def say(self, line: str) -> None:
        """Print a line."""
        self.console.print(line)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Print `name` with the seconds it took, when it has succeeded."""
        begin = time.monotonic()
        yield
        self.console.print(Text(f"  {name:<44}"), Text(f"{time.monotonic() - begin:6.1f} s", style="dim"))

    def summary(self, *, url: str, logs: str, demo: Demo | None) -> None:
        """Print where to look. The command is not framed, so that it can be copied whole."""
        took = time.monotonic() - self.begin
        print_ = self.console.print
        print_()
        print_(
            Text(f"The register answers on {url}", style="bold green"),
            Text(f"after {took:.1f} s", style="dim"),
        )
        print_()
        rows = [
            ("Portal for people", f"{url}/"),
            ("API", f"{url}/api/v1/"),
            ("API documentation", f"{url}/docs"),
            ("Regulator's desk", f"{url}/desk/"),
        ]
        if demo:
            rows += [("  user name", demo.staff), ("  password", demo.password)]
            rows += [("  second factor", "an app or a passkey, set up at the first sign-in")]
        rows += [("Administration", f"{url}/admin/")]
        if demo:
            rows += [("Demo API key", demo.key)]
        rows += [("Logs", logs)]
        for label, value in rows:
            print_(Text(f"  {label:<20}", style="dim"), Text(value))
        if demo:
            print_()
            print_(Text("  Ask whether a number may be called:", style="dim"))
            print_()
            print_(curl(url, demo))
        print_()
        print_(Text("Ctrl-C stops everything; the data stays.", style="dim"))


def curl(url: str, demo: Demo) -> str:
    """A command that asks for one check, fit to be pasted into a shell."""
    body = json.dumps(dict(demo.check), separators=(",", ":"))
    return (
        f"curl -sS {url}/api/v1/checks -H {shlex.quote(f'Authorization: Bearer {demo.key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
