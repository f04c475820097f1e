"""Carers: people who may act for a number that is not theirs, because its holder let them."""

from django.db import models
from django.db.models import F, Q

from registry.models.fields import CodeField, NumberField

#: What a carer may do: refuse calls and take that back; or also see and answer for consents.
CARER_SCOPES = ("refusals", "everything")


class Carer(models.Model):
    """Leave for one number to act for another, given by its holder, until a day."""

    number = NumberField(help_text="Who may act: E.164 digits.")
    ward = NumberField(help_text="For whom; its holder had proven it when this was given.")
    scope = CodeField(codes=CARER_SCOPES)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When its holder took it back.")

    class Meta:
        constraints = [
            # Forbids two leaves of one pair to stand at once.
            models.UniqueConstraint(
                fields=["ward", "number"], name="carer_one_at_a_time", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="carer_is_another", condition=~Q(number=F("ward"))),
            models.CheckConstraint(name="carer_ends", condition=Q(expires_at__gt=F("given_at"))),
        ]
        # Serves "for whom may this number act".
        indexes = [models.Index(fields=["number"], name="carer_number")]

    def __str__(self) -> str:
        return f"carer {self.pk}"


class CarerAct(models.Model):
    """One thing a carer did, for the one they did it for to see."""

    carer = models.ForeignKey(Carer, models.CASCADE, related_name="acts")
    what = models.CharField(max_length=40, help_text="The name of the page's address.")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} by {self.carer}"
