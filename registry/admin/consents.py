"""Pages of consents and notices; confirming, disputing and revoking a consent."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from registry import consents
from registry.admin.acts import Act, Doing, Done
from registry.admin.columns import column, company, listed, masked, pretty, public, span
from registry.admin.pages import HistoryAdmin, RecordAdmin
from registry.admin.searching import Keys
from registry.consents import STEPS
from registry.models import Consent, Notice
from registry.periods import Moment


def _step(verb: Callable[..., Any], past: str) -> Callable[[Doing], Done]:
    def run(doing: Doing) -> Done:
        # The list shows versions; a step is made once for each consent.
        for record_id in sorted({row.record_id for row in doing.rows}):
            verb(record_id=record_id, moment=doing.moment)
        return Done(f"{past}.")

    return run


def _fits(to: str) -> Callable[[Consent, Moment], bool]:
    def fits(row: Consent, moment: Moment) -> bool:
        current = row.recorded.upper is None
        ended = row.valid.upper is not None and row.valid.upper <= moment.at
        return current and row.status in STEPS[to] and (to == "revoked" or not ended)

    return fits


@admin.register(Consent)
class ConsentAdmin(HistoryAdmin):
    """Consents, stretch by stretch and version by version."""

    keys = Keys(prefix="con", of_record=True, numbers=("number",), company="company")
    list_select_related = ("company",)
    list_display = (
        public("con", field="record_id"),
        masked("number"),
        company(),
        listed("sectors"),
        listed("channels"),
        "status",
        "given_at",
        "late",
        span("valid"),
        span("recorded"),
    )
    list_filter = ("status", "method", "late")
    fields = readonly_fields = (
        *list_display[:7],
        "expires_at",
        "on_record_since",
        "late",
        "superseded",
        "method",
        column("notice", lambda row: row.notice.text),
        pretty("evidence"),
        "source_url",
        "reference",
        span("valid"),
        span("recorded"),
    )
    acts = (
        Act(
            "confirm",
            "Confirm",
            "decide_consents",
            _step(consents.confirm, "Confirmed by the person"),
            fits=_fits("confirmed"),
            explanation="Where the person says that they agreed. It lifts earlier refusals of the company.",
        ),
        Act(
            "dispute",
            "Dispute",
            "decide_consents",
            _step(consents.dispute, "Disputed"),
            fits=_fits("disputed"),
            explanation="Where the person says that they never agreed. It carries no call while it is disputed.",
        ),
        Act(
            "settle",
            "Settle for the company",
            "decide_consents",
            _step(consents.settle, "Settled"),
            fits=_fits("recorded"),
            explanation="Where the company has proved a consent that the person disputes. It carries calls again.",
        ),
        Act(
            "revoke",
            "Revoke",
            "decide_consents",
            _step(consents.revoke, "Revoked"),
            fits=_fits("revoked"),
            explanation="Where the person takes it back, for good.",
        ),
    )


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    """What people were shown or read when their consent was taken."""

    keys = Keys(prefix="not", company="company")
    list_select_related = ("company",)
    list_display = (public("not"), company(), column("text", lambda row: row.text[:100]), "created_at")
    fields = readonly_fields = (public("not"), company(), "text", "sha256", "created_at")
