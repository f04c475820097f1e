"""`import_consents`: a company's consents, from a CSV file."""

from typing import Any

from django.core.management.base import CommandParser

from registry.lists import consents
from registry.management.console import company
from registry.management.importing import ImportCommand
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        f"Puts a company's consents on record, from CSV with a header: {', '.join(consents.COLUMNS)}. Sectors and "
        "channels are separated by |. A reference that is on record is a duplicate: loaded twice, it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--company", required=True, metavar="COMPANY", help="its id (com_7) or its name")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the file."""
        owner = company(options["company"])
        return self.load(
            options,
            lambda source, reject, report: consents.load(
                source,
                company=owner,
                moment=moment,
                region=options["region"],
                on_reject=reject,
                on_progress=report,
            ),
        )
