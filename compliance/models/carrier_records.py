"""Carrier records: an uploaded file of the calls a carrier carried, and for which callers and time it is complete."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models

from compliance.models.call_files import CallFile
from registry.models import Company
from registry.models.fields import NumberField


class CarrierRecord(CallFile):
    """A file of a carrier's; `company` is the carrier, or the regulator where it has the file from one."""

    carrier = models.CharField(
        max_length=100, blank=True, help_text="Whose records they are, where the regulator sends them."
    )
    complete_from = models.DateTimeField(
        null=True, help_text="From when on it holds every call of its callers; none if it does not claim to."
    )
    complete_until = models.DateTimeField(null=True, help_text="Until when, exclusive.")
    callers = models.JSONField(
        default=list,
        help_text="Callers it is complete for beside those in its rows: they made no other call.",
    )
    covered = models.IntegerField(default=0, help_text="Callers it is complete for.")
    anonymous = models.IntegerField(
        default=0, help_text="Calls without a calling number: kept, and held against nothing."
    )

    class Meta:
        ordering = ["-id"]
        # Serves a carrier's list, newest first.
        indexes = [models.Index(fields=["company", "-id"], name="carrier_record_company")]
        constraints = [
            # Forbids a time of completeness with one end, or none between its ends.
            models.CheckConstraint(
                condition=models.Q(complete_from=None, complete_until=None)
                | models.Q(complete_from__lt=models.F("complete_until")),
                name="carrier_record_complete_for_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"carrier record {self.pk}"


class CarrierCoverage(models.Model):
    """A carrier's word that its records hold every call made from a caller in a time."""

    carrier_record = models.ForeignKey(CarrierRecord, models.PROTECT, related_name="coverage")
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", help_text="The carrier.")
    caller = NumberField(help_text="The calling number, E.164 digits.")
    valid = DateTimeRangeField(help_text="The time, half-open.")
    recorded_at = models.DateTimeField(help_text="When the register got it.")

    class Meta:
        # Serves "who covers this caller at that time": few rows of one caller.
        indexes = [models.Index(fields=["caller", "-id"], name="carrier_coverage_caller")]

    def __str__(self) -> str:
        return f"coverage {self.pk}"
