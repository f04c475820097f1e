"""Audit runs: what each finished audit of a company-day came to. Appended by a trigger, so that no run is forgotten."""

from django.db import models


class AuditRun(models.Model):
    """One finished run of an audit. The audit's own row says what the last one found; this, what was known when."""

    audit = models.ForeignKey("compliance.Audit", models.CASCADE, related_name="finished_runs")
    run = models.IntegerField(help_text="The how-manieth it was.")
    state = models.CharField(max_length=10, help_text="completed or failed.")
    started_at = models.DateTimeField(null=True, help_text="Calls that came in later it has not seen.")
    finished_at = models.DateTimeField()
    calls = models.IntegerField()
    incidents = models.IntegerField()
    rule_digest = models.CharField(max_length=64, blank=True)
    policy_digest = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        # Serves the search for the run that was the last at a moment.
        indexes = [models.Index(fields=["audit", "-finished_at"], name="audit_run_last")]

    def __str__(self) -> str:
        return f"run {self.run} of audit {self.audit_id}"
