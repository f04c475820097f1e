"""Disputes of consents: what a company answers, and that the person does not accept it."""

from django.db import models
from django.db.models import Q

from registry.models.companies import Company

#: `answer`: the company shows its proof. `object`: the person stands by their word, and an officer decides.
DISPUTE_STEPS = ("answer", "object")


class DisputeStep(models.Model):
    """One step of a dispute, for good. That it was begun and how it ended are stretches of the consent itself."""

    consent = models.BigIntegerField(help_text="The consent's record id.")
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    step = models.CharField(max_length=10, choices=[(name, name) for name in DISPUTE_STEPS])
    disputed_at = models.DateTimeField(help_text="When the dispute it belongs to was begun.")
    text = models.TextField(
        blank=True, help_text="The answer, which the person reads as it stands; or their reply."
    )
    evidence = models.JSONField(
        default=list, help_text='`[{"type", "sha256", "uri"}]` of what the company can show.'
    )
    at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, help_text="When the clock that ran for it ran out; none if none ran."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            # Forbids an answer that says nothing.
            models.CheckConstraint(
                name="dispute_answer_says_something", condition=~Q(step="answer") | ~Q(text="")
            ),
            # Forbids to object twice in one dispute.
            models.UniqueConstraint(
                fields=["consent", "disputed_at"], condition=Q(step="object"), name="dispute_object_once"
            ),
        ]
        indexes = [
            # Serves the page of a consent and the answer about it.
            models.Index(fields=["consent", "id"], name="dispute_consent"),
            # Serves the officers' list of those that wait for them.
            models.Index(fields=["-id"], condition=Q(step="object"), name="dispute_objections"),
        ]

    def __str__(self) -> str:
        return f"{self.step} about consent {self.consent}"

    @property
    def in_time(self) -> bool | None:
        """Whether the clock had not run out; None if none ran."""
        return None if self.due_at is None else self.at < self.due_at
