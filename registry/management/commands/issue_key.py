"""`issue_key`: one more key for a company."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from registry import companies, ids
from registry.companies import DEFAULT_SCOPES
from registry.management.console import Names, RegistryCommand, company, instant, public
from registry.models.companies import SCOPES
from registry.periods import Moment


class Command(RegistryCommand):
    help = "Makes a key for a company and prints it, which is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("company", metavar="COMPANY", help="its id (com_7) or its name")
        parser.add_argument(
            "--scope",
            action=Names,
            known=[name for name, _ in SCOPES],
            help=f"what the key may do; repeatable ({' '.join(DEFAULT_SCOPES)})",
        )
        parser.add_argument("--test", action="store_true", help="a test key, which never meets live data")
        parser.add_argument(
            "--expires", metavar="TIME", help="a time with its offset, or a day (its midnight, UTC)"
        )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, str]:
        """Issue the key."""
        expires_at = instant(options["expires"]) if options["expires"] else None
        if expires_at is not None and expires_at <= moment.at:
            raise CommandError("A key that ends in the past would never work")
        owner = company(options["company"])
        key, secret = companies.issue_key(
            company=owner,
            scopes=options["scope"] or DEFAULT_SCOPES,
            test=options["test"],
            expires_at=expires_at,
            moment=moment,
        )
        self.table(
            {
                "company": f"{public(owner)} {owner.name}",
                "key id": ids.public("key", key.pk),
                "scopes": " ".join(key.scopes),
                "expires": expires_at.isoformat() if expires_at else "never",
                "key": secret,
            }
        )
        self.say("The key is shown this once.")
        return {"key": secret}
