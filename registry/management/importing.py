"""What the commands that load lists share: their options, the refused rows, the progress bar, the counts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from registry.lists.loading import Counts
from registry.lists.numbers import LAYOUTS
from registry.lists.rejects import NotOurs, RejectsFile
from registry.lists.text import Source
from registry.management.console import RegistryCommand, input_file

#: A load, given its source, what takes refused rows, and what is told how far it has come.
Load = Callable[[Source, Callable[..., None], Callable[[int], None]], Counts]


class ImportCommand(RegistryCommand):
    """A command that loads one file."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and what concerns it."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--region", metavar="CC", help="region of national numbers (ISO 3166-1), such as CN"
        )
        parser.add_argument(
            "--rejected", metavar="FILE", help="where refused rows go (beside the input, FILE.rejected.csv)"
        )

    def load(self, options: Mapping[str, Any], load: Load) -> dict[str, int]:
        """Load the file; print the counts and where the refused rows are, and answer the counts."""
        path = input_file(options["file"])
        beside = path.with_name(f"{path.stem}.rejected.csv")
        rejected = Path(options["rejected"]) if options["rejected"] else beside
        if rejected.resolve() == path.resolve():
            raise CommandError("The refused rows cannot go to the file that is read")
        try:
            with path.open("rb") as file, RejectsFile(rejected) as rejects:
                source = Source(file)
                with self.progress(path.name, source.size) as report:
                    counts = load(source, rejects, report)
        except (NotOurs, OSError) as error:
            raise CommandError(str(error)) from error
        self.table(
            {
                "accepted": f"{counts.accepted:,}",
                "duplicates": f"{counts.duplicates:,}",
                "rejected": f"{counts.rejected:,}" + (f"  see {rejected}" if rejects.count else ""),
            }
        )
        return {
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "rejected": counts.rejected,
        }


def add_layout_options(parser: CommandParser) -> None:
    """Declare how a list of numbers is laid out."""
    known = "; ".join(f"{name}: {what}" for name, what in LAYOUTS.items())
    parser.add_argument("--layout", choices=list(LAYOUTS), default="auto", help=known)
    parser.add_argument(
        "--number-column",
        metavar="NAME|N",
        help="the column of the number, by name or from 1, in other layouts",
    )
    parser.add_argument("--delimiter", metavar="CHAR", help="what separates columns (comma)")


def layout_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same as arguments of a load. Raises CommandError for a delimiter that is none."""
    delimiter = {"tab": "\t", "\\t": "\t"}.get(options["delimiter"], options["delimiter"])
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum()):
        raise CommandError("A delimiter is one character, or `tab`")
    return {
        "layout": options["layout"],
        "region": options["region"],
        "column": options["number_column"],
        "delimiter": delimiter,
    }
