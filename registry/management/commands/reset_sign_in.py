"""`reset_sign_in`: a new start for a member of staff who has lost their second factor or password."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser

from registry import roles, staff
from registry.errors import NotFound
from registry.management.console import RegistryCommand
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Takes away the second factors of a member of staff, ends their sessions, and prints a new password once. When "
        "they sign in with it they choose their own and set up a factor again. Make sure who is asking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL", help="the user name")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Reset the person's sign-in."""
        email = options["email"].strip().lower()
        user = get_user_model().objects.filter(username=email).first()
        if user is None or roles.of(user) is None:
            raise NotFound(f"There is no member of staff {email!r}")
        password = secrets.token_urlsafe(15)
        lost = staff.reset(user=user, password=password, moment=moment)
        self.table({"user name": email, "factors removed": lost, "password": password})
        self.say("The password is shown this once.")
        return {"email": email, "factors": lost, "password": password}
