"""`import_callers`: calling numbers, by number or range, with the companies that call from them."""

from typing import Any

from django.core.management.base import CommandParser

from registry.lists import callers
from registry.management.importing import ImportCommand
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Registers calling numbers from a CSV with the columns company (id, registration or name) and number, or first "
        "and last (or their Chinese names). X at the end of a number is any digit: 1600123XXX. Counts are of numbers. "
        "Loaded twice, it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--preview", action="store_true", help="say what would be done, and do nothing")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the list."""
        return self.load(
            options,
            lambda source, reject, report: callers.load(
                source,
                moment=moment,
                region=options["region"],
                preview=options["preview"],
                on_reject=reject,
                on_progress=report,
            ),
        )
