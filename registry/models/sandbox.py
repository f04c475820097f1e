"""What test keys wrote: kept apart from everything live, so that no test can touch a person's record."""

from django.db import models

from registry.models.companies import ApiKey
from registry.models.fields import CodeField, NumberField

SANDBOX_KINDS = ("check", "opt_out", "consent", "relationship")


class SandboxRecord(models.Model):
    """One thing that a test key made, as the API shows it. Never read by a live request, an audit or a scrub."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    kind = CodeField(codes=SANDBOX_KINDS)
    number = NumberField(help_text="A number of the reserved range.")
    reference = models.CharField(max_length=100, blank=True, help_text="The company's own id for it.")
    document = models.JSONField(help_text="The object as the API answers it.")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            # Serves the lists, "have I sent this before", and "was this number asked about before".
            models.Index(fields=["key", "kind", "id"], name="sandbox_key_kind"),
            models.Index(fields=["key", "number"], name="sandbox_key_number"),
        ]

    def __str__(self) -> str:
        return f"test {self.kind} {self.pk}"
