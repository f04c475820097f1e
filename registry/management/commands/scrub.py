"""`scrub`: check a list of numbers here and now, without a worker, and put the results into a folder."""

import contextlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error

from registry import ids, scrub_parts, scrubs
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.errors import RegistryError
from registry.management.console import RegistryCommand, caller, company, input_file
from registry.models import Scrub
from registry.periods import Moment
from registry.predial.facts import Question


class Command(RegistryCommand):
    help = (
        "Checks every number of a list: CSV, TSV, JSON objects or one number a line, also as gzip or zip. Each leaves "
        "a check of the company; the results go to allowed.csv, denied.csv, rejected.csv and all.csv."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--company", required=True, metavar="COMPANY", help="its id (com_7) or its name")
        parser.add_argument("--sector", required=True, choices=SECTORS, help="what the calls are about")
        parser.add_argument("--caller", required=True, help="the number the calls will come from")
        parser.add_argument("--out", required=True, metavar="DIR", help="the folder of the results")
        parser.add_argument("--channel", choices=CHANNELS, default="live", help="how they are made (live)")
        parser.add_argument("--purpose", choices=PURPOSES, default="marketing", help="why (marketing)")
        parser.add_argument("--seller", metavar="COMPANY", help="for whom, if not for the company itself")
        parser.add_argument("--campaign", help="kept with each check")
        parser.add_argument("--reference", help="kept with each check")
        parser.add_argument(
            "--region", default="", metavar="CC", help="region of national numbers (ISO 3166-1), such as CN"
        )
        parser.add_argument("--column", default="", help="the number's column, by name or by place from 1")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Store, check, copy, print."""
        path, folder = input_file(options["file"]), Path(options["out"])
        targets = {kind: folder / f"{kind}.csv" for kind in scrub_parts.KINDS}
        if path.resolve() in {target.resolve() for target in targets.values()}:
            raise CommandError("The results cannot go to the file that is read")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{folder} cannot be made: {error.strerror}") from error
        scrub = self._accept(path, moment, options)
        self._run(scrub, path.name, moment)
        for kind, target in targets.items():
            copy(scrub, kind, target)
        return self._report(scrub, folder)

    def _accept(self, path: Path, moment: Moment, options: dict[str, Any]) -> Scrub:
        asking = company(options["company"])
        question = Question(
            company_id=asking.pk,
            seller_id=company(options["seller"]).pk if options["seller"] else asking.pk,
            number=0,
            caller=caller(options["caller"]),
            sector=SECTORS.index(options["sector"]),
            channel=CHANNELS.index(options["channel"]),
            purpose=PURPOSES.index(options["purpose"]),
            campaign=options["campaign"],
            reference=options["reference"],
        )
        with path.open("rb") as file:
            return scrubs.accept(
                question=question,
                file=file,
                file_name=path.name,
                moment=moment,
                region=options["region"],
                column=options["column"],
            )

    def _run(self, scrub: Scrub, name: str, moment: Moment) -> None:
        """Work through the list. Raises CommandError where it did not come to its end."""
        try:
            with self.progress(name, scrub.rows_total) as report:
                scrubs.run(scrub.pk, clock=moment.known_at, progress=lambda done, _: report(done))
        except BaseException:
            # Whoever ran the command is told that it did not work, so no worker may go on later.
            with contextlib.suppress(RegistryError, Error):
                scrubs.cancel(scrub=scrub, moment=moment)
            raise
        scrub.refresh_from_db()
        if scrub.state != "completed":
            detail = (scrub.problem or {}).get("detail")
            raise CommandError(detail or f"The list was not checked: the scrub is {scrub.state}.")

    def _report(self, scrub: Scrub, folder: Path) -> dict[str, Any]:
        public = ids.public("scr", scrub.pk)
        self.table(
            {
                "scrub": public,
                "rows": f"{scrub.rows_total:,}",
                "allowed": f"{scrub.allowed:,}",
                "denied": f"{scrub.denied:,}",
                "rejected": f"{scrub.rejected:,}",
                "results": folder,
            }
        )
        return {
            "id": public,
            "allowed": scrub.allowed,
            "denied": scrub.denied,
            "rejected": scrub.rejected,
        }


def copy(scrub: Scrub, kind: str, target: Path) -> None:
    """Copy a result to where the user wants it, readable by its owner only, as it holds numbers in full."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        file.writelines(scrub_parts.read(scrub, kind))
