"""Pages of call logs, calls, audits, violations and incidents; settling a violation, resolving an incident."""

from collections.abc import Callable

from django.contrib import admin
from django.utils.html import format_html_join

from compliance import incidents, violations
from compliance.models import Audit, Call, CallLog, Incident, Violation
from registry.admin.acts import Act, Doing, Done, Note
from registry.admin.columns import column, company, instant, masked, pretty, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys


@admin.register(CallLog)
class CallLogAdmin(RecordAdmin):
    """Uploaded files of calls."""

    keys = Keys(prefix="log", company="company", company_indexed=True, time="created_at")
    list_select_related = ("company",)
    list_display = (
        public("log"),
        company(),
        "state",
        "format",
        "accepted",
        "duplicates",
        "rejected",
        "opt_outs",
        "created_at",
        "finished_at",
    )
    list_filter = ("state",)
    fields = readonly_fields = (
        *list_display,
        "file_name",
        "sha256",
        "bytes_total",
        "zone",
        "region",
        "sector",
        "channel",
        "rows_total",
        "rows_done",
        "started_at",
        pretty("problem"),
    )


@admin.register(Call)
class CallAdmin(RecordAdmin):
    """Calls as their companies reported them."""

    keys = Keys(prefix="cal", numbers=("number",), company="company", company_indexed=True, time="started_at")
    list_select_related = ("company",)
    list_display = (
        public("cal"),
        "started_at",
        company(),
        masked("number"),
        masked("caller"),
        "disposition",
        "duration_s",
        "sector",
        "channel",
        public("chk", "check", "check_id"),
        "opt_out_requested",
    )
    list_filter = ("disposition", "sector", "channel", "opt_out_requested")
    fields = readonly_fields = (
        *list_display,
        "call_id",
        "answered_at",
        "ended_at",
        "campaign",
        "agent",
        "sip_call_id",
        public("log", "call_log_id", "call_log_id"),
        "received_at",
    )


_found = column(
    "violations", lambda row: ", ".join(f"{code} {count:,}" for code, count in row.violations.items()) or None
)

_changed = column(
    "changes",
    lambda row: ", ".join(f"{name} {count:,}" for name, count in row.changes.items() if count) or None,
)


@admin.register(Audit)
class AuditAdmin(RecordAdmin):
    """Audits of company-days."""

    keys = Keys(prefix="aud", company="company", company_indexed=True, time="day", time_indexed=False)
    list_select_related = ("company",)
    list_display = (public("aud"), company(), "day", "state", "calls", _found, _changed, "incidents", "runs")
    list_filter = ("state",)
    fields = readonly_fields = (
        *list_display,
        "checks_skipped",
        "requested_at",
        "started_at",
        "finished_at",
        "stale_since",
        "rule_digest",
        "policy_digest",
        "problem",
    )


def _settle(status: str) -> Callable[[Doing], Done]:
    def run(doing: Doing) -> Done:
        for row in doing.rows:
            violations.settle(violation_id=row.pk, status=status, clock=doing.moment.at)
        return Done(f"{len(doing.rows)} violation(s) {status}.")

    return run


def _responses(row: Violation) -> str | None:
    """What the company answered, oldest first."""
    return (
        format_html_join(
            "\n",
            "<div>{}: {}</div>",
            ((instant(response.created_at, ""), response.text) for response in row.responses.all()),
        )
        or None
    )


@admin.register(Violation)
class ViolationAdmin(RecordAdmin):
    """What audits found, one call and code a row."""

    keys = Keys(
        prefix="vio",
        company="company",
        company_indexed=True,
        time="call_started_at",
        time_indexed=True,
        others={"cal": "call"},
    )
    list_select_related = ("company",)
    list_display = (
        public("vio"),
        "code",
        "severity",
        "status",
        company(),
        "call_started_at",
        masked("number"),
        masked("caller"),
        "sector",
    )
    list_filter = ("status", "severity", "sector")
    fields = readonly_fields = (
        *list_display,
        "channel",
        public("cal", "call_id", "call"),
        public("chk", "check", "check_id"),
        public("aud", "audit_id", "audit_id"),
        "opened_at",
        "updated_at",
        column("responses", _responses),
        pretty("evidence"),
    )
    acts = (
        Act(
            "confirm",
            "Confirm",
            "decide_violations",
            _settle("confirmed"),
            fits=lambda row, moment: row.status in ("open", "answered"),
        ),
        Act(
            "dismiss",
            "Dismiss",
            "decide_violations",
            _settle("dismissed"),
            fits=lambda row, moment: row.status in ("open", "answered"),
        ),
    )


def _resolve(doing: Doing) -> Done:
    for row in doing.rows:
        incidents.resolve(incident_id=row.pk, note=doing.data["note"], clock=doing.moment.at)
    return Done(f"{len(doing.rows)} incident(s) resolved.")


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    """Checks whose answer would be another one if asked again."""

    keys = Keys(prefix="inc", company="company", others={"chk": "check_id"})
    list_select_related = ("company",)
    list_display = (
        public("inc"),
        company(),
        public("chk", "check", "check_id"),
        "checked_at",
        "found_at",
        "resolved_at",
    )
    fields = readonly_fields = (*list_display, pretty("given"), pretty("recomputed"), "note")
    acts = (
        Act(
            "resolve",
            "Resolve",
            "resolve_incidents",
            _resolve,
            Note,
            fits=lambda row, moment: row.resolved_at is None,
        ),
    )
