"""Announcements: the text that tells a person that a company has recorded a consent of theirs."""

from django.db import models
from django.db.models import Q

from registry.models.companies import Company
from registry.models.fields import NumberField

#: What became of one: sent; not sent, because the consent was not in force any more when its time came.
ANNOUNCEMENT_OUTCOMES = ("sent", "moot")


class Announcement(models.Model):
    """One text about one consent, due or done. Goes with the subscriber who has themselves erased."""

    consent = models.BigIntegerField(unique=True, help_text="The consent's record id.")
    number = NumberField(help_text="Whom to tell.")
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    tell_at = models.DateTimeField(null=True, help_text="When it is to be sent; none once it was dealt with.")
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=8, blank=True, choices=[(name, name) for name in ANNOUNCEMENT_OUTCOMES]
    )

    class Meta:
        constraints = [
            # Forbids one that is due and done, or neither.
            models.CheckConstraint(
                name="announcement_due_or_done",
                condition=Q(tell_at__isnull=False, done_at__isnull=True, outcome="")
                | (Q(tell_at__isnull=True, done_at__isnull=False) & ~Q(outcome="")),
            )
        ]
        indexes = [
            # Serves the round that sends.
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="announcement_due"),
            # Serves the erasing of a person.
            models.Index(fields=["number"], name="announcement_number"),
        ]

    def __str__(self) -> str:
        return f"announcement of consent {self.consent}"
