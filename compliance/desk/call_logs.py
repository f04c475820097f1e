"""Call logs: the files that companies sent, and how their loading went."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.desk.lists import ListPage
from compliance.desk.narrowing import DaysFilter
from compliance.models import CallLog
from compliance.reports.words import JOB_STATES
from registry import ids


class CallLogFilter(DaysFilter):
    """By when it came, company and state."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=list(JOB_STATES.items()), empty_label=_("All")
    )


class CallLogs(ListPage):
    """The latest first."""

    section: ClassVar[str] = "calls"
    template: ClassVar[str] = "compliance/desk/call_logs.html"
    filters = CallLogFilter
    order: ClassVar[tuple[str, ...]] = ("-created_at", "-pk")
    file_name: ClassVar[str] = "call-logs"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "company_id", "company", "state", "format", "file_name", "sha256", "bytes", "rows", "accepted",
        "duplicates", "rejected", "opt_outs", "created_at", "finished_at", "problem",
    )  # fmt: skip

    def rows(self) -> QuerySet[CallLog]:
        """All of them."""
        return CallLog.objects.select_related("company")

    def cells(self, row: CallLog) -> Iterable[Any]:
        """A row of the CSV."""
        return (
            ids.public("log", row.pk), ids.public("com", row.company_id), row.company.name, row.state, row.format,
            row.file_name, row.sha256, row.bytes_total, row.rows_total, row.accepted, row.duplicates, row.rejected,
            row.opt_outs, row.created_at, row.finished_at, (row.problem or {}).get("title", ""),
        )  # fmt: skip
