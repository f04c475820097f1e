"""Special actions: a named drive over a period, what it is about and what it is held against, and notes by week."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registry.codes import SECTORS
from registry.models.fields import CodeSetField


class Campaign(models.Model):
    """One special action. Days are UTC, first and last included. Only closing changes it."""

    name = models.CharField(max_length=200)
    aim = models.TextField(blank=True, help_text="What it is for, in words.")
    first = models.DateField(help_text="Its first day.")
    last = models.DateField(help_text="Its last day.")
    baseline_first = models.DateField(help_text="The first day it is compared with.")
    baseline_last = models.DateField(help_text="The last day it is compared with: before it begins.")
    sectors = CodeSetField(codes=SECTORS, help_text="The sectors it is about; none: all.")
    regions = ArrayField(
        models.CharField(max_length=6), default=list, blank=True, help_text="`CN`, `US-FL`; none: all."
    )
    departments = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, help_text="Departments that take part."
    )
    most_complaints = models.IntegerField(null=True, help_text="Target: complaints received, at most.")
    most_rate = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text="Target: violation rate in per cent, at most."
    )
    fewest_audits = models.IntegerField(null=True, help_text="Target: company-days audited, at least.")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(blank=True, help_text="How it ended, in words.")
    figures = models.JSONField(null=True, help_text="Its progress as counted at the closing.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Forbids days that end before they begin, and a baseline that reaches into the action.
            models.CheckConstraint(
                condition=Q(
                    first__lte=F("last"),
                    baseline_first__lte=F("baseline_last"),
                    baseline_last__lt=F("first"),
                ),
                name="campaign_days_in_order",
            )
        ]
        # Serves the list of those that still run, and of those that are closed.
        indexes = [
            models.Index(fields=["-id"], condition=Q(closed_at__isnull=True), name="campaign_open"),
            models.Index(fields=["-id"], condition=Q(closed_at__isnull=False), name="campaign_closed"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignNote(models.Model):
    """What staff write of one week of a special action, for good."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="notes")
    week = models.DateField(help_text="The first day of the week it is about.")
    text = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note of {self.week}"
