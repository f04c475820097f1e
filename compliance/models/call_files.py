"""Files of calls: the columns that a company's call log and a carrier's records have in common."""

from django.db import models

from registry.models import Company

#: A job's states; what is to be done is this row, and a queue message is only a hint.
JOB_STATES = [(name, name) for name in ("queued", "running", "completed", "failed", "cancelled")]


class CallFile(models.Model):
    """One uploaded file. Loading is all or nothing; rows that are no calls stand in the rejected file."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JOB_STATES, default="queued", db_index=True)
    format = models.CharField(
        max_length=20, help_text="As given, or what was recognised: native, asterisk, …"
    )
    zone = models.CharField(max_length=40, blank=True, help_text="IANA zone of times without an offset.")
    region = models.CharField(max_length=2, blank=True, help_text="Region of national numbers.")
    file = models.CharField(max_length=255, help_text="Where the upload lies, below the files folder.")
    file_name = models.CharField(max_length=255, blank=True, help_text="Its name as uploaded.")
    sha256 = models.CharField(max_length=64)
    bytes_total = models.BigIntegerField()
    rejected_file = models.CharField(max_length=255, blank=True)
    rows_total = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    problem = models.JSONField(null=True, help_text="Why it failed, as a problem document.")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="Last sign of life of the worker that loads it.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
