"""Checks: one question before a call, with its answer. Partitioned by month, append-only."""

from django.db import models

from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.models.companies import Company
from registry.models.fields import CodeField, NumberField
from registry.models.policies import Policy

#: How the question came: before a dial (single or batch), or as a row of a scrubbed file.
CHECK_KINDS = ("dial", "scrub")


class Check(models.Model):
    """A question and its answer, as given. The table is made in SQL (`sql/checks_v1.sql`); this maps it for reading.

    `decision_id` says facts, verdict and reasons; `policy` the terms; both name what they came from, so that the
    audit can ask again and hold the answers side by side.
    """

    id = models.BigIntegerField(primary_key=True)
    checked_at = models.DateTimeField(help_text="The moment the answer is about.")
    number = NumberField()
    company = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False)
    seller = models.ForeignKey(Company, models.DO_NOTHING, related_name="+", db_constraint=False)
    caller = NumberField()
    sector = CodeField(codes=SECTORS)
    channel = CodeField(codes=CHANNELS)
    purpose = CodeField(codes=PURPOSES)
    kind = CodeField(codes=CHECK_KINDS)
    allowed = models.BooleanField()
    decision_id = models.IntegerField()
    policy = models.ForeignKey(Policy, models.DO_NOTHING, db_constraint=False)
    consent = models.BigIntegerField(db_column="consent_record", null=True)
    relationship = models.BigIntegerField(db_column="relationship_record", null=True)
    opt_out = models.BigIntegerField(db_column="opt_out_record", null=True)
    since = models.DateTimeField(null=True, help_text="When the refusal that decides was said.")
    basis_ends_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True, help_text="How long an allow may be used.")
    free_at = models.DateTimeField(null=True, help_text="When the attempt caps permit another call.")
    campaign = models.TextField(null=True)
    reference = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "registry_check"

    def __str__(self) -> str:
        return f"check {self.id}"
