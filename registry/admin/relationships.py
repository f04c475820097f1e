"""Pages of business relationships."""

from django.contrib import admin

from registry.admin.columns import company, masked, public, span
from registry.admin.pages import HistoryAdmin
from registry.admin.searching import Keys
from registry.models import Relationship


@admin.register(Relationship)
class RelationshipAdmin(HistoryAdmin):
    """Relationships, version by version."""

    keys = Keys(prefix="rel", of_record=True, numbers=("number",), company="company")
    list_select_related = ("company",)
    list_display = (
        public("rel", field="record_id"),
        masked("number"),
        company(),
        "kind",
        "last_at",
        span("valid"),
        span("recorded"),
    )
    list_filter = ("kind",)
    fields = readonly_fields = (
        *list_display[:5],
        "on_record_since",
        "reference",
        span("valid"),
        span("recorded"),
    )
