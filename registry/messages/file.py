"""Messages kept in a file, for trials on one machine: one JSON object a line."""

import dataclasses
import json
import os
from pathlib import Path

from django.conf import settings

from registry.messages import Message, NotSent


class FileBackend:
    """Appends each message to `MESSAGE_FILE`, which only its owner may read."""

    def send(self, message: Message) -> None:
        path = Path(settings.MESSAGE_FILE)
        line = json.dumps(dataclasses.asdict(message), ensure_ascii=False) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # One write of one line, opened for appending: two processes do not mix their lines.
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(line.encode())
        except OSError as error:
            raise NotSent(str(error)) from error
