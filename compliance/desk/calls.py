"""Calls at the desk: find one, and see all that was asked, answered, known then and known now, on one page."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from compliance import spans, timeline
from compliance.desk.lists import ListPage
from compliance.desk.page import DeskPage
from compliance.models import Call
from compliance.timeline import Timeline
from registry import ids, phone, policies, receipts
from registry.api.check_answers import render, sources
from registry.errors import NotFound, ReceiptNotValid
from registry.models import Check
from registry.predial.recall import recall
from registry.reasons import REASONS, citation


class CallFilter(django_filters.FilterSet):
    """By id; or by company and day, with the company's own id. A whole number is searched for at `desk-numbers`."""

    id = django_filters.CharFilter(label=_("Id"), method="by_id")
    company = django_filters.CharFilter(label=_("Company"), method="by_company")
    day = django_filters.DateFilter(
        label=_("Day (UTC)"),
        method="by_day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    own_id = django_filters.CharFilter(label=_("The company's own id"), method="by_own_id")

    class Meta:
        model = Call
        fields: ClassVar[list[str]] = []

    def by_id(self, rows: Any, _name: str, value: str) -> Any:
        """`cal_7`, or `7`."""
        try:
            return rows.filter(pk=ids.number("cal", value if "_" in value else f"cal_{value}"))
        except NotFound:
            return rows.none()

    def by_company(self, rows: Any, _name: str, value: str) -> Any:
        """`com_7`."""
        try:
            return rows.filter(company_id=ids.number("com", value))
        except NotFound:
            return rows.none()

    def by_day(self, rows: Any, _name: str, value: Any) -> Any:
        """Calls that began then."""
        return _on(rows, value)

    def by_own_id(self, rows: Any, _name: str, value: str) -> Any:
        """As the company's log names it: within a company and a day, whose calls are read."""
        form = self.form.cleaned_data
        if not (form.get("company") and form.get("day")):
            return rows.none()
        return rows.filter(call_id=value)


def _on(rows: Any, day: Any) -> Any:
    since = datetime.combine(day, time(), UTC)
    return rows.filter(started_at__gte=since, started_at__lt=since + timedelta(days=1))


class CallList(ListPage):
    """Calls of a company, the newest first. Nothing is listed before something is asked for."""

    template: ClassVar[str] = "compliance/desk/calls.html"
    section: ClassVar[str] = "calls"
    filters: ClassVar[type[django_filters.FilterSet]] = CallFilter
    order: ClassVar[tuple[str, ...]] = ("-started_at", "-id")

    def rows(self) -> Any:
        """The calls, once a company or an id is named: each has an index that bounds what is read."""
        asked = self.request.GET
        rows = Call.objects.select_related("company")
        return rows if asked.get("id") or asked.get("company") else rows.none()

    def more(self, rows: list[Any]) -> dict[str, Any]:
        """Whether anything was asked for."""
        return {"asked": any(self.request.GET.get(name) for name in ("id", "company", "day", "own_id"))}


class _Page(DeskPage):
    """What the pages of a call and of a check have in common."""

    template: ClassVar[str] = "compliance/desk/call.html"
    section: ClassVar[str] = "calls"

    def page(self, found: Timeline, **more: Any) -> HttpResponse:
        """Render a timeline."""
        lanes = [(version, version.row.valid, version.row.recorded) for version in found.versions]
        return self.show(
            found=found,
            answers=[(_("Known then"), _shown(found.then)), (_("Known now"), _shown(found.now))],
            given=_given(found.check, self.moment.at) if found.check is not None else None,
            drawing=spans.draw(lanes, at=found.moment.at, clock=self.moment.at),
            known_from=found.now.moment.known_at,
            **more,
        )


class CallPage(_Page):
    """One call."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        found = timeline.of_call(pk, clock=self.moment.known_at)
        return self.page(found)


class CheckPage(_Page):
    """One check, with the calls that may rest on it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        found = timeline.of_check(pk, clock=self.moment.known_at)
        return self.page(found, calls=timeline.calls_on(found.check))  # type: ignore[arg-type]


def _shown(known: timeline.Known) -> dict[str, Any]:
    """An answer with its reasons and their articles."""
    if known.answer is None:
        return {"known_at": known.moment.known_at, "problem": known.problem}
    terms = policies.by_id(known.answer.policy_id)
    return {
        "known_at": known.moment.known_at,
        "allowed": known.answer.decision.allowed,
        "reasons": _reasons(known.answer.decision.reasons, terms.citations),
        "policy": terms.pack,
        "digest": terms.digest,
    }


def _reasons(codes: Any, citations: Any) -> list[tuple[str, str, str]]:
    return [(code, REASONS[code].detail, citation(code, citations)) for code in codes]


def _given(check: Check, clock: Any) -> dict[str, Any]:
    """The answer that the check was given, and whether its receipt is one of this register, verified again."""
    answer, rule = recall(check)
    terms = policies.by_id(answer.policy_id)
    receipt = render(answer, check.pk, sources.coverage(clock), rule).receipt
    try:
        receipts.verify(receipt or "")
        verified = True
    except ReceiptNotValid:
        verified = False
    return {
        "allowed": answer.decision.allowed,
        "reasons": _reasons(answer.decision.reasons, terms.citations),
        "rule": rule,
        "policy": terms.pack,
        "digest": terms.digest,
        "receipt": receipt,
        "verified": verified,
        "caller": phone.mask(check.caller),
    }
