"""`import_carrier_records`: a carrier's records of calls, loaded here and now, without a worker."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from compliance import carrier_records
from compliance.management.call_files import ImportCommand
from compliance.models import CarrierRecord
from compliance.reading import Progress
from registry.management.console import company
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Loads a carrier's records of calls, whole or not at all, in the formats of call logs. A call that is on "
        "record is a duplicate. The company is the carrier, or the regulator that has the file from one. Exit codes "
        "as for import_calls."
    )
    noun: ClassVar[str] = "carrier record"
    prefix: ClassVar[str] = "car"
    counts: ClassVar[dict[str, str]] = {
        "accepted": "accepted",
        "duplicates": "duplicates",
        "rejected": "rejected",
        "covered": "callers covered",
        "anonymous": "without a caller",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--carrier",
            default="",
            metavar="NAME",
            help="whose records they are, where the regulator has them",
        )
        parser.add_argument(
            "--complete-from",
            default="",
            metavar="TIME",
            help="from then on the file holds every call of its callers (2026-03-10T00:00:00+08:00)",
        )
        parser.add_argument("--complete-until", default="", metavar="TIME", help="until then, exclusive")
        parser.add_argument(
            "--callers", default="", metavar="NUMBERS", help="callers without a row, which made no call"
        )

    def accept(self, path: Path, moment: Moment, options: dict[str, Any]) -> CarrierRecord:
        """Store the file."""
        names = ("format", "zone", "region", "carrier", "complete_from", "complete_until", "callers")
        with path.open("rb") as file:
            return carrier_records.accept(
                company=company(options["company"]),
                file=file,
                file_name=path.name,
                moment=moment,
                **{name: options[name] for name in names},
            )

    def load(self, pk: int, moment: Moment, progress: Progress) -> None:
        """Load it."""
        carrier_records.load(pk, clock=moment.known_at, progress=progress)
