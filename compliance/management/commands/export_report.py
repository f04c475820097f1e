"""`export_report`: what was found over some days, as a file."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from compliance.management.days import add_days, days
from compliance.models import Report
from compliance.reports import pdf, reports, writing
from compliance.reports.kind import Question
from compliance.reports.kinds import KINDS
from registry import access_records, ids
from registry.codes import SECTORS
from registry.management.console import RegistryCommand, company, instant
from registry.periods import Moment

STANDARD_OUTPUT = "-"
FORMATS = ("csv", "json", "pdf")


class Command(RegistryCommand):
    help = "Writes a report over the days given, as on record at a moment, as CSV, JSON or PDF. Numbers are masked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("kind", choices=KINDS, metavar="KIND", help=f"one of: {', '.join(KINDS)}")
        add_days(parser)
        parser.add_argument("--company", metavar="COMPANY", help="its id (com_7) or its name; default: all")
        parser.add_argument("--sector", choices=SECTORS, metavar="SECTOR", help="one sector; default: all")
        parser.add_argument("--region", default="", metavar="REGION", help="of the number called: CN, US-FL")
        parser.add_argument(
            "--as-of",
            type=instant,
            metavar="TIME",
            help="what was on record then, and nothing later; default: now",
        )
        parser.add_argument("--format", choices=FORMATS, default="csv", help="of the file (csv)")
        parser.add_argument(
            "--language",
            choices=("en", "zh-hans"),
            default="en",
            help="of a PDF; files for machines have none",
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
        question = asked(moment.known_at, options)
        unmask: bool = options["unmask"]
        if unmask:
            if KINDS[question.kind].rows is None:
                raise CommandError("Only a report that lists calls has numbers to show")
            record_access(question, reader(options["reader"]), options["reason"], moment)
        to_file = options["out"] != STANDARD_OUTPUT
        if options["format"] == "pdf" and not to_file:
            raise CommandError("A PDF goes into a file: give --out FILE")
        if to_file:
            path = Path(options["out"])
            rows = write(path, question, options["format"], unmask=unmask, language=options["language"])
            self.say(f"{rows:,} rows in {path}" if options["format"] != "pdf" else f"Written to {path}")
        elif not self.for_machines:
            write_text(question, options["format"], self.stdout._out, unmask=unmask)
        return _whole(question, unmask) if self.for_machines else {}


def asked(clock: datetime, options: dict[str, Any]) -> Question:
    """The question of the options. Raises `InvalidInput`."""
    first, last = days(options)
    return reports.ask(
        kind=options["kind"],
        first=first,
        last=last,
        clock=clock,
        as_of=options["as_of"] or clock,
        company_id=company(options["company"]).pk if options["company"] else None,
        sector=options["sector"],
        region=options["region"],
    )


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
def record_access(question: Question, user: Any, reason: str, moment: Moment) -> None:
    """Write down who is about to see the numbers of a report. Raises `InvalidInput` for a reason that is none."""
    whose = ids.public("com", question.company_id) if question.company_id is not None else "all"
    access_records.record(
        user=user,
        kind=f"report of {question.kind}",
        object_ids=[f"{question.first.isoformat()}/{question.last.isoformat()} {whose}"],
        reason=reason,
        moment=moment,
    )


def write_text(question: Question, form: str, out: Any, *, unmask: bool) -> int:
    """Write a report as CSV or JSON; its rows."""
    if form == "csv":
        return writing.write_csv(question, None, out, unmask=unmask)
    return writing.write_json(question, None, out, unmask=unmask)


def write(path: Path, question: Question, form: str, *, unmask: bool, language: str) -> int:
    """Write a report to a file that its owner alone can read, and that is there only when it is whole; its rows."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        if form == "pdf":
            part.write_bytes(_paper(question, language))
            rows = 0
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                rows = write_text(question, form, file, unmask=unmask)
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _paper(question: Question, language: str) -> bytes:
    held, rules, policies, data = reports.answer(question)
    row = Report(rule_digest=rules, policy_digest=policies, data_digest=data)
    return pdf.draw(question, held, reports.proof(row)[1:], language=language)


def _whole(question: Question, unmask: bool) -> dict[str, Any]:
    text = io.StringIO()
    writing.write_json(question, None, text, unmask=unmask)
    return json.loads(text.getvalue())
