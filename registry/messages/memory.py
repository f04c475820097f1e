"""Messages kept in memory, for tests."""

from registry.messages import Message

#: What was sent by this process, oldest first.
outbox: list[Message] = []


class MemoryBackend:
    """Appends each message to `outbox`."""

    def send(self, message: Message) -> None:
        outbox.append(message)
