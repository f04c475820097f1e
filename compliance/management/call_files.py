"""What the commands that load files of calls here and now have in common: `import_calls`, `import_carrier_records`."""

import contextlib
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.db import Error, transaction

from compliance import call_files, formats
from compliance.models.call_files import CallFile
from compliance.reading import Progress
from registry import ids, uploads
from registry.errors import RegistryError
from registry.management.console import RegistryCommand, input_file
from registry.periods import Moment


class ImportCommand(RegistryCommand):
    """Loads one file, whole or not at all. Subclasses say `accept`, `load`, and which `counts` they print."""

    #: What a row is called, and the prefix of its public id.
    noun: ClassVar[str]
    prefix: ClassVar[str]
    #: Names of the counts, with the headings they are printed under.
    counts: ClassVar[dict[str, str]]

    def accept(self, path: Path, moment: Moment, options: dict[str, Any]) -> CallFile:
        """Store the file."""
        raise NotImplementedError

    def load(self, pk: int, moment: Moment, progress: Progress) -> None:
        """Load it."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options that all have."""
        super().add_arguments(parser)
        known = "; ".join(f"{each.name}: {each.title}" for each in formats.FORMATS.values())
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--company", required=True, metavar="COMPANY", help="its id (com_7) or its name")
        parser.add_argument("--format", choices=["auto", *formats.FORMATS], default="auto", help=known)
        parser.add_argument(
            "--zone",
            default="",
            help="zone of times that have no offset, such as Asia/Shanghai; such a file needs it",
        )
        parser.add_argument(
            "--region", default="", metavar="CC", help="region of national numbers (ISO 3166-1), such as CN"
        )
        parser.add_argument(
            "--rejected", metavar="FILE", help="where refused rows go (beside the input, FILE.rejected.csv)"
        )
        parser.add_argument("--dry-run", action="store_true", help="do all of it, and then take it back")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, int]:
        """Store, load, print."""
        path = input_file(options["file"])
        rejected = Path(options["rejected"] or path.with_name(f"{path.stem}.rejected.csv"))
        if rejected.resolve() == path.resolve():
            raise CommandError("The refused rows cannot go to the file that is read")
        with transaction.atomic() if options["dry_run"] else contextlib.nullcontext():
            row = self.accept(path, moment, options)
            try:
                self._load(row, path.name, moment)
                if row.rejected_file:
                    copy(row.rejected_file, rejected)
            finally:
                if options["dry_run"]:
                    transaction.set_rollback(True)
                    uploads.remove(row.file)
                    uploads.remove(row.rejected_file)
        return self._report(row, rejected, taken_back=options["dry_run"])

    def _load(self, row: CallFile, name: str, moment: Moment) -> None:
        """Load the file. Raises CommandError where it could not be loaded."""
        try:
            with self.progress(name, row.rows_total) as report:
                self.load(row.pk, moment, lambda done, total: report(done * row.rows_total // max(total, 1)))
        except BaseException:
            # Whoever ran the command is told that nothing was loaded, so no worker may load it later.
            with contextlib.suppress(RegistryError, Error):
                call_files.cancel(row, moment)
            raise
        row.refresh_from_db()
        if row.state != "completed":
            detail = (row.problem or {}).get("detail")
            raise CommandError(detail or f"The {self.noun} was not loaded: it is {row.state}.")

    def _report(self, row: CallFile, rejected: Path, *, taken_back: bool) -> dict[str, int]:
        found = {name: getattr(row, name) for name in self.counts}
        self.table(
            {
                self.noun: "none; this was a dry run" if taken_back else ids.public(self.prefix, row.pk),
                "format": row.format,
            }
            | {heading: f"{found[name]:,}" for name, heading in self.counts.items()}
        )
        if row.rejected:
            self.say(f"The rejected rows are in {rejected}")
        return {name: found[name] for name in ("accepted", "duplicates", "rejected")}


def copy(name: str, target: Path) -> None:
    """Copy a stored file to where the user wants it, readable by its owner only, as it holds numbers in full."""
    with uploads.open_stored(name) as stored:
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        with target.open("wb") as file:
            while chunk := stored.read(uploads.CHUNK_BYTES):
                file.write(chunk)
