"""Idempotency: a request that is sent twice has one effect, and both get the same answer.

The effect and the kept answer are one transaction, under an advisory lock on the key. So there is no moment in which
the one is on record and the other not, nothing is left behind by a process that dies, and "still running" is the lock
itself and not a row that somebody must clear away.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import connection, transaction

from registry.errors import IdempotencyKeyReused, RequestInFlight
from registry.models import IdempotencyKey

#: How long an answer is kept.
KEPT_FOR = timedelta(hours=24)


class Kept(NamedTuple):
    """An answer, as bytes."""

    status: int
    body: bytes
    content_type: str


def digest(*parts: bytes) -> str:
    """What two requests must share to be the same: SHA-256 over the parts, each with its length."""
    hashed = sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()


@transaction.atomic
def once(
    *, company_id: int, key: str, request_digest: str, clock: datetime, act: Callable[[], Kept]
) -> tuple[Kept, bool]:
    """The answer to a request that carries an idempotency key, and whether it is a replay.

    `act` does the work, in this transaction, and is not called for a replay. What it raises undoes everything and is
    not kept. Raises `RequestInFlight` while the first request with the key runs, `IdempotencyKeyReused` if it was
    another request.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))", [f"idempotency {key}", company_id]
        )
        (locked,) = cursor.fetchone()
    if not locked:
        raise RequestInFlight
    held = IdempotencyKey.objects.filter(company_id=company_id, key=key).first()
    if held is not None and held.created_at > clock - KEPT_FOR:
        if held.request_digest != request_digest:
            raise IdempotencyKeyReused
        return Kept(held.status, bytes(held.body), held.content_type), True
    if held is not None:
        held.delete()
    kept = act()
    IdempotencyKey.objects.create(
        company_id=company_id,
        key=key,
        request_digest=request_digest,
        created_at=clock,
        status=kept.status,
        body=kept.body,
        content_type=kept.content_type,
    )
    return kept, False


def forget(clock: datetime) -> int:
    """Drop the answers that need not be kept any longer; how many."""
    return IdempotencyKey.objects.filter(created_at__lte=clock - KEPT_FOR).delete()[0]
