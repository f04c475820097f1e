"""Messages into the log: the embedded default. Nobody's telephone rings."""

import structlog

from registry.messages import Message
from registry.phone import mask

log = structlog.get_logger(__name__)


class ConsoleBackend:
    """Writes each message to the log, the number masked."""

    def send(self, message: Message) -> None:
        log.info("message", number=mask(message.number), channel=message.channel, text=message.text)
