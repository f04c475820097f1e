"""Incidents: a defect of our own. The answer we gave differs from the one we would give for that moment."""

from django.db import models

from registry.models import Company


class Incident(models.Model):
    """One check whose answer, asked again as of then, comes out otherwise. Not a violation: nobody is accused."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    audit = models.ForeignKey("compliance.Audit", models.CASCADE, related_name="incidents_found")
    check_id = models.BigIntegerField(unique=True)
    checked_at = models.DateTimeField()
    given = models.JSONField(help_text="Verdict and reasons given.")
    recomputed = models.JSONField(help_text="Verdict and reasons for the same moment, asked again.")
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        # Serves what is still open.
        indexes = [
            models.Index(fields=["id"], condition=models.Q(resolved_at__isnull=True), name="incident_open")
        ]

    def __str__(self) -> str:
        return f"incident at check {self.check_id}"
