"""What the register's commands print: for people on a terminal or in a log, or one line of JSON for machines."""

import json
import os
import signal
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from registry import ids, phone
from registry.errors import NotFound, RegistryError
from registry.models import Company
from registry.periods import Moment
from registry.phone import BadNumber


class Names(Action):
    """An option of several words: given together, separated by commas, or by naming the option again."""

    def __init__(self, *args: Any, known: Iterable[str] = (), **options: Any) -> None:
        self.known = tuple(known)
        options.setdefault("nargs", "+")
        super().__init__(*args, **options)

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        """Add the words. Ends with a usage error for one that is not known."""
        words = [word.strip() for value in values for word in value.split(",") if word.strip()]
        if unknown := [word for word in words if self.known and word not in self.known]:
            parser.error(f"argument {option_string}: {unknown[0]!r} is none of: {', '.join(self.known)}")
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or ()), *words])


class RegistryCommand(BaseCommand):
    """A command of the register: a domain error becomes one sentence and exit code 1; `--json` prints for machines.

    A command writes `run`, which gets the moment and the options, and answers what `--json` prints.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--json`; commands add their own."""
        parser.add_argument("--json", action="store_true", help="print one line of JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the clock, run, print."""
        self.for_machines: bool = options["json"]
        #: Lines for people. On a terminal with colours; into a file or pipe plainly, and never folded.
        self.console = Console(
            file=self.stdout._out, quiet=self.for_machines, highlight=False, markup=False, soft_wrap=True
        )
        try:
            answer = self.run(Moment.of(datetime.now(UTC)), options)
            if self.for_machines:
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            # What is held back until the end would fail where nobody can say so.
            self.stdout.flush()
        except BadNumber as bad:
            raise CommandError(bad.detail) from bad
        except RegistryError as error:
            raise CommandError(error.detail) from error
        except BrokenPipeError:
            raise SystemExit(_nobody_reads()) from None

    def run(self, moment: Moment, options: dict[str, Any]) -> Mapping[str, Any]:
        """Do it, print it for people, and answer it for machines."""
        raise NotImplementedError

    def say(self, line: str) -> None:
        """A line for people."""
        self.console.print(line)

    def table(self, rows: Mapping[str, Any]) -> None:
        """Names and values, one pair a line, whole: a key that is folded cannot be copied."""
        width = max(map(len, rows)) + 2
        for name, value in rows.items():
            self.console.print(Text(f"{name:<{width}}", style="dim"), Text(str(value)), sep="")

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar on a terminal, nothing elsewhere; yields what sets how much of `total` is done."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=self.for_machines or not self.console.is_terminal,
        )
        with bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)


def _nobody_reads() -> int:
    """The exit code of a command whose reader has gone (`… | head`): that of the signal which ends others then."""
    # What is still held back would be written at the end, and fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def company(text: str) -> Company:
    """The company of a public id (`com_7`), or of a name that only one bears. Raises `NotFound`."""
    try:
        found = list(Company.objects.filter(pk=ids.number("com", text)))
    except NotFound:
        found = list(Company.objects.filter(name=text)[:2]) or list(
            Company.objects.filter(name__iexact=text)[:2]
        )
    if not found:
        raise NotFound(f"There is no company {text!r}")
    if len(found) > 1:
        raise NotFound(f"Several companies are named {text!r}; use its id, such as {public(found[0])}")
    return found[0]


def public(row: Company) -> str:
    """A company's id as outsiders see it."""
    return ids.public("com", row.pk)


def instant(text: str) -> datetime:
    """A time with its offset (`2026-03-01T10:00:00+08:00`), or a day: its midnight in UTC. For options."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no time such as 2026-03-01T10:00:00+08:00, and no day") from None
    if at.tzinfo is None:
        raise CommandError(f"{text!r} has no offset from UTC, such as +08:00")
    return at.astimezone(UTC)


def caller(text: str) -> int:
    """A calling number of an option. Raises CommandError that says which, masked."""
    try:
        return phone.parse_caller(text)
    except BadNumber as bad:
        raise CommandError(f"{phone.mask(text)}: {bad.detail}") from bad


def input_file(text: str) -> Path:
    """A file to read. Raises CommandError if there is none."""
    path = Path(text)
    if not path.is_file():
        raise CommandError(f"There is no file {text}")
    return path


def secret_file(text: str) -> str:
    """The first line of a file, or of standard input for `-`. Raises CommandError if it is empty or missing."""
    try:
        lines = (sys.stdin.read() if text == "-" else Path(text).read_text(encoding="utf-8")).splitlines()
    except OSError as error:
        raise CommandError(f"{text} cannot be read: {error.strerror}") from error
    if not lines or not lines[0]:
        raise CommandError(f"{text} is empty")
    return lines[0]
