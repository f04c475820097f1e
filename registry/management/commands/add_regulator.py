"""`add_regulator`: a member of the regulator's staff, with a role."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from registry import roles, staff
from registry.management.console import RegistryCommand, secret_file
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Gives a person the desk and the administration, in a role. A new person gets a password, printed this once, "
        "that they have to change when they first sign in; one who is there already gets the role, and a new password "
        "only if asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL", help="also the user name")
        parser.add_argument("--role", required=True, choices=list(roles.ROLES))
        password = parser.add_mutually_exclusive_group()
        password.add_argument(
            "--password-file", metavar="FILE", help="read the password from a file, or from - "
        )
        password.add_argument("--new-password", action="store_true", help="make a new password")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Add the person, or change their role."""
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is no address of e-mail") from error
        with transaction.atomic():
            user, new = get_user_model().objects.get_or_create(username=email, defaults={"email": email})
            shown = None
            if options["password_file"]:
                password = secret_file(options["password_file"])
                try:
                    validate_password(password, user)
                except ValidationError as error:
                    raise CommandError(" ".join(error.messages)) from error
                staff.give_password(user=user, password=password, moment=moment)
            elif new or options["new_password"]:
                shown = secrets.token_urlsafe(15)
                staff.give_password(user=user, password=shown, moment=moment)
            user.is_active = True
            user.save()
            roles.give(user=user, role=options["role"])
        self.table({"user name": email, "role": options["role"]} | ({"password": shown} if shown else {}))
        if shown:
            self.say("The password is shown this once.")
        answer = {"email": email, "role": options["role"]}
        return answer | {"password": shown} if shown else answer
