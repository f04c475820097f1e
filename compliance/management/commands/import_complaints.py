"""`import_complaints`: complaints that another centre took."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import CommandError, CommandParser

from compliance.complaint_lists.loading import FORMATS, load
from registry.management.importing import ImportCommand
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Puts complaints of another centre on record, to be matched by the worker: 12321 (a CSV with the columns of "
        "docs/FORMATS.md, Chinese or English) or ftc (the daily do-not-call file of the United States). Loaded twice, "
        "it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--format", required=True, choices=list(FORMATS), help="whose list it is")
        parser.add_argument(
            "--zone", metavar="ZONE", help="zone of times without an offset (that of the centre)"
        )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the list."""
        return self.load(
            options,
            lambda source, reject, report: load(
                source,
                format=options["format"],
                moment=moment,
                zone=_zone(options["zone"]),
                region=options["region"],
                on_reject=reject,
                on_progress=report,
            ),
        )


def _zone(text: str | None) -> ZoneInfo | None:
    """The zone of an option. Raises CommandError for one that is none."""
    try:
        return ZoneInfo(text) if text else None
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(f"{text} is no time zone such as Asia/Shanghai") from None
