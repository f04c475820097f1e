"""Answers kept for a day, so that a request sent twice has one effect."""

from django.db import models

from registry.models.companies import Company


class IdempotencyKey(models.Model):
    """One company's key, the digest of the request it came with, and the answer once there is one."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    created_at = models.DateTimeField(db_index=True)
    status = models.SmallIntegerField(null=True, help_text="Null while the first request is running.")
    body = models.BinaryField(null=True)
    content_type = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.key}"
