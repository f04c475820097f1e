"""`import_opt_outs`: a list of people who do not want calls."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from registry.codes import OPT_OUT_SOURCES, SCOPES, SECTORS
from registry.lists import opt_outs
from registry.management.console import company, instant
from registry.management.importing import ImportCommand, add_layout_options, layout_options
from registry.periods import Moment


class Command(ImportCommand):
    help = (
        "Puts a list of numbers on record as opt-outs: CSV with a header that holds number (and, if there, said_at, "
        "scope, sector, channels), or one number a line, or one of the layouts below. Loaded twice, it adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        add_layout_options(parser)
        parser.add_argument("--scope", choices=SCOPES, default="all", help="what they opted out of (all)")
        parser.add_argument("--sector", choices=SECTORS, help="for --scope sector")
        parser.add_argument("--company", metavar="COMPANY", help="for --scope company: its id or name")
        parser.add_argument(
            "--source", choices=OPT_OUT_SOURCES, default="import", help="how it came (import)"
        )
        parser.add_argument(
            "--said-at", metavar="TIME", help="when they said so: a time with its offset, or a day"
        )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Load the list."""
        if options["scope"] == "sector" and not options["sector"]:
            raise CommandError("--scope sector needs --sector")
        if options["scope"] == "company" and not options["company"]:
            raise CommandError("--scope company needs --company")
        terms = opt_outs.Terms(
            moment=moment,
            scope=options["scope"],
            sector=options["sector"],
            company=company(options["company"]) if options["company"] else None,
            said_at=instant(options["said_at"]) if options["said_at"] else None,
            source=options["source"],
        )
        layout = layout_options(options)
        return self.load(
            options,
            lambda source, reject, report: opt_outs.load(
                source, terms, on_reject=reject, on_progress=report, **layout
            ),
        )
