"""What a worker process of the figure `scrub` does. It imports nothing of the project before that is set up."""

from datetime import UTC, datetime


def help_with(scrub_id: int) -> int:
    """Do one part of a list; its rows."""
    from registry import scrubs

    return scrubs.help_with(scrub_id, clock=datetime.now(UTC))
