"""Pages of checks."""

from django.contrib import admin

from registry.admin.columns import column, company, masked, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys
from registry.models import Check, Decision


def _reasons(row: Check) -> str | None:
    reasons = Decision.objects.filter(pk=row.decision_id).values_list("reasons", flat=True).first()
    return ", ".join(reasons) if reasons else None


@admin.register(Check)
class CheckAdmin(RecordAdmin):
    """Questions before a dial, with their answers as given."""

    keys = Keys(prefix="chk", numbers=("number",), company="company", company_indexed=True, time="checked_at")
    list_select_related = ("company",)
    list_display = (
        public("chk"),
        "checked_at",
        company(),
        masked("number"),
        masked("caller"),
        "sector",
        "channel",
        "kind",
        "allowed",
    )
    list_filter = ("allowed", "kind", "sector", "channel")
    fields = readonly_fields = (
        *list_display,
        column("reasons", _reasons),
        company("seller"),
        "purpose",
        public("con", "consent_id", "consent"),
        public("rel", "relationship_id", "relationship"),
        public("opt", "opt_out_id", "opt_out"),
        "since",
        "basis_ends_at",
        "valid_until",
        "free_at",
        "policy",
        "campaign",
        "reference",
    )
