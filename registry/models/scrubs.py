"""Scrubs: an uploaded list of numbers, how far it is checked, and the parts of its results."""

from django.db import models

from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.models.companies import ApiKey, Company
from registry.models.fields import CodeField, NumberField
from registry.models.jobs import Job


class Scrub(Job):
    """One uploaded list, and the question that is put about each of its numbers.

    It is read into parts, which any number of workers do; one of them holds the claim, and ends it.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", help_text="Who asks.")
    key = models.ForeignKey(
        ApiKey, models.PROTECT, related_name="+", null=True, help_text="With which key; none for a command."
    )
    livemode = models.BooleanField(default=True, help_text="False for a test key: nothing live is looked at.")
    seller = models.ForeignKey(Company, models.PROTECT, related_name="+", help_text="For whom the calls are.")
    caller = NumberField(help_text="The number the calls will come from.")
    sector = CodeField(codes=SECTORS)
    channel = CodeField(codes=CHANNELS)
    purpose = CodeField(codes=PURPOSES)
    campaign = models.CharField(max_length=100, blank=True)
    reference = models.CharField(max_length=100, blank=True, help_text="The company's own id.")
    region = models.CharField(max_length=2, blank=True, help_text="Region of national numbers.")
    column = models.CharField(
        max_length=100, blank=True, help_text="The number's column, as the company says."
    )
    file = models.CharField(
        max_length=255, blank=True, help_text="Where the list lies, unpacked, until it is done with."
    )
    file_name = models.CharField(max_length=255, blank=True, help_text="Its name as uploaded.")
    sha256 = models.CharField(max_length=64, help_text="Digest of the list, unpacked.")
    bytes_total = models.BigIntegerField(help_text="Size of the list, unpacked.")
    header = models.TextField(help_text="The columns of the list, as a line of CSV.")
    rows_total = models.IntegerField(default=0, help_text="An estimate until it is completed.")
    rows_done = models.IntegerField(default=0)
    rows_before = models.IntegerField(
        default=0,
        help_text="Rows that were done when the worker that has it began: its speed is counted from there.",
    )
    allowed = models.IntegerField(default=0)
    denied = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    forgotten_at = models.DateTimeField(null=True, help_text="When its results were removed.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves a company's list, newest first.
            models.Index(fields=["company", "-id"], name="scrub_company"),
            # Serves the round for jobs that nobody does: few are open at a time.
            models.Index(
                fields=["id"], name="scrub_open", condition=models.Q(state__in=["queued", "running"])
            ),
            # Serves the daily round for files that are kept no longer.
            models.Index(
                fields=["finished_at"], name="scrub_kept", condition=models.Q(forgotten_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"scrub {self.pk}"


class ScrubPart(models.Model):
    """Some consecutive rows of a list, read and waiting, or checked. What one worker does at a time.

    Whoever checks it holds the row's lock, and writes the row in the transaction that writes its checks: no row of the
    list is done twice, and a killed worker leaves the part as it was. Its rows, and what they came to, lie in files: a
    worker whose transaction was undone has written where nobody reads.
    """

    scrub = models.ForeignKey(Scrub, models.CASCADE, related_name="parts")
    first_row = models.IntegerField(help_text="The first of its rows, from 0.")
    rows = models.IntegerField()
    source = models.CharField(
        max_length=32,
        blank=True,
        # Workers of the version before this column do not name it.
        db_default="",
        help_text="What the file of its rows, as they were read, is named by.",
    )
    allowed = models.IntegerField(default=0)
    denied = models.IntegerField(default=0, help_text="The rest of its rows were rejected.")
    token = models.CharField(
        max_length=32,
        blank=True,
        help_text="What the files of its results are named by; none until it is done.",
    )

    class Meta:
        ordering = ["scrub", "first_row"]
        constraints = [
            # Forbids rows to be read twice.
            models.UniqueConstraint(fields=["scrub", "first_row"], name="scrub_part_once")
        ]
        indexes = [
            # Serves the search for the next part to be done.
            models.Index(
                fields=["scrub", "first_row"], name="scrub_part_waiting", condition=models.Q(token="")
            )
        ]

    def __str__(self) -> str:
        return f"rows {self.first_row} to {self.first_row + self.rows} of scrub {self.scrub_id}"
