"""`revoke_key`: end a key at once."""

from typing import Any

from django.core.management.base import CommandParser

from registry import companies, ids
from registry.errors import NotFound
from registry.management.console import RegistryCommand
from registry.models import ApiKey
from registry.periods import Moment


class Command(RegistryCommand):
    help = "Ends a key, named by its id (key_7), by the whole key, or by its visible beginning if only one has it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("key", metavar="KEY")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, str]:
        """Revoke the key; one that ended before stays as it was."""
        key = companies.revoke_key(key=find(options["key"]), moment=moment)
        ended = key.revoked_at.isoformat()
        self.say(f"Key {key} ({ids.public('key', key.pk)}) is revoked since {ended}.")
        return {"id": ids.public("key", key.pk), "revoked_at": ended}


def find(text: str) -> ApiKey:
    """The key that `text` names. Raises `NotFound`."""
    try:
        found = list(ApiKey.objects.filter(pk=ids.number("key", text)))
    except NotFound:
        found = list(ApiKey.objects.filter(digest=companies.digest(text)))
        found = found or list(ApiKey.objects.filter(prefix=text)[:2])
    if not found:
        raise NotFound("There is no such key")
    if len(found) > 1:
        raise NotFound("Several keys begin so; name it by its id, such as " + ids.public("key", found[0].pk))
    return found[0]
