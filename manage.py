#!/usr/bin/env python
"""Run a command of the project. The embedded database is started for it when it needs one and none runs."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

#: Commands that work on files only, and `up`, which runs the servers itself.
WITHOUT_DATABASE = {
    "up", "benchmark", "help", "version", "--version", "makemigrations", "collectstatic", "spectacular",
    "compilemessages", "makemessages", "startapp", "diffsettings", "findstatic", "test",
}  # fmt: skip


def option(name: str, words: list[str]) -> str | None:
    """The value of `--name VALUE` or `--name=VALUE`, read before Django reads the settings."""
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def main(words: list[str]) -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = words[1] if len(words) > 1 else "help"
    if command == "up" and (data := option("--data", words)):
        os.environ["DATA_DIR"] = data

    from django.core.management import execute_from_command_line

    from config.embedded import EmbeddedError, ensure

    helpless = command in WITHOUT_DATABASE or {"-h", "--help"} & set(words[1:])
    embedded = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    data_dir = os.environ.get("DATA_DIR") or Path(__file__).resolve().parent / "var"
    try:
        with nullcontext() if helpless or not embedded else ensure(data_dir):
            execute_from_command_line(words)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv)
