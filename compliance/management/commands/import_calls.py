"""`import_calls`: a company's call log, loaded here and now, without a worker."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from compliance import calls
from compliance.management.call_files import ImportCommand
from compliance.models import CallLog
from compliance.reading import Progress
from registry.codes import CHANNELS, SECTORS
from registry.management.console import company
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Loads a call log of a company, whole or not at all. A call that is on record is a duplicate: loaded twice, "
        "a file adds nothing. Exit code 0 when it is loaded, also where rows of it were rejected; 1 when nothing was, "
        "with the reason; 2 for options that mean nothing."
    )
    noun: ClassVar[str] = "call log"
    prefix: ClassVar[str] = "log"
    counts: ClassVar[dict[str, str]] = {
        "accepted": "accepted",
        "duplicates": "duplicates",
        "rejected": "rejected",
        "opt_outs": "opt-outs",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--sector", choices=SECTORS, default="", help="of calls that name none")
        parser.add_argument(
            "--channel", choices=CHANNELS, default="live", help="of calls that name none (live)"
        )

    def accept(self, path: Path, moment: Moment, options: dict[str, Any]) -> CallLog:
        """Store the log."""
        with path.open("rb") as file:
            return calls.accept(
                company=company(options["company"]),
                file=file,
                file_name=path.name,
                moment=moment,
                **{name: options[name] for name in ("format", "zone", "region", "sector", "channel")},
            )

    def load(self, pk: int, moment: Moment, progress: Progress) -> None:
        """Load it."""
        calls.load(pk, clock=moment.known_at, progress=progress)
