"""`import_calls`: a company's call log, loaded here and now, without a worker."""

import contextlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error, transaction

from compliance import calls, formats
from compliance.models import CallLog
from registry import ids, uploads
from registry.codes import CHANNELS, SECTORS
from registry.errors import RegistryError
from registry.management.console import RegistryCommand, company, input_file
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Loads a call log of a company, whole or not at all. A call that is on record is a duplicate: loaded twice, "
        "a file adds nothing. Exit code 0 when it is loaded, also where rows of it were rejected; 1 when nothing was, "
        "with the reason; 2 for options that mean nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
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
        parser.add_argument("--sector", choices=SECTORS, default="", help="of calls that name none")
        parser.add_argument(
            "--channel", choices=CHANNELS, default="live", help="of calls that name none (live)"
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
            log = self._accept(path, moment, options)
            try:
                self._load(log, path.name, moment)
                if log.rejected_file:
                    copy(log.rejected_file, rejected)
            finally:
                if options["dry_run"]:
                    transaction.set_rollback(True)
                    uploads.remove(log.file)
                    uploads.remove(log.rejected_file)
        return self._report(log, rejected, taken_back=options["dry_run"])

    def _accept(self, path: Path, moment: Moment, options: dict[str, Any]) -> CallLog:
        with path.open("rb") as file:
            return calls.accept(
                company=company(options["company"]),
                file=file,
                file_name=path.name,
                moment=moment,
                **{name: options[name] for name in ("format", "zone", "region", "sector", "channel")},
            )

    def _load(self, log: CallLog, name: str, moment: Moment) -> None:
        """Load the log. Raises CommandError where it could not be loaded."""
        try:
            with self.progress(name, log.rows_total) as report:
                calls.load(
                    log.pk,
                    clock=moment.known_at,
                    progress=lambda done, total: report(done * log.rows_total // max(total, 1)),
                )
        except BaseException:
            # Whoever ran the command is told that nothing was loaded, so no worker may load it later.
            with contextlib.suppress(RegistryError, Error):
                calls.cancel(log=log, moment=moment)
            raise
        log.refresh_from_db()
        if log.state != "completed":
            detail = (log.problem or {}).get("detail")
            raise CommandError(detail or f"The call log was not loaded: it is {log.state}.")

    def _report(self, log: CallLog, rejected: Path, *, taken_back: bool) -> dict[str, int]:
        self.table(
            {
                "call log": "none; this was a dry run" if taken_back else ids.public("log", log.pk),
                "format": log.format,
                "accepted": f"{log.accepted:,}",
                "duplicates": f"{log.duplicates:,}",
                "rejected": f"{log.rejected:,}",
                "opt-outs": f"{log.opt_outs:,}",
            }
        )
        if log.rejected:
            self.say(f"The rejected rows are in {rejected}")
        return {"accepted": log.accepted, "duplicates": log.duplicates, "rejected": log.rejected}


def copy(name: str, target: Path) -> None:
    """Copy a stored file to where the user wants it, readable by its owner only, as it holds numbers in full."""
    with uploads.open_stored(name) as stored:
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        with target.open("wb") as file:
            while chunk := stored.read(uploads.CHUNK_BYTES):
                file.write(chunk)
