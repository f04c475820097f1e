"""Counts by day: what the desk's figures are read from, so that no page reads a month of calls or checks.

A company-day is counted from its rows and replaced whole (`compliance/counts.py`); `CountDue` says which are out of
date. Days are UTC. `region` is that of the number called, as in the calendar of the numbering plan: `CN`, `US-FL`.
"""

from django.db import models

from registry.codes import SECTORS
from registry.models import Company
from registry.models.fields import CodeField


class CallCount(models.Model):
    """Calls of one company and day, by sector and region."""

    day = models.DateField()
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    sector = CodeField(codes=SECTORS)
    region = models.CharField(max_length=6, blank=True)
    calls = models.IntegerField(help_text="Reported.")
    audited = models.IntegerField(help_text="Of these, seen by the last completed audit.")
    violating = models.IntegerField(help_text="Of the audited, with at least one violation that stands.")

    class Meta:
        constraints = [
            # Forbids to count twice. Serves the figures of a period.
            models.UniqueConstraint(fields=["day", "company", "sector", "region"], name="call_count_once")
        ]
        # Serves one company's figures, and the replacement of a company-day.
        indexes = [models.Index(fields=["company", "day"], name="call_count_company")]

    def __str__(self) -> str:
        return f"{self.calls} calls of {self.company_id} on {self.day}"


class CheckCount(models.Model):
    """Checks of one company and day, by kind, sector, region and answer."""

    day = models.DateField()
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = CodeField(codes=("dial", "scrub"))
    sector = CodeField(codes=SECTORS)
    region = models.CharField(max_length=6, blank=True)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=32, help_text="The first reason of the answer.")
    checks = models.IntegerField()

    class Meta:
        constraints = [
            # Forbids to count twice. Serves the figures of a period.
            models.UniqueConstraint(
                fields=["day", "company", "kind", "sector", "region", "allowed", "reason"],
                name="check_count_once",
            )
        ]
        # Serves one company's figures, and the replacement of a company-day.
        indexes = [models.Index(fields=["company", "day"], name="check_count_company")]

    def __str__(self) -> str:
        return f"{self.checks} checks of {self.company_id} on {self.day}"


class ViolationCount(models.Model):
    """Violations of one company and day, by code, sector, region and status."""

    day = models.DateField(help_text="Of the call.")
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    sector = CodeField(codes=SECTORS)
    region = models.CharField(max_length=6, blank=True)
    status = models.CharField(max_length=10)
    violations = models.IntegerField()

    class Meta:
        constraints = [
            # Forbids to count twice. Serves the figures of a period.
            models.UniqueConstraint(
                fields=["day", "company", "code", "sector", "region", "status"], name="violation_count_once"
            )
        ]
        # Serves one company's figures, and the replacement of a company-day.
        indexes = [models.Index(fields=["company", "day"], name="violation_count_company")]

    def __str__(self) -> str:
        return f"{self.violations} {self.code} of {self.company_id} on {self.day}"


class CountDue(models.Model):
    """A company-day whose counts are out of date. One row a change, so that none is lost to a count under way."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    day = models.DateField()
    since = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.company_id} on {self.day}"


class ChecksCounted(models.Model):
    """Up to when checks are counted: one row. Those asked later are added by the next round."""

    until = models.DateTimeField()

    class Meta:
        constraints = [
            # Forbids a second mark.
            models.CheckConstraint(condition=models.Q(id=1), name="checks_counted_once")
        ]

    def __str__(self) -> str:
        return f"checks up to {self.until}"
