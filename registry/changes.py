"""Changes: tell a company of what happened, number what was told, read it in order, forget it in time.

A row is written in the transaction that makes the thing so (`add`, and `change_events.py` for what concerns many), so
that neither is there without the other. `number` then gives committed rows their places, company by company; a reader
who has seen a place has seen all places before it, and nothing appears among them later.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from registry.errors import RegistryError
from registry.models import Change, ChangeHead

#: Rows numbered in one step: some tenths of a second.
STEP = 10_000
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('registry_change', 0))"
_NUMBER = """
WITH waiting AS MATERIALIZED (
    SELECT id, company_id, row_number() OVER (PARTITION BY company_id ORDER BY id) AS place
    FROM (SELECT id, company_id FROM registry_change WHERE position IS NULL ORDER BY id LIMIT %(step)s) AS first
), many AS (
    SELECT company_id, count(*) AS many FROM waiting GROUP BY company_id
), head AS (
    INSERT INTO registry_changehead AS head (company_id, position)
    SELECT company_id, many FROM many ORDER BY company_id
    ON CONFLICT (company_id) DO UPDATE SET position = head.position + EXCLUDED.position
    RETURNING company_id, position
)
UPDATE registry_change AS change
SET position = head.position - many.many + waiting.place
FROM waiting JOIN many USING (company_id) JOIN head USING (company_id)
WHERE change.id = waiting.id
"""


class ChangesForgotten(RegistryError):
    """Changes behind that place are kept no longer; begin anew from the lists, and read on from the first kept."""

    status = 410
    title = "Changes behind that place are kept no longer"


def add(
    *,
    company_id: int,
    event: str,
    at: datetime,
    subject: int | None = None,
    number: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Tell a company of something, in the caller's transaction. What happens once and was told is not told again."""
    tell(
        [
            Change(
                company_id=company_id,
                event=event,
                subject=subject,
                number=number,
                details=details or {},
                at=at,
            )
        ]
    )


def tell(rows: Iterable[Change]) -> None:
    """Write many changes in the caller's transaction; those that were told before are left out."""
    Change.objects.bulk_create(rows, batch_size=5_000, ignore_conflicts=True)


@transaction.atomic
def number() -> int:
    """Give the first `STEP` committed changes without a place theirs; how many. None while another does so.

    Whoever numbers holds a lock to the end of its transaction, and sees after it got it what the one before it did:
    so of two changes, that which has a place is never overtaken by one that had not been committed then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        # A statement of its own, and so with a snapshot taken after the lock.
        cursor.execute(_NUMBER, {"step": STEP})
        return cursor.rowcount


def after(company_id: int, position: int | None, *, size: int) -> list[Change]:
    """The changes of a company behind `position` (None: from the first that is kept), at most `size`, in order.

    Raises `ChangesForgotten` if some behind it are kept no longer.
    """
    # Read first: what is numbered after it may be missing below, and is not lost.
    last = head(company_id)
    rows = Change.objects.filter(company_id=company_id, position__gt=position or 0)
    found = list(rows.order_by("position")[:size])
    if position is not None and (found[0].position > position + 1 if found else last > position):
        raise ChangesForgotten
    return found


def head(company_id: int) -> int:
    """The place of a company's last change; 0 before the first."""
    return ChangeHead.objects.filter(company_id=company_id).values_list("position", flat=True).first() or 0


def forget(clock: datetime) -> int:
    """Remove changes that were told more than `CHANGES_KEPT_DAYS` ago; how many."""
    if not settings.CHANGES_KEPT_DAYS:
        return 0
    old = Change.objects.filter(
        at__lt=clock - timedelta(days=settings.CHANGES_KEPT_DAYS), position__isnull=False
    )
    return old.delete()[0]
