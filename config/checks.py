"""System checks of the settings: a wrong one stops the start with its id and what to do about it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def secret_key_is_given(**kwargs: Any) -> list[CheckMessage]:
    """With a real database the key must be given: several processes and machines have to share it."""
    if settings.SECRET_KEY_GIVEN:
        return []
    return [
        Error(
            "DATABASE_URL is set, but SECRET_KEY is not.",
            hint="Set SECRET_KEY (or SECRET_KEY_FILE) to a long random text, the same for all processes: "
            '`python -c "import secrets; print(secrets.token_urlsafe(48))"` makes one.',
            id="config.E001",
        )
    ]
