"""Reconciliations: one company's day, its log set against carriers' records, checks, consents and complaints."""

from django.db import models

from registry.models import Company


class Reconciliation(models.Model):
    """One company-day: its state, its counts, what it found. Without a company: the callers that belong to nobody."""

    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
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
    stale_since = models.DateTimeField(null=True, help_text="Calls came in for this day after it was done.")
    known_at = models.DateTimeField(
        null=True, help_text="What was on record then is what its figures rest on."
    )
    reported = models.IntegerField(default=0, help_text="Calls in the company's log.")
    carried = models.IntegerField(default=0, help_text="Calls that carriers recorded from its callers.")
    matched = models.IntegerField(default=0, help_text="Carried calls that the log has.")
    legs = models.IntegerField(
        default=0, help_text="Carried retries and transfers of calls that the log has."
    )
    missing = models.IntegerField(default=0, help_text="Carried calls that the log has not.")
    not_carried = models.IntegerField(default=0, help_text="Reported calls that no carrier carried.")
    checks = models.IntegerField(default=0, help_text="Allowed checks at the dial that can be used no more.")
    unused = models.IntegerField(default=0, help_text="Those of them that no call followed.")
    silent = models.BooleanField(default=False, help_text="There are checks or carried calls, and no log.")
    found = models.JSONField(default=dict, help_text="Count of each kind.")
    changes = models.JSONField(
        default=dict, help_text="Against the run before: added, withdrawn, reopened, kept."
    )
    policy_digest = models.CharField(max_length=64, blank=True, help_text="Of the policies it asked.")
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-day", "company_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day"], nulls_distinct=False, name="reconciliation_once_a_company_day"
            )
        ]
        indexes = [
            # Serves the overview, the latest day first.
            models.Index(fields=["-day", "-id"], name="reconciliation_day"),
            # Serves the overview of one company.
            models.Index(fields=["company", "-day", "-id"], name="reconciliation_company"),
            # Serves the overview of the days on which something is missing.
            models.Index(
                fields=["-day", "-id"], condition=models.Q(missing__gt=0), name="reconciliation_missing"
            ),
            # Serves the overview of silent companies.
            models.Index(
                fields=["-day", "-id"], condition=models.Q(silent=True), name="reconciliation_silent"
            ),
        ]

    def __str__(self) -> str:
        return f"reconciliation of {self.company_id} on {self.day}"
