"""Access records: write down who is about to see what."""

from collections.abc import Iterable
from typing import Any

from registry.errors import InvalidInput
from registry.models import AccessRecord
from registry.periods import Moment

#: Shorter reasons explain nothing ("x", "test").
SHORTEST_REASON = 10


def record(
    *, user: Any, kind: str, object_ids: Iterable[str], reason: str, moment: Moment
) -> list[AccessRecord]:
    """Write down that `user` is shown these objects, for `reason`; before showing them, in the same transaction.

    Raises `InvalidInput` for a reason that is none.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"Give the reason in at least {SHORTEST_REASON} characters", pointer="/reason")
    return AccessRecord.objects.bulk_create(
        [
            AccessRecord(user=user, kind=kind, object_id=object_id, reason=reason, at=moment.at)
            for object_id in object_ids
        ]
    )
