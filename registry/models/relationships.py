"""Relationships: a purchase, a contract or an inquiry that may carry a call where the policy admits it."""

from django.db import models

from registry.codes import RELATIONSHIP_KINDS
from registry.models.companies import Company
from registry.models.fields import CodeField, NumberField
from registry.periods import TwoClock


class Relationship(TwoClock):
    """An existing business relationship: in effect from `last_at` for as long as the policy says."""

    number = NumberField(help_text="With whom: E.164 digits.")
    company = models.ForeignKey(Company, models.PROTECT, related_name="relationships")
    kind = CodeField(codes=RELATIONSHIP_KINDS, help_text="What it rests on.")
    last_at = models.DateTimeField(help_text="The last purchase, the end of the contract, or the inquiry.")
    on_record_since = models.DateTimeField(help_text="When the register first held it.")
    reference = models.CharField(max_length=100, help_text="The company's own id for it.")

    class Meta:
        constraints = [
            # Forbids the same relationship to stand twice under one reference.
            models.UniqueConstraint(
                fields=["company", "reference"],
                name="relationship_one_at_a_time",
                condition=models.Q(recorded__upper_inf=True),
            )
        ]
        indexes = [
            # Serves the relationship fact.
            models.Index(fields=["number", "company"], name="relationship_number_company"),
            # Serves the history of one relationship.
            models.Index(fields=["record_id"], name="relationship_record"),
        ]

    def __str__(self) -> str:
        return f"relationship {self.record_id}"
