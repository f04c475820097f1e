"""Access records: which member of staff saw a person's whole number, and why."""

from django.conf import settings
from django.db import models

from registry.roles import PERMISSIONS


class AccessRecord(models.Model):
    """One look at what is masked for good reason. Written before it is shown; never changed, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="Who looked."
    )
    kind = models.CharField(max_length=40, help_text="What was looked at: opt-out, consent, call, …")
    object_id = models.CharField(max_length=40, help_text="Its public id, or the number of its row.")
    reason = models.CharField(max_length=500, help_text="Why, in the words of who looked.")
    at = models.DateTimeField(help_text="When.")

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        # What staff may do beyond looking is nobody's own model: these stand here, and roles are made of them.
        permissions = list(PERMISSIONS.items())
        indexes = [
            # Serves "who looked at this".
            models.Index(fields=["kind", "object_id"], name="access_record_object"),
            # Serves "what did this person look at", newest first.
            models.Index(fields=["user", "-id"], name="access_record_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
