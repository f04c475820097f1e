"""Reassignments: when a number changed hands, so that what its last holder agreed to ends."""

from django.db import models

from registry.models.fields import NumberField
from registry.periods import TwoClock


class Reassignment(TwoClock):
    """A number went to a new holder at `lower(valid)`. Reported by carriers or the regulator."""

    number = NumberField(help_text="E.164 digits.")
    source = models.CharField(max_length=100, help_text="Who reported it.")

    class Meta:
        # Serves the reassignment fact.
        indexes = [models.Index(fields=["number"], name="reassignment_number")]
        constraints = [
            models.UniqueConstraint(
                "number", "valid", name="reassignment_once", condition=models.Q(recorded__upper_inf=True)
            )
        ]

    def __str__(self) -> str:
        return f"reassignment {self.record_id}"
