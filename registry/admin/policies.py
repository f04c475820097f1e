"""Pages of policy packs, the terms in force, and the versions of the rule."""

from django.contrib import admin

from registry.admin.columns import listed, pretty, span
from registry.admin.pages import RecordAdmin
from registry.models import Policy, PolicyPack, RuleSet


@admin.register(PolicyPack)
class PolicyPackAdmin(RecordAdmin):
    """Versions of pack files, as loaded."""

    hot = False
    search_fields = ()
    list_display = ("pack", "digest", "loaded_at")
    list_filter = ("pack",)
    fields = readonly_fields = ("pack", "digest", "loaded_at", pretty("document"))


@admin.register(Policy)
class PolicyAdmin(RecordAdmin):
    """What binds where, for which sector, when."""

    hot = False
    search_fields = ()
    list_display = (
        "jurisdiction",
        "sector",
        "pack",
        span("valid"),
        span("recorded"),
        "consent_required",
        "check_validity",
    )
    list_filter = ("jurisdiction", "sector", "pack")
    fields = readonly_fields = (
        *list_display,
        "digest",
        "confirmation_required",
        "consent_survives_opt_out",
        listed("exempt_purposes"),
        listed("relationship_kinds"),
        pretty("terms"),
        pretty("citations"),
    )


@admin.register(RuleSet)
class RuleSetAdmin(RecordAdmin):
    """Versions of the rule, and the calls each judges."""

    hot = False
    search_fields = ()
    list_display = ("digest", span("valid"), "loaded_at")
    fields = readonly_fields = list_display
