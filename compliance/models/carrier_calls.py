"""Carrier calls: one made, as a carrier recorded it. Partitioned by month, append-only."""

from django.db import models

from compliance.models.calls import DISPOSITIONS
from registry.models import Company
from registry.models.fields import CodeField, NumberField


class CarrierCall(models.Model):
    """A call as carried. The table is made in SQL (`sql/carrier_calls_v1.sql`); this maps it for reading."""

    id = models.BigIntegerField(primary_key=True)
    started_at = models.DateTimeField()
    company = models.ForeignKey(
        Company, models.DO_NOTHING, related_name="+", db_constraint=False, help_text="The carrier."
    )
    number = NumberField(help_text="The number called.")
    caller = NumberField(null=True, help_text="The number it was called from.")
    call_id = models.TextField(help_text="The carrier's own id.")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    duration_s = models.IntegerField(null=True, help_text="Talk time in seconds.")
    disposition = CodeField(codes=DISPOSITIONS)
    sip_call_id = models.TextField(null=True)
    carrier_record = models.ForeignKey(
        "compliance.CarrierRecord", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    received_at = models.DateTimeField(help_text="When the register got it.")

    class Meta:
        managed = False
        db_table = "compliance_carriercall"

    def __str__(self) -> str:
        return f"carrier call {self.id}"

    @property
    def answered(self) -> bool:
        """Whether somebody answered."""
        return self.disposition == "answered"
