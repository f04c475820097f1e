"""Pages of opt-outs; registering and withdrawing one."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin

from registry import ids, opt_outs
from registry.admin.acts import Act, Doing, Done
from registry.admin.columns import column, company, listed, masked, public, span
from registry.admin.pages import HistoryAdmin, in_effect
from registry.admin.searching import Keys
from registry.codes import CHANNELS, OPT_OUT_SOURCES, SCOPES, SECTORS
from registry.errors import NotFound
from registry.models import Company, OptOut
from registry.phone import BadNumber, parse


def _choices(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in codes]


class RegisterForm(forms.Form):
    """A person's "no", as the regulator was told it."""

    number = forms.CharField(max_length=40, help_text="E.164: +8613800138000.")
    scope = forms.ChoiceField(choices=_choices(SCOPES))
    sector = forms.ChoiceField(
        choices=[("", "—"), *_choices(SECTORS)], required=False, help_text="For scope sector."
    )
    company = forms.CharField(max_length=24, required=False, help_text="For scope company: com_7.")
    channels = forms.MultipleChoiceField(choices=_choices(CHANNELS), initial=list(CHANNELS))
    said_at = forms.DateTimeField(required=False, help_text="When they said so, UTC; empty: now.")
    source = forms.ChoiceField(choices=_choices(OPT_OUT_SOURCES), initial="regulator")

    def clean_number(self) -> int:
        """The number, read."""
        try:
            return parse(self.cleaned_data["number"])
        except BadNumber as bad:
            raise forms.ValidationError(bad.detail) from bad

    def clean_company(self) -> Company | None:
        """The company that is named."""
        text = self.cleaned_data["company"].strip()
        if not text:
            return None
        try:
            return Company.objects.get(pk=ids.number("com", text))
        except (NotFound, Company.DoesNotExist) as error:
            raise forms.ValidationError("There is no such company") from error

    def clean_said_at(self) -> datetime | None:
        """Not in the future."""
        said_at = self.cleaned_data["said_at"]
        if said_at is not None and said_at > datetime.now(UTC):
            raise forms.ValidationError("An opt-out cannot be said in the future")
        return said_at

    def clean(self) -> dict[str, Any]:
        """The target fits the scope."""
        data = super().clean()
        for scope in ("sector", "company"):
            if scope in data and bool(data[scope]) != (data.get("scope") == scope):
                self.add_error(scope, f"A {scope} goes with the scope {scope}, and with no other")
        return data


def _register(doing: Doing) -> Done:
    data = doing.data
    row = opt_outs.register(
        number=data["number"],
        scope=data["scope"],
        sector=data["sector"] or None,
        company=data["company"],
        channels=data["channels"],
        said_at=data["said_at"],
        source=data["source"],
        moment=doing.moment,
    )
    return Done(
        f"On record as {ids.public('opt', row.record_id)}, binding every check from now on.", made=row
    )


def _withdraw(doing: Doing) -> Done:
    for row in doing.rows:
        opt_outs.withdraw(record_id=row.record_id, moment=doing.moment)
    return Done(f"{len(doing.rows)} opt-out(s) withdrawn.")


def _hours(row: OptOut) -> str | None:
    if row.from_minute is None:
        return None
    begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (row.from_minute, row.to_minute))
    return f"{begin} to {end}, local"


@admin.register(OptOut)
class OptOutAdmin(HistoryAdmin):
    """Opt-outs, version by version."""

    keys = Keys(prefix="opt", of_record=True, numbers=("number",))
    list_select_related = ("company",)
    list_display = (
        public("opt", field="record_id"),
        masked("number"),
        "scope",
        "sector",
        company(),
        listed("channels"),
        "said_at",
        "source",
        span("valid"),
        span("recorded"),
    )
    list_filter = ("scope", "source")
    fields = readonly_fields = (
        *list_display[:6],
        listed("days"),
        column("hours", _hours),
        "said_at",
        "source",
        company("reporter"),
        span("valid"),
        span("recorded"),
    )
    acts = (
        Act("register", "Register an opt-out", "write_opt_outs", _register, RegisterForm, to_rows=False),
        Act(
            "withdraw",
            "Withdraw",
            "write_opt_outs",
            _withdraw,
            fits=lambda row, moment: in_effect(row, moment) and row.valid.upper is None,
            explanation="At the person's wish only. It stays in history.",
        ),
    )
