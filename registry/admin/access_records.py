"""Pages of access records: who looked at whole numbers, and why."""

from django.contrib import admin

from registry.admin.pages import RecordAdmin
from registry.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(RecordAdmin):
    """Looks at what is masked."""

    list_select_related = ("user",)
    search_fields = ()
    list_display = ("at", "user", "kind", "object_id", "reason")
    fields = readonly_fields = list_display
