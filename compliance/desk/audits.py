"""Audits: which company-days were held against the register, and what came of it."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.desk.lists import ListPage
from compliance.desk.narrowing import DaysFilter
from compliance.models import Audit
from compliance.reports.words import JOB_STATES
from registry import ids


class AuditFilter(DaysFilter):
    """By day, company and state."""

    time_field = "day"
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[(n, JOB_STATES[n]) for n in ("queued", "running", "completed", "failed")],
        empty_label=_("All"),
    )  # fmt: skip
    stale = django_filters.BooleanFilter(
        field_name="stale_since", lookup_expr="isnull", exclude=True, label=_("Calls came in since")
    )


class Audits(ListPage):
    """The latest day first."""

    section: ClassVar[str] = "audits"
    template: ClassVar[str] = "compliance/desk/audits.html"
    filters = AuditFilter
    order: ClassVar[tuple[str, ...]] = ("-day", "-pk")
    file_name: ClassVar[str] = "audits"
    columns: ClassVar[tuple[str, ...]] = (
        "company_id", "company", "day", "state", "runs", "calls", "violations", "incidents", "checks_skipped",
        "requested_at", "started_at", "finished_at", "stale_since", "rule_digest", "policy_digest", "problem",
    )  # fmt: skip

    def rows(self) -> QuerySet[Audit]:
        """All of them."""
        return Audit.objects.select_related("company")

    def more(self, rows: list[Audit]) -> dict[str, Any]:
        """How many violations each found."""
        for row in rows:
            row.violations_found = sum(row.violations.values())
        return {}

    def cells(self, row: Audit) -> Iterable[Any]:
        """A row of the CSV."""
        return (
            ids.public("com", row.company_id), row.company.name, row.day, row.state, row.runs, row.calls,
            sum(row.violations.values()), row.incidents, row.checks_skipped, row.requested_at, row.started_at,
            row.finished_at, row.stale_since, row.rule_digest, row.policy_digest, row.problem,
        )  # fmt: skip
