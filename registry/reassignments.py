"""Reassignments: a number changed hands."""

from datetime import datetime

from registry.errors import InvalidInput
from registry.models import Reassignment
from registry.periods import Moment, since


def record(*, number: int, changed_at: datetime, source: str, moment: Moment) -> Reassignment:
    """Put on record that `number` went to a new holder at `changed_at`. Raises `InvalidInput` for a future date."""
    if changed_at > moment.at:
        raise InvalidInput("A number cannot have changed hands in the future", pointer="/changed_at")
    return Reassignment.objects.create(
        number=number, source=source, valid=since(changed_at), recorded=since(moment.known_at)
    )
