"""Pages of numbers that changed hands."""

from django.contrib import admin

from registry.admin.columns import masked, span
from registry.admin.pages import HistoryAdmin
from registry.admin.searching import Keys
from registry.models import Reassignment


@admin.register(Reassignment)
class ReassignmentAdmin(HistoryAdmin):
    """Reassignments, version by version."""

    keys = Keys(numbers=("number",))
    list_display = ("id", masked("number"), "source", span("valid"), span("recorded"))
    fields = readonly_fields = ("record_id", masked("number"), "source", span("valid"), span("recorded"))

    def public_id(self, row: Reassignment) -> str:
        """Reassignments have no public id: the number of the first version names them."""
        return f"reassignment {row.record_id}"
