"""Cases, their steps and letters in the administration: to look at. Steps are taken at the desk."""

from django.contrib import admin

from compliance.models import Case, CaseLetter, CaseStep
from registry.admin.columns import company, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys


@admin.register(Case)
class CaseAdmin(RecordAdmin):
    """Cases against companies."""

    keys = Keys(prefix="cse", company="company", company_indexed=True, time="opened_at")
    list_select_related = ("company", "officer")
    list_display = (
        public("cse"),
        "title",
        company(),
        "sector",
        "state",
        "officer",
        "clock",
        "due_at",
        "penalty",
    )
    list_filter = ("state", "sector")
    fields = readonly_fields = (
        *list_display,
        "opened_at",
        "respond_by",
        "decide_by",
        "appeal_by",
        "review_by",
        "lasts",
        "fine",
        "all_sectors",
        "proposed_by",
        "decided_by",
        "decided_at",
        "ends_at",
        "licences",
        "reviewed_by",
        "review",
    )


@admin.register(CaseStep)
class CaseStepAdmin(RecordAdmin):
    """Steps of cases."""

    keys = Keys(prefix="cst", time="at")
    list_display = (public("cst"), "case", "step", "state", "by", "user", "at", "in_time")
    list_filter = ("step",)
    fields = readonly_fields = (*list_display, "text", "evidence", "detail", "clock", "due_at")


@admin.register(CaseLetter)
class CaseLetterAdmin(RecordAdmin):
    """Letters as they were sent; the desk hands them out."""

    keys = Keys(prefix="let", time="made_at")
    list_display = (public("let"), "case", "kind", "language", "sha256", "made_at")
    list_filter = ("kind", "language")
    fields = readonly_fields = (*list_display, "made_from")
