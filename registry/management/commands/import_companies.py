"""`import_companies`: companies with their licences and calling numbers."""

from typing import Any

from django.core.management.base import CommandParser

from registry.lists import companies
from registry.management.importing import ImportCommand
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Enters companies from a CSV with the columns name, registration, region, sectors, callers, ends, conditions, "
        "note (or their Chinese names); sectors and callers are separated by |. Loaded twice, it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--preview", action="store_true", help="say what would be done, and do nothing")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the list."""
        return self.load(
            options,
            lambda source, reject, report: companies.load(
                source,
                moment=moment,
                region=options["region"],
                preview=options["preview"],
                on_reject=reject,
                on_progress=report,
            ),
        )
