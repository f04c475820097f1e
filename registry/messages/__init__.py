"""Messages to people's telephones: a code, a confirmation. By text, or read out by a voice.

Modelled on Django's e-mail backends: `MESSAGE_BACKEND` names the class that delivers. `console` writes to the log,
`http` hands over to a gateway, `file` and `memory` keep what was sent, for trials and tests.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one number."""

    number: int
    """E.164 digits."""
    text: str
    language: str
    """Of the text, as Django names it (`zh-hans`): a voice must know."""
    channel: Literal["sms", "voice"] = "sms"
    reference: str = ""
    """Sent along as the idempotency key, so that a gateway delivers it once."""


class NotSent(Exception):
    """The message could not be handed over; nothing was sent, as far as we know."""


class Backend(Protocol):
    """What delivers messages. Made anew for each message; keeps its own connections."""

    def send(self, message: Message) -> None:
        """Hand over one message. Raises `NotSent`."""


def send(message: Message) -> None:
    """Deliver a message by the backend of the settings. Raises `NotSent`."""
    backend: Backend = import_string(settings.MESSAGE_BACKEND)()
    backend.send(message)
