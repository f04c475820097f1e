"""Call logs: an uploaded file of calls, and how far its loading has come."""

from django.db import models

from compliance.models.call_files import CallFile


class CallLog(CallFile):
    """A company's own file of the calls it made."""

    sector = models.CharField(max_length=20, blank=True, help_text="Sector of rows that name none.")
    channel = models.CharField(max_length=12, default="live", help_text="Channel of rows that name none.")
    opt_outs = models.IntegerField(default=0, help_text="Refusals heard in these calls that were new.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            # Serves a company's list, newest first.
            models.Index(fields=["company", "-id"], name="call_log_company"),
            # Serve the regulator's list, whole, by state and by company.
            models.Index(fields=["created_at"], name="call_log_created"),
            models.Index(fields=["state", "created_at"], name="call_log_state"),
            models.Index(fields=["company", "created_at"], name="call_log_company_created"),
            # Serves "when did a company last send one", as of a moment.
            models.Index(
                fields=["company", "finished_at"],
                condition=models.Q(state="completed"),
                name="call_log_completed",
            ),
        ]

    def __str__(self) -> str:
        return f"call log {self.pk}"
