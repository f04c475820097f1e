"""Changes: what happened that a company must hear of, written with it, and numbered afterwards in a strict order."""

from django.db import models
from django.db.models import Q

from registry.models.companies import Company
from registry.models.fields import CodeField, NumberField

#: The kinds of change, as the API names them.
EVENTS = (
    "opt_out.registered",
    "check.revoked",
    "consent.revoked",
    "consent.disputed",
    "consent.expiring",
    "scrub.completed",
    "call_log.completed",
    "violation.opened",
    "violation.updated",
)
#: Those that happen to a thing once, however often it is looked at.
ONCE = ("check.revoked", "consent.expiring", "scrub.completed", "call_log.completed")


class Change(models.Model):
    """One thing that one company is told of. Written in the transaction that makes it so.

    Ids are drawn while transactions run, and so become visible out of order; readers go by `position`, which
    `changes.number` gives to what is committed.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", help_text="Who is told.")
    position = models.BigIntegerField(
        null=True, help_text="Its place among the company's changes, from 1, without gaps."
    )
    event = CodeField(codes=EVENTS)
    subject = models.BigIntegerField(null=True, help_text="The number in the id of what it is about.")
    number = NumberField(null=True, help_text="The person's number, if it is about one.")
    number_known = models.BooleanField(
        default=True, help_text="Whether the company knew the number already; otherwise it stays masked."
    )
    details = models.JSONField(default=dict, help_text="What else is told.")
    at = models.DateTimeField(help_text="When it was put on record.")

    class Meta:
        constraints = [
            # Forbids two changes of a company at one place; serves the feed.
            models.UniqueConstraint(fields=["company", "position"], name="change_position"),
            # Forbids to tell twice what happens once.
            models.UniqueConstraint(
                fields=["event", "subject", "company"],
                name="change_once",
                condition=Q(event__in=[EVENTS.index(name) for name in ONCE]),
            ),
        ]
        indexes = [
            # Serves the numbering: what waits for its place.
            models.Index(fields=["id"], name="change_waiting", condition=Q(position__isnull=True)),
            # Serves the daily removal of what is kept no longer.
            models.Index(fields=["at"], name="change_at"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"


class ChangeHead(models.Model):
    """How far a company's changes are numbered; stays when they are removed."""

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="+")
    position = models.BigIntegerField(help_text="Of the last change that has one.")

    def __str__(self) -> str:
        return f"{self.company_id}: {self.position}"
