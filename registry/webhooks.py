"""Webhooks: make one, change it, renew its secret, try it out, take it away. `webhook_delivery.py` delivers to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from registry import changes, sealed, webhook_sending
from registry.errors import NotFound, RegistryError
from registry.models import Company, Webhook, WebhookDelivery
from registry.models.changes import EVENTS

#: Webhooks that one company may have.
MOST = 20
#: The event of a test.
TEST = "webhook.test"


class TooManyWebhooks(RegistryError):
    """The company has as many webhooks as one may have."""

    status = 409
    title = "The company has as many webhooks as one may have"


class WebhookNotAtWork(RegistryError):
    """The webhook is disabled; enable it first."""

    status = 409
    title = "That webhook is disabled"


def make(
    *,
    company: Company,
    url: str,
    events: Sequence[str],
    clock: datetime,
    livemode: bool = True,
    description: str = "",
    unmask: bool = False,
) -> tuple[Webhook, str]:
    """A webhook that hears of what happens from now on, and its secret, which is not shown again.

    Raises `InvalidInput` for an address that nothing will be sent to, `TooManyWebhooks`.
    """
    webhook_sending.demand(url)
    secret = webhook_sending.new_secret()
    with transaction.atomic():
        # One at a time, so that the count holds.
        Company.objects.select_for_update().get(pk=company.pk)
        if own(company, livemode=livemode).count() >= MOST:
            raise TooManyWebhooks(f"A company may have {MOST}; remove one first")
        row = Webhook.objects.create(
            company=company,
            livemode=livemode,
            url=url,
            events=_in_order(events),
            description=description,
            unmask=unmask,
            secret=sealed.seal(secret),
            position=changes.head(company.pk),
            created_at=clock,
        )
    return row, secret


def _in_order(events: Sequence[str]) -> list[str]:
    return [name for name in EVENTS if name in events]


def own(company: Company, *, livemode: bool) -> QuerySet[Webhook]:
    """The webhooks of a company that were not removed."""
    return Webhook.objects.filter(company=company, livemode=livemode, removed_at=None)


@transaction.atomic
def change(
    *,
    row: Webhook,
    clock: datetime,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    unmask: bool | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Change what is given. Enabled again, a webhook goes on where it stopped. Raises `InvalidInput`, `NotFound`."""
    held = Webhook.objects.select_for_update().filter(pk=row.pk, removed_at=None).first()
    if held is None:
        raise NotFound
    if url is not None:
        webhook_sending.demand(url)
        held.url = url
    if events is not None:
        held.events = _in_order(events)
    if description is not None:
        held.description = description
    if unmask is not None:
        held.unmask = unmask
    if enabled is False and held.disabled_at is None:
        held.disabled_at, held.disabled_because = clock, "asked"
    if enabled and held.disabled_at is not None:
        held.disabled_at, held.disabled_because = None, ""
        held.attempts, held.due_at, held.failing_since = 0, None, None
    held.save(
        update_fields=[
            *("url", "events", "description", "unmask", "disabled_at", "disabled_because"),
            *("attempts", "due_at", "failing_since"),
        ]
    )
    return held


@transaction.atomic
def renew_secret(*, row: Webhook, clock: datetime) -> tuple[Webhook, str]:
    """A new secret, not shown again. The one before it signs as well for `WEBHOOK_SECRET_HOURS`. Raises `NotFound`."""
    held = Webhook.objects.select_for_update().filter(pk=row.pk, removed_at=None).first()
    if held is None:
        raise NotFound
    secret = webhook_sending.new_secret()
    held.old_secret = held.secret
    held.old_secret_until = clock + timedelta(hours=settings.WEBHOOK_SECRET_HOURS)
    held.secret = sealed.seal(secret)
    held.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return held, secret


def remove(*, row: Webhook, clock: datetime) -> None:
    """Take a webhook away, its secrets with it; what was attempted stays for as long as deliveries are kept."""
    Webhook.objects.filter(pk=row.pk).update(removed_at=clock, secret="", old_secret="")


def try_out(*, row: Webhook, clock: datetime) -> WebhookDelivery:
    """Have a test sent to a webhook. Raises `WebhookNotAtWork`."""
    if row.disabled_at is not None:
        raise WebhookNotAtWork
    return WebhookDelivery.objects.create(webhook=row, event=TEST, state="pending", created_at=clock)


def secrets_of(row: Webhook, clock: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    sealed_ones = [row.secret]
    if row.old_secret and row.old_secret_until is not None and clock < row.old_secret_until:
        sealed_ones.append(row.old_secret)
    return [secret for secret in map(sealed.unseal, sealed_ones) if secret is not None]
