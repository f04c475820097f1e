"""Violations: a call that the rule forbade, or that was made without holding to the check."""

from django.db import models

from registry.codes import CHANNELS, SECTORS
from registry.models import Company
from registry.models.fields import CodeField, NumberField

VIOLATION_STATES = ("open", "answered", "confirmed", "dismissed", "withdrawn")


class Violation(models.Model):
    """One finding about one call, with the evidence as of the call."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    audit = models.ForeignKey("compliance.Audit", models.PROTECT, related_name="found")
    code = models.CharField(max_length=32, help_text="Reason code, as in `GET /rules`.")
    severity = models.CharField(max_length=8)
    status = models.CharField(
        max_length=10,
        choices=[(name, name) for name in VIOLATION_STATES],
        default="open",
        help_text="withdrawn: a later audit of the same day did not find it any more.",
    )
    call = models.BigIntegerField(help_text="The call's row.", db_column="call_row")
    call_started_at = models.DateTimeField()
    number = NumberField()
    caller = NumberField(null=True)
    sector = CodeField(codes=SECTORS)
    channel = CodeField(codes=CHANNELS)
    region = models.CharField(
        max_length=6,
        blank=True,
        db_default="",
        editable=False,
        help_text="Where the number called was when this was found: `CN`, `US-FL`. A trigger fills it in.",
    )
    check_id = models.BigIntegerField(null=True)
    evidence = models.JSONField(
        help_text="Facts, decision and ids of the records they rest on, as of the call."
    )
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Forbids the same finding twice: an audit run again meets its own rows.
            models.UniqueConstraint(fields=["call", "code"], name="violation_once_a_call")
        ]
        indexes = [
            # Serves a company's list and the regulator's, by time of the call.
            models.Index(fields=["company", "call_started_at"], name="violation_company"),
            models.Index(fields=["call_started_at"], name="violation_time"),
            # Serve the regulator's list by what it can be narrowed to.
            models.Index(fields=["code", "call_started_at"], name="violation_code"),
            models.Index(fields=["status", "call_started_at"], name="violation_status"),
            models.Index(fields=["sector", "call_started_at"], name="violation_sector"),
            models.Index(fields=["region", "call_started_at"], name="violation_region"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.company_id}"


class ViolationVersion(models.Model):
    """A violation as it was, from `since` to before `until`. Appended by a trigger at each change.

    So a report asked again as of then says the same, whatever audits, answers and officers did since.
    """

    violation = models.ForeignKey(Violation, models.CASCADE, related_name="versions")
    audit = models.ForeignKey("compliance.Audit", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10)
    check_id = models.BigIntegerField(null=True)
    evidence = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        # Serves the look for what a violation was at a moment.
        indexes = [models.Index(fields=["violation", "until"], name="violation_version_until")]

    def __str__(self) -> str:
        return f"violation {self.violation_id} until {self.until}"


class ViolationResponse(models.Model):
    """What a company answers to a violation."""

    violation = models.ForeignKey(Violation, models.CASCADE, related_name="responses")
    text = models.TextField()
    evidence = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"response {self.pk}"
