"""Violations: the list, and one with its evidence."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from compliance import case_items
from compliance.counts import FALLEN
from compliance.desk.lists import ListPage
from compliance.desk.narrowing import SECTOR_CHOICES, DaysFilter
from compliance.desk.page import DeskPage
from compliance.models import Call, CaseItem, ComplaintMatch, Violation
from compliance.reports.words import CODES, STATUSES
from registry import ids, phone
from registry.errors import NotFound
from registry.reasons import REASONS

#: Complaints about one call that its violation names.
MOST = 20


class ViolationFilter(DaysFilter):
    """By what the model has an index for."""

    time_field = "call_started_at"
    code = django_filters.ChoiceFilter(label=_("Rule"), choices=list(CODES.items()), empty_label=_("All"))
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=list(STATUSES.items()), empty_label=_("All")
    )
    sector = django_filters.ChoiceFilter(label=_("Sector"), choices=SECTOR_CHOICES, empty_label=_("All"))
    region = django_filters.CharFilter(label=_("Region"))


class Violations(ListPage):
    """What was found, the latest call first."""

    section: ClassVar[str] = "violations"
    template: ClassVar[str] = "compliance/desk/violations.html"
    filters = ViolationFilter
    order: ClassVar[tuple[str, ...]] = ("-call_started_at", "-pk")
    file_name: ClassVar[str] = "violations"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "company_id", "company", "code", "severity", "status", "call", "started_at", "number", "caller",
        "sector", "channel", "region", "check", "opened_at", "updated_at",
    )  # fmt: skip

    def rows(self) -> QuerySet[Violation]:
        """All of them."""
        return Violation.objects.select_related("company")

    def more(self, rows: list[Violation]) -> dict[str, Any]:
        """The case that holds each row, or whether one may be opened on it."""
        held = CaseItem.objects.filter(kind="violation", held=True, object_id__in=[row.pk for row in rows])
        cases = dict(held.values_list("object_id", "case_id"))
        for row in rows:
            row.case = cases.get(row.pk)  # type: ignore[attr-defined]
            row.free = row.case is None and row.status not in FALLEN  # type: ignore[attr-defined]
        return {}

    def cells(self, row: Violation) -> Iterable[Any]:
        """A row of the CSV."""
        return (
            ids.public("vio", row.pk),
            ids.public("com", row.company_id),
            row.company.name,
            row.code,
            row.severity,
            row.status,
            ids.public("cal", row.call) if row.call is not None else None,
            row.call_started_at.isoformat(),
            phone.mask(row.number),
            phone.mask(row.caller) if row.caller is not None else None,
            row.sector,
            row.channel,
            row.region,
            ids.public("chk", row.check_id) if row.check_id is not None else None,
            row.opened_at.isoformat(),
            row.updated_at.isoformat(),
        )


class ViolationPage(DeskPage):
    """One violation: the call, the evidence as of the call, what the company answered, and what it was before."""

    section: ClassVar[str] = "violations"
    template: ClassVar[str] = "compliance/desk/violation.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        row = Violation.objects.select_related("company", "audit").filter(pk=pk).first()
        if row is None:
            raise NotFound
        call = Call.objects.filter(pk=row.call, started_at=row.call_started_at).first()
        return self.show(
            row=row,
            free=case_items.free(row.company_id, "violation").filter(pk=row.pk).exists(),
            call=call,
            reasons=[(code, CODES[code], REASONS[code].detail) for code in row.evidence.get("reasons") or ()],
            facts=(row.evidence.get("facts") or {}).items(),
            versions=row.versions.order_by("-id"),
            responses=row.responses.all(),
            cases=case_items.holding("violation", pk),
            complaints=ComplaintMatch.objects.filter(call=row.call).values_list("complaint_id", flat=True)[
                :MOST
            ]
            if row.call is not None
            else [],
        )
