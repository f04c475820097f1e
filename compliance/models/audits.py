"""Audits: one company's calls of one day, held against the register."""

from django.db import models

from registry.models import Company


class Audit(models.Model):
    """The audit of one company-day: its state, what it was judged by, and what it found. Redone, it is replaced."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    day = models.DateField(help_text="Calls that started on this day, UTC.")
    state = models.CharField(
        max_length=10,
        choices=[(name, name) for name in ("queued", "running", "completed", "failed")],
        default="queued",
        db_index=True,
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="Last sign of life of its worker.")
    finished_at = models.DateTimeField(null=True)
    runs = models.IntegerField(default=0, help_text="How often it was done.")
    stale_since = models.DateTimeField(
        null=True, help_text="Calls came in for this day after it was audited."
    )
    rule_digest = models.CharField(max_length=64, blank=True)
    policy_digest = models.CharField(
        max_length=64, blank=True, help_text="Digest over the policies it asked."
    )
    calls = models.IntegerField(default=0)
    violations = models.JSONField(default=dict, help_text="Count of each code.")
    changes = models.JSONField(
        default=dict, help_text="Against the run before: added, withdrawn, reopened, kept."
    )
    incidents = models.IntegerField(default=0)
    checks_skipped = models.IntegerField(
        default=0, help_text="Checks not asked again: their numbers have moved in the numbering plan since."
    )
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-day", "company_id"]
        constraints = [models.UniqueConstraint(fields=["company", "day"], name="audit_once_a_company_day")]
        indexes = [
            # Serves the regulator's list, whole and by state.
            models.Index(fields=["day"], name="audit_day"),
            models.Index(fields=["state", "day"], name="audit_state_day"),
            # Serves the round that has stale ones audited again, and the list of these.
            models.Index(fields=["day"], condition=models.Q(stale_since__isnull=False), name="audit_stale"),
        ]

    def __str__(self) -> str:
        return f"audit of {self.company_id} on {self.day}"
