"""Consent files: an uploaded CSV of consents, and how far it is on record."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models.companies import ApiKey, Company
from registry.models.jobs import Job


class ConsentFile(Job):
    """One uploaded file of a company's consents.

    Rows are counted in the transaction that puts them on record: whoever goes on after a killed worker begins behind
    `rows_done`.
    """

    company = models.ForeignKey(
        Company, models.PROTECT, related_name="+", help_text="Whose consents they are."
    )
    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+", help_text="With which key it was sent.")
    livemode = models.BooleanField(default=True, help_text="False for a test key: nothing is put on record.")
    region = models.CharField(max_length=2, blank=True, help_text="Region of national numbers.")
    file = models.CharField(max_length=255, blank=True, help_text="Where it lies, until it is done with.")
    file_name = models.CharField(max_length=255, blank=True, help_text="Its name as uploaded.")
    sha256 = models.CharField(max_length=64, help_text="Digest of the file, unpacked.")
    bytes_total = models.BigIntegerField(help_text="Size of the file, unpacked.")
    rows_total = models.IntegerField(default=0, help_text="An estimate until it is completed.")
    rows_done = models.IntegerField(default=0)
    created = models.IntegerField(default=0, help_text="Consents that were put on record.")
    duplicates = models.IntegerField(default=0, help_text="Rows whose reference was on record.")
    rejected = models.IntegerField(default=0, help_text="Rows that were refused.")
    rejected_parts = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="The files of refused rows, in their order.",
    )
    forgotten_at = models.DateTimeField(null=True, help_text="When its refused rows were removed.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves a company's list, newest first.
            models.Index(fields=["company", "-id"], name="consent_file_company"),
            # Serves the round for jobs that nobody does: few are open at a time.
            models.Index(
                fields=["id"], name="consent_file_open", condition=models.Q(state__in=["queued", "running"])
            ),
            # Serves the daily round for files that are kept no longer.
            models.Index(
                fields=["finished_at"],
                name="consent_file_kept",
                condition=models.Q(forgotten_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"consent file {self.pk}"
