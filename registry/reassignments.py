"""Reassignments: a number changed hands."""

from datetime import UTC, datetime

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


#: When a number that never changed hands, as far as is known, came to its holder.
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def held_since(number: int, moment: Moment) -> datetime:
    """Since when the number has been its present holder's: what lies before is somebody else's business."""
    changed = Reassignment.objects.on_record(moment.known_at).filter(
        number=number, valid__startswith__lte=moment.at
    )
    return max((row.valid.lower for row in changed), default=EVER)
