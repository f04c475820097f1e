"""`import_reassignments`: numbers that changed hands, as carriers report them."""

from typing import Any

from django.core.management.base import CommandParser

from registry.lists import reassignments
from registry.management.console import instant
from registry.management.importing import ImportCommand, add_layout_options, layout_options
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Puts a list of numbers that went to new holders on record, so that what the last holders agreed to ends. A "
        "header may name changed_at; a row without it needs --changed-at. Loaded twice, it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        add_layout_options(parser)
        parser.add_argument("--source", required=True, metavar="NAME", help="who reports it")
        parser.add_argument("--changed-at", metavar="TIME", help="when: a time with its offset, or a day")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the list."""
        changed_at = instant(options["changed_at"]) if options["changed_at"] else None
        layout = layout_options(options)
        return self.load(
            options,
            lambda source, reject, report: reassignments.load(
                source,
                reported_by=options["source"][:100],
                moment=moment,
                changed_at=changed_at,
                on_reject=reject,
                on_progress=report,
                **layout,
            ),
        )
