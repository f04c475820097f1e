"""Documents that companies hand in: contracts, certificates, proofs of the numbers they call from."""

from django.conf import settings
from django.db import models

from registry.models.companies import Company


class Document(models.Model):
    """One file, for good. It lies below the files folder, and is what its bytes say, whatever its name says."""

    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        related_name="documents",
        help_text="Whose; none until it is entered.",
    )
    file = models.CharField(max_length=255, help_text="Where it lies, below the files folder.")
    file_name = models.CharField(max_length=255, blank=True, help_text="Its name as sent.")
    media_type = models.CharField(max_length=40, help_text="By its content.")
    bytes_total = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Who put it in."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name or f"document {self.pk}"
