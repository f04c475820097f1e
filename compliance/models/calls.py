"""Calls: one made, as its company reported it. Partitioned by month, append-only."""

from django.db import models

from registry.codes import CHANNELS, SECTORS
from registry.models import Company
from registry.models.fields import CodeField, NumberField

DISPOSITIONS = ("answered", "no_answer", "busy", "failed", "cancelled", "unknown")


class Call(models.Model):
    """A call as reported. The table is made in SQL (`sql/calls_v1.sql`); this maps it for reading."""

    id = models.BigIntegerField(primary_key=True)
    started_at = models.DateTimeField()
    company = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False)
    number = NumberField(help_text="The number called.")
    caller = NumberField(null=True, help_text="The number it was called from.")
    call_id = models.TextField(help_text="The company's own id.")
    natural_key = models.TextField(help_text="What makes it the same call when sent twice.")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    duration_s = models.IntegerField(null=True, help_text="Talk time in seconds.")
    disposition = CodeField(codes=DISPOSITIONS)
    channel = CodeField(codes=CHANNELS)
    sector = CodeField(codes=SECTORS)
    check_id = models.BigIntegerField(null=True, help_text="The check it names.")
    opt_out_requested = models.BooleanField()
    campaign = models.TextField(null=True)
    agent = models.TextField(null=True)
    sip_call_id = models.TextField(null=True)
    call_log = models.ForeignKey(
        "compliance.CallLog", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    received_at = models.DateTimeField(help_text="When the register got it.")

    class Meta:
        managed = False
        db_table = "compliance_call"

    def __str__(self) -> str:
        return f"call {self.id}"
