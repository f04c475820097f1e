"""The delivery of changes to webhooks: what is due, in which order, how often, and when it is given up.

A webhook hears of changes in their order. An attempt that fails is made again after a while, over about a day; then
that change is given up, and the next one is tried. Nothing at all taken for days ends in a disabled webhook. What was
given up is still in the feed (`GET /changes`). Every change is delivered at least once, and twice only where a worker
dies between the answer and the row.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from registry import changes, webhook_sending, webhooks
from registry.models import Change, ChangeHead, Webhook, WebhookDelivery
from registry.models.changes import EVENTS
from registry.webhook_sending import Sent

log = structlog.get_logger(__name__)

#: The waits between the attempts at one change: somewhat more than a day in all.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 28_800, 36_000))
#: The longest a webhook may have us wait (`Retry-After`).
LONGEST_WAIT = timedelta(hours=1)
#: After so long without anything taken, a webhook is disabled.
PATIENCE = timedelta(days=5)
#: A worker's claim; longer than one attempt by far.
LEASE = timedelta(minutes=2)
#: Attempts of one claim: then others have their turn.
TURN = 50
#: A webhook whose address says that it is gone is disabled at once.
GONE = 410

#: The id and the body of a delivery: of a change, or of a test.
Writer = Callable[[Webhook, Change | WebhookDelivery], tuple[str, bytes]]


def due(*, clock: datetime, limit: int = 1_000) -> list[int]:
    """The webhooks to which something may be sent now."""
    behind = ChangeHead.objects.filter(company_id=OuterRef("company_id"), position__gt=OuterRef("position"))
    waiting = WebhookDelivery.objects.filter(webhook_id=OuterRef("pk"), state="pending")
    rows = _at_work().filter(
        Q(busy_until=None) | Q(busy_until__lt=clock),
        Q(Exists(waiting)) | Q(Q(due_at=None) | Q(due_at__lte=clock), Exists(behind), livemode=True),
    )
    return list(rows.order_by("id").values_list("pk", flat=True)[:limit])


def _at_work() -> QuerySet[Webhook]:
    return Webhook.objects.filter(disabled_at=None, removed_at=None)


class Turn:
    """One worker's turn at one webhook."""

    def __init__(self, row: Webhook, write: Writer, present: Callable[[], datetime]) -> None:
        self.row, self.write, self.present = row, write, present
        self.counts = {"delivered": 0, "failed": 0}

    def send(self, told: Change | WebhookDelivery) -> Sent:
        """Attempt one delivery."""
        clock = self.present()
        secrets = webhooks.secrets_of(self.row, clock)
        if secrets:
            message_id, body = self.write(self.row, told)
            headers = webhook_sending.headers(secrets, message_id, clock, body)
            sent = webhook_sending.post(self.row.url, body, headers)
        else:
            sent = Sent(None, "secret_unreadable", 0)
        self.counts["delivered" if sent.taken else "failed"] += 1
        return sent

    def update(self, **values: Any) -> bool:
        """Write to the webhook, if the claim is still held; its end is the token."""
        return bool(_at_work().filter(pk=self.row.pk, busy_until=self.row.busy_until).update(**values))


def deliver(webhook_id: int, *, write: Writer, present: Callable[[], datetime]) -> dict[str, int]:
    """Send a webhook what waits for it, in order, until an attempt fails or the turn ends; how many were sent.

    `present` reads the clock. Safe to run twice, and at once in several places: the row is claimed.
    """
    clock = present()
    claimed = (
        _at_work()
        .filter(Q(busy_until=None) | Q(busy_until__lt=clock), pk=webhook_id)
        .update(busy_until=clock + LEASE)
    )
    if not claimed:
        return {"delivered": 0, "failed": 0}
    turn = Turn(Webhook.objects.get(pk=webhook_id), write, present)
    try:
        _tests(turn)
        for _ in range(TURN):
            if not _next(turn):
                break
    finally:
        Webhook.objects.filter(pk=webhook_id, busy_until=turn.row.busy_until).update(busy_until=None)
    return turn.counts


def _tests(turn: Turn) -> None:
    """Send the tests that were asked for, each once."""
    for test in WebhookDelivery.objects.filter(webhook=turn.row, state="pending").order_by("id")[:TURN]:
        if not _hold(turn):
            return
        sent = turn.send(test)
        WebhookDelivery.objects.filter(pk=test.pk).update(**_told(sent))


def _told(sent: Sent) -> dict[str, Any]:
    """What is kept of an attempt."""
    return {
        "state": "delivered" if sent.taken else "failed",
        "status": sent.status,
        "error": sent.error,
        "duration_ms": sent.duration_ms,
    }


def _hold(turn: Turn) -> bool:
    """Hold the claim for one attempt more; whether it is still held, and the webhook still at work as it was."""
    until = turn.present() + LEASE
    if not turn.update(busy_until=until):
        return False
    turn.row.refresh_from_db()
    return True


def _next(turn: Turn) -> bool:
    """Attempt the next change; whether another may follow at once."""
    if not _hold(turn):
        return False
    row, clock = turn.row, turn.present()
    if not row.livemode or (row.due_at is not None and row.due_at > clock):
        return False
    # Read first: what is numbered after it is not passed over.
    head = changes.head(row.company_id)
    change = (
        Change.objects.filter(
            company_id=row.company_id,
            position__gt=row.position,
            event__in=[EVENTS.index(name) for name in row.events],
        )
        .order_by("position")
        .first()
    )
    if change is None:
        turn.update(position=max(head, row.position))
        return False
    sent = turn.send(change)
    after = following(row, change.position or 0, sent, turn.present())
    with transaction.atomic():
        WebhookDelivery.objects.create(
            webhook=row,
            position=change.position,
            event=change.event,
            attempt=row.attempts + 1,
            created_at=clock,
            next_at=after["due_at"],
            **_told(sent),
        )
        held = turn.update(**after)
    return held and sent.taken


def following(row: Webhook, position: int, sent: Sent, clock: datetime) -> dict[str, Any]:
    """What an attempt at the change at `position` makes of its webhook."""
    if sent.taken:
        return {"position": position, "attempts": 0, "due_at": None, "failing_since": None}
    since = row.failing_since or clock
    failed = {"attempts": row.attempts + 1, "due_at": None, "failing_since": since}
    because = "gone" if sent.status == GONE else "failing" if clock - since >= PATIENCE else ""
    if because:
        log.warning("webhook_disabled", webhook=row.pk, company=row.company_id, because=because)
        return failed | {"disabled_at": clock, "disabled_because": because}
    if row.attempts >= len(WAITS):
        log.warning("webhook_gave_up", webhook=row.pk, company=row.company_id, change=position)
        return failed | {"position": position, "attempts": 0}
    wait = WAITS[row.attempts] * random.uniform(1, 1.2)  # noqa: S311 - spreads attempts, keeps nothing secret
    if sent.retry_after is not None:
        wait = max(wait, min(timedelta(seconds=sent.retry_after), LONGEST_WAIT))
    return failed | {"due_at": clock + wait}


def forget(clock: datetime) -> int:
    """Remove attempts older than `CHANGES_KEPT_DAYS`; how many."""
    if not settings.CHANGES_KEPT_DAYS:
        return 0
    old = WebhookDelivery.objects.filter(created_at__lt=clock - timedelta(days=settings.CHANGES_KEPT_DAYS))
    return old.delete()[0]
