"""`export_report`: what was found over some days, as a file."""

import io
import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from compliance.management.days import add_days, days
from compliance.reports import reports
from registry import access_records, ids
from registry.management.console import RegistryCommand, company
from registry.periods import Moment

STANDARD_OUTPUT = "-"


class Command(RegistryCommand):
    help = "Writes a report over the days given, of one company or all, as CSV or JSON. Numbers in it are masked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "kind", choices=reports.KINDS, metavar="KIND", help=f"one of: {', '.join(reports.KINDS)}"
        )
        add_days(parser)
        parser.add_argument("--company", metavar="COMPANY", help="its id (com_7) or its name; default: all")
        parser.add_argument(
            "--format", choices=[*reports.FORMATS, "pdf"], default="csv", help="of the file (csv)"
        )
        parser.add_argument(
            "--out", default=STANDARD_OUTPUT, metavar="FILE", help="where it goes (-, standard output)"
        )
        parser.add_argument(
            "--unmask",
            action="store_true",
            help="write numbers in full; goes on record, with --as and --reason",
        )
        parser.add_argument(
            "--as", dest="reader", default="", metavar="EMAIL", help="who of the staff sees numbers in full"
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="why numbers are needed in full")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Build the report and write it; `--json` answers the report itself."""
        if options["format"] == "pdf":
            raise CommandError("Reports are written as csv or json; there is no pdf of them yet")
        first, last = days(options)
        wanted = {
            "kind": options["kind"],
            "first": first,
            "last": last,
            "company_id": company(options["company"]).pk if options["company"] else None,
            "unmask": options["unmask"],
            "clock": moment.known_at,
        }
        if options["unmask"]:
            record_access(wanted, reader(options["reader"]), options["reason"], moment)
        to_file = options["out"] != STANDARD_OUTPUT
        if to_file:
            path = Path(options["out"])
            rows = write(path, reports.build(**wanted), options["format"])
            self.say(f"{rows:,} rows in {path}")
        elif not self.for_machines:
            reports.FORMATS[options["format"]](reports.build(**wanted), self.stdout._out)
        return _whole(reports.build(**wanted)) if self.for_machines else {}


def reader(email: str) -> Any:
    """The member of staff with that address, who may see whole numbers. Raises `CommandError` for anybody else."""
    if not email:
        raise CommandError("--unmask needs --as EMAIL: who of the staff sees the numbers")
    user = get_user_model().objects.filter(email__iexact=email, is_active=True, is_staff=True).first()
    if user is None:
        raise CommandError(f"Nobody of the staff has the address {email}")
    if not user.has_perm("registry.unmask_numbers"):
        raise CommandError(f"{email} may not see whole numbers")
    return user


@transaction.atomic
def record_access(wanted: dict[str, Any], user: Any, reason: str, moment: Moment) -> None:
    """Write down who is about to see the numbers of a report. Raises `InvalidInput` for a reason that is none."""
    whose = ids.public("com", wanted["company_id"]) if wanted["company_id"] is not None else "all"
    access_records.record(
        user=user,
        kind=f"report of {wanted['kind']}",
        object_ids=[f"{wanted['first'].isoformat()}/{wanted['last'].isoformat()} {whose}"],
        reason=reason,
        moment=moment,
    )


def write(path: Path, report: reports.Report, form: str) -> int:
    """Write a report to a file that its owner alone can read, and that is there only when it is whole; its rows."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        with part.open("w", encoding="utf-8", newline="") as file:
            rows = reports.FORMATS[form](report, file)
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _whole(report: reports.Report) -> dict[str, Any]:
    text = io.StringIO()
    reports.write_json(report, text)
    return json.loads(text.getvalue())
