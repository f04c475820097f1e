"""The options `--from DAY --to DAY` of commands that work on days."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser


def add_days(parser: CommandParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--from", required=True, dest="first", metavar="DAY", help="the first day (UTC): 2026-03-01"
    )
    parser.add_argument("--to", required=True, dest="last", metavar="DAY", help="the last day (UTC)")


def days(options: dict[str, Any]) -> tuple[date, date]:
    """The first and last day. Raises CommandError where they are none, or in the wrong order."""
    first, last = (_day(options[name]) for name in ("first", "last"))
    if last < first:
        raise CommandError(f"The days end ({last}) before they begin ({first})")
    return first, last


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day such as 2026-03-01") from None
