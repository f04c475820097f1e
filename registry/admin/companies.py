"""Pages of companies, their licences, calling numbers and people; entering, licensing and suspending them."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html_join

from registry import companies, suspensions
from registry.admin.acts import Act, Doing, Done, Note
from registry.admin.columns import column, company, instant, masked, public, search_link, span
from registry.admin.keys import ISSUE_KEY
from registry.admin.pages import HistoryAdmin, RecordAdmin, in_effect
from registry.admin.searching import Keys
from registry.codes import SECTORS
from registry.errors import InvalidInput
from registry.models import ApiKey, Caller, Check, Company, Consent, Licence, Member, Relationship
from registry.models.companies import COMPANY_KINDS
from registry.periods import Moment
from registry.phone import BadNumber, parse_caller

_SECTORS = [(name, name.replace("_", " ")) for name in SECTORS]


def _moment() -> Moment:
    return Moment.of(datetime.now(UTC))


class CallersField(forms.CharField):
    """Calling numbers, one a line, as E.164."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        try:
            return sorted({parse_caller(line) for line in text.splitlines() if line.strip()})
        except BadNumber as bad:
            raise forms.ValidationError(bad.detail) from bad


class EnterForm(forms.Form):
    """A company with what it needs to begin."""

    name = forms.CharField(max_length=200, help_text="Registered name.")
    kind = forms.ChoiceField(choices=COMPANY_KINDS)
    registration = forms.CharField(max_length=64, required=False, help_text="Number in the company register.")
    sectors = forms.MultipleChoiceField(
        choices=_SECTORS, required=False, help_text="Licensed for, from now on."
    )
    callers = CallersField(required=False, help_text="Numbers it calls from, one a line: +861065551234.")


class LicenseForm(Note):
    """A licence."""

    sectors = forms.MultipleChoiceField(choices=_SECTORS)
    ends = forms.DateTimeField(required=False, help_text="When it ends by itself, UTC; empty: it does not.")
    field_order = ("sectors", "ends", "note")


class SuspendForm(Note):
    """A suspension."""

    sectors = forms.MultipleChoiceField(
        choices=_SECTORS, required=False, help_text="None chosen: all of them."
    )
    field_order = ("sectors", "note")


class CallerForm(forms.Form):
    """One calling number or several."""

    callers = CallersField(help_text="One a line: +861065551234.")


def _enter(doing: Doing) -> Done:
    data = doing.data
    entered = companies.enter(
        name=data["name"], kind=data["kind"], registration=data["registration"], moment=doing.moment
    )
    companies.license(company=entered, sectors=data["sectors"], moment=doing.moment, user=doing.user)
    for number in data["callers"]:
        companies.add_caller(company=entered, number=number, moment=doing.moment, user=doing.user)
    return Done(f"{entered.name} is entered.", made=entered)


def _license(doing: Doing) -> Done:
    given = [
        licence
        for row in doing.rows
        for licence in companies.license(
            company=row,
            sectors=doing.data["sectors"],
            ends=doing.data["ends"],
            note=doing.data["note"],
            moment=doing.moment,
            user=doing.user,
        )
    ]
    return Done(f"{len(given)} licence(s) given.")


def _suspend(doing: Doing) -> Done:
    ended = sum(
        len(
            suspensions.suspend(
                company=row,
                sectors=doing.data["sectors"] or None,
                note=doing.data["note"],
                moment=doing.moment,
                user=doing.user,
            )
        )
        for row in doing.rows
    )
    if not ended:
        raise InvalidInput("There is no licence in effect to suspend")
    return Done(f"{ended} licence(s) ended. Checks deny from now on.")


def _reinstate(doing: Doing) -> Done:
    given = sum(
        len(suspensions.reinstate(company=row, note=doing.data["note"], moment=doing.moment, user=doing.user))
        for row in doing.rows
    )
    if not given:
        raise InvalidInput("There is no licence that a suspension ended")
    return Done(f"{given} licence(s) given again.")


def _add_callers(doing: Doing) -> Done:
    [row] = doing.rows
    for number in doing.data["callers"]:
        companies.add_caller(company=row, number=number, moment=doing.moment, user=doing.user)
    return Done(f"{len(doing.data['callers'])} calling number(s) registered.")


def _remove_callers(doing: Doing) -> Done:
    for row in doing.rows:
        companies.remove_caller(company=row.company, number=row.number, moment=doing.moment, user=doing.user)
    return Done(f"{len(doing.rows)} calling number(s) removed.")


def _standing(row: Company) -> Any:
    """The licences in effect, as a list."""
    rows = Licence.objects.as_of(_moment()).filter(company=row).order_by("sector")
    return (
        format_html_join(
            "\n",
            "<div>{} since {}, until {}</div>",
            (
                (
                    held.sector.replace("_", " "),
                    instant(held.valid.lower, "ever"),
                    instant(held.valid.upper, "suspended"),
                )
                for held in rows
            ),
        )
        or "none in effect"
    )


def _records(row: Company) -> Any:
    """Links to what belongs to the company."""
    words = f"com_{row.pk}"
    labels = {
        Licence: "licences",
        Caller: "calling numbers",
        ApiKey: "API keys",
        Member: "members",
        Consent: "consents",
        Relationship: "relationships",
        Check: "checks",
    }
    return format_html_join(
        ", ", "{}", ((search_link(model, words, label),) for model, label in labels.items())
    )


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    """Companies, carriers and the regulator."""

    keys = Keys(prefix="com")
    hot = False
    list_display = ("name", public("com"), "kind", "registration", "created_at")
    list_filter = ("kind",)
    fields = readonly_fields = (
        public("com"),
        "name",
        "kind",
        "registration",
        "created_at",
        column("licences_in_effect", _standing),
        column("records", _records),
    )
    acts = (
        Act("enter", "Enter a company", "enter_companies", _enter, EnterForm, to_rows=False),
        Act("license", "License", "license_companies", _license, LicenseForm),
        Act(
            "suspend",
            "Suspend",
            "suspend_companies",
            _suspend,
            SuspendForm,
            fits=lambda row, moment: Licence.objects.as_of(moment).filter(company=row).exists(),
            explanation="Checks deny from the instant of the suspension. The licences stay in history.",
        ),
        Act(
            "reinstate",
            "Reinstate",
            "license_companies",
            _reinstate,
            Note,
            fits=lambda row, moment: bool(suspensions.suspended(company=row, moment=moment)),
            explanation="Gives again, from now on, every licence that was suspended, to its end and on its conditions.",
        ),
        Act("add-callers", "Add calling numbers", "enter_companies", _add_callers, CallerForm),
        ISSUE_KEY,
    )

    @property
    def search_help_text(self) -> str:
        return "Search for a name or an id (com_…)."

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        term = search_term.strip()
        if term and not term.startswith("com_"):
            return queryset.filter(name__icontains=term), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(Licence)
class LicenceAdmin(HistoryAdmin):
    """Licences, version by version."""

    keys = Keys(company="company")
    list_select_related = ("company",)
    list_display = ("id", company(), "sector", span("valid"), span("recorded"), "note")
    list_filter = ("sector",)
    fields = readonly_fields = ("record_id", company(), "sector", span("valid"), span("recorded"), "note")

    def public_id(self, row: Licence) -> str:
        """Licences have no public id: the number of the first version names them."""
        return f"licence {row.record_id}"


@admin.register(Caller)
class CallerAdmin(HistoryAdmin):
    """Calling numbers, version by version."""

    keys = Keys(company="company", numbers=("number",))
    list_select_related = ("company",)
    list_display = ("id", company(), masked("number"), span("valid"), span("recorded"))
    fields = readonly_fields = ("record_id", company(), masked("number"), span("valid"), span("recorded"))
    acts = (Act("remove", "Remove", "enter_companies", _remove_callers, fits=in_effect),)

    def public_id(self, row: Caller) -> str:
        """Calling numbers have no public id: the number of the first version names them."""
        return f"caller {row.record_id}"


@admin.register(Member)
class MemberAdmin(RecordAdmin):
    """People who act for companies on the web."""

    keys = Keys(company="company")
    list_select_related = ("company", "user")
    list_display = ("user", company(), "role", "added_at")
    list_filter = ("role",)
    fields = readonly_fields = ("user", company(), "role", "added_at")
