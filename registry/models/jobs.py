"""Jobs: rows that workers claim and work through (`registry/claims.py`)."""

from django.db import models

#: A job's states; what is to be done is this row, and a queue message is only a hint.
JOB_STATES = ("queued", "running", "completed", "failed", "cancelled")


class Job(models.Model):
    """The columns of a row that workers claim."""

    state = models.CharField(max_length=10, choices=[(name, name) for name in JOB_STATES], default="queued")
    created_at = models.DateTimeField(help_text="When it came in.")
    started_at = models.DateTimeField(
        null=True, blank=True, help_text="When the worker that has it began: the token of its claim."
    )
    beat_at = models.DateTimeField(null=True, blank=True, help_text="The worker's last sign of life.")
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(null=True, blank=True, help_text="Why it failed: code, title, status, detail.")

    class Meta:
        abstract = True
