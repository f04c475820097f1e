"""The page of disputes: what companies answered for consents that people deny, and who objects to that.

The officer's word is an act of the consent's own page: confirm, revoke, or settle for the company.
"""

from django.contrib import admin

from registry import ids
from registry.admin.columns import column, company, pretty, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys
from registry.models import DisputeStep


@admin.register(DisputeStep)
class DisputeStepAdmin(RecordAdmin):
    """Answers and objections, the newest first."""

    keys = Keys(prefix="dis", company="company")
    list_select_related = ("company",)
    list_display = (
        public("dis"),
        "step",
        column("of_consent", lambda row: ids.public("con", row.consent)),
        company(),
        "at",
        "due_at",
        column("in_time", lambda row: {True: "yes", False: "late", None: None}[row.in_time]),
    )
    list_filter = ("step",)
    fields = readonly_fields = (*list_display, "disputed_at", "text", pretty("evidence"))
