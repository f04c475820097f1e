"""Replays: a draft policy, the period it was held against, and what came out."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry import codes
from registry.codes import SECTORS
from registry.models.fields import CodeSetField
from registry.models.jobs import Job


class Replay(Job):
    """The questions of a period, asked again under a draft. Kept whole, so that it can be shown again and checked."""

    pack = models.CharField(max_length=40, help_text="The pack that the draft is of.")
    draft = models.TextField(help_text="Its text, TOML.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the draft.")
    base_digest = models.CharField(max_length=64, help_text="SHA-256 of the file in force then.")
    changes = models.JSONField(
        help_text="The parameters that differ: was, now, and whether replaying shows it."
    )
    terms_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day whose terms hold for the whole period; none: as they are dated.",
    )
    first = models.DateField(help_text="The first day, UTC.")
    last = models.DateField(help_text="The last day, UTC.")
    sectors = CodeSetField(codes=SECTORS)
    companies = ArrayField(models.BigIntegerField(), help_text="Their ids; empty: all.")
    share = models.SmallIntegerField(default=100, help_text="Per cent of all numbers.")
    as_of = models.DateTimeField(help_text="Calls that came on record later are left out.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    units_total = models.IntegerField(default=0, help_text="Company-days.")
    units_done = models.IntegerField(default=0)
    figures = models.JSONField(
        null=True, help_text="What turns, by sector, company and reason, with examples."
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves the round for jobs that nobody does: few are open at a time.
            models.Index(
                fields=["id"], name="replay_open", condition=models.Q(state__in=["queued", "running"])
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="replay_share_in_per_cent", condition=models.Q(share__gte=1, share__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"replay {self.pk}"

    @property
    def sectors_mask(self) -> int:
        """The sectors as a bit mask."""
        return codes.mask(self.sectors, SECTORS)
