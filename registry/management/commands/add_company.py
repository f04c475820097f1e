"""`add_company`: a company with its licence, its calling numbers and its first key, all at once."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from registry import companies
from registry.codes import SECTORS
from registry.companies import DEFAULT_SCOPES
from registry.management.console import Names, RegistryCommand, caller, public
from registry.models.companies import COMPANY_KINDS, SCOPES
from registry.periods import Moment


class Command(RegistryCommand):
    help = "Enters a company, licenses it from now on, and prints its id and a live key, which is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("name", metavar="NAME", help="registered name")
        parser.add_argument(
            "--sector",
            action=Names,
            known=SECTORS,
            help="may call for; repeatable",
        )
        parser.add_argument("--caller", action=Names, metavar="+…", help="calls from; repeatable")
        parser.add_argument(
            "--scope",
            action=Names,
            known=[name for name, _ in SCOPES],
            help=f"what the key may do; repeatable ({' '.join(DEFAULT_SCOPES)})",
        )
        parser.add_argument("--kind", choices=[name for name, _ in COMPANY_KINDS], default="company")
        parser.add_argument("--registration", default="", metavar="NO", help="number in the company register")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, str]:
        """Enter, license, issue; all or nothing."""
        name = options["name"].strip()
        if not name:
            raise CommandError("A company has a name")
        numbers = {caller(text) for text in options["caller"] or ()}
        with transaction.atomic():
            company = companies.enter(
                name=name, kind=options["kind"], registration=options["registration"], moment=moment
            )
            companies.license(
                company=company,
                sectors=sorted(set(options["sector"] or ()), key=SECTORS.index),
                moment=moment,
            )
            for number in sorted(numbers):
                companies.add_caller(company=company, number=number, moment=moment)
            _, secret = companies.issue_key(
                company=company, scopes=options["scope"] or DEFAULT_SCOPES, moment=moment
            )
        self.table({"company": public(company), "key": secret})
        self.say("The key is shown this once.")
        return {"id": public(company), "name": company.name, "key": secret}
