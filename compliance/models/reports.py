"""Reports: figures over a period as of a moment, with the digests that prove them."""

from django.conf import settings
from django.db import models

from compliance.models.call_files import JOB_STATES


class Report(models.Model):
    """One report: what was asked, the figures once they are there, and the files made of them.

    The row is the job: a worker claims it, and a message in the queue is only a hint. Once completed it never changes.
    """

    kind = models.CharField(max_length=24, help_text="One of `compliance/reports/kinds.py`.")
    first = models.DateField(help_text="First day, UTC.")
    last = models.DateField(help_text="Last day, UTC.")
    parameters = models.JSONField(default=dict, help_text="company, sector, region: what it is narrowed to.")
    as_of = models.DateTimeField(help_text="What the register knew then, and nothing that came later.")
    scheduled = models.BooleanField(default=False, help_text="Made by the timetable, not at a request.")

    state = models.CharField(max_length=10, choices=JOB_STATES, default="queued")
    figures = models.JSONField(null=True, help_text="Totals, those of the period before, and tables.")
    rule_digest = models.CharField(
        max_length=64, blank=True, help_text="Over the rules the calls were judged by."
    )
    policy_digest = models.CharField(max_length=64, blank=True, help_text="Over the policies, likewise.")
    data_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of question and figures as canonical JSON."
    )
    files = models.JSONField(
        default=dict, help_text="Of each rendering: where it lies, its SHA-256 and size."
    )
    problem = models.JSONField(null=True, help_text="Why it failed, as a problem document.")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="Last sign of life of its worker.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Forbids a month's report twice, however often the timetable asks for it.
            models.UniqueConstraint(
                fields=["kind", "first", "last", "parameters"],
                condition=models.Q(scheduled=True),
                name="report_scheduled_once",
            )
        ]
        indexes = [
            # Serves the list by kind.
            models.Index(fields=["kind", "-id"], name="report_kind"),
            # Serves the round that looks for what nobody makes.
            models.Index(
                fields=["id"], condition=models.Q(state__in=["queued", "running"]), name="report_to_make"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.first} to {self.last}"
