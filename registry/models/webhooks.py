"""Webhooks: where a company wants to hear of its changes, and every attempt that was made to tell it there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from registry.models.changes import EVENTS
from registry.models.companies import Company

#: `pending`: a test that waits for a worker.
DELIVERY_STATES = ("pending", "delivered", "failed")


class Webhook(models.Model):
    """One address of a company. It hears of changes in their order, each until it takes it or is given up.

    What is to be delivered is not listed anywhere: it is what the company's changes hold behind `position`.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="webhooks")
    livemode = models.BooleanField(
        default=True, help_text="False: made with a test key, hears of tests only."
    )
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=32, choices=[(name, name) for name in EVENTS]))
    description = models.CharField(max_length=100, blank=True)
    unmask = models.BooleanField(default=False, help_text="Whether numbers are sent in full.")
    secret = models.TextField(help_text="What deliveries are signed with, sealed (`registry/sealed.py`).")
    old_secret = models.TextField(blank=True, help_text="The secret before it, sealed.")
    old_secret_until = models.DateTimeField(null=True, help_text="Until when that signs as well.")
    position = models.BigIntegerField(
        help_text="Of the last change that was delivered, given up or passed over."
    )
    attempts = models.IntegerField(default=0, help_text="Attempts made at the change behind it.")
    due_at = models.DateTimeField(null=True, help_text="When the next attempt may be made; null: now.")
    busy_until = models.DateTimeField(
        null=True, help_text="A worker delivers until then: the token of its claim."
    )
    failing_since = models.DateTimeField(null=True, help_text="Nothing has been taken since then.")
    disabled_at = models.DateTimeField(null=True, help_text="Nothing is sent from then on.")
    disabled_because = models.CharField(max_length=20, blank=True, help_text="`asked`, `gone` or `failing`.")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="When the company removed it.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves a company's list.
            models.Index(fields=["company", "-id"], name="webhook_company"),
            # Serves the round for what is due.
            models.Index(
                fields=["company", "position"],
                name="webhook_at_work",
                condition=Q(disabled_at__isnull=True, removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookDelivery(models.Model):
    """One attempt to deliver one change, or a test."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    position = models.BigIntegerField(null=True, help_text="Of the change; null: a test.")
    event = models.CharField(max_length=32)
    attempt = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=[(name, name) for name in DELIVERY_STATES])
    status = models.SmallIntegerField(null=True, help_text="HTTP status that was answered.")
    error = models.CharField(
        max_length=40, blank=True, help_text="Why there was none, or why it did not count."
    )
    duration_ms = models.IntegerField(null=True)
    created_at = models.DateTimeField(help_text="When it was attempted; of a test, asked for.")
    next_at = models.DateTimeField(null=True, help_text="When it is attempted again.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves a webhook's list, newest first.
            models.Index(fields=["webhook", "-id"], name="delivery_webhook"),
            # Serves the round for tests that wait.
            models.Index(fields=["webhook"], name="delivery_pending", condition=Q(state="pending")),
            # Serves the daily removal of what is kept no longer.
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
