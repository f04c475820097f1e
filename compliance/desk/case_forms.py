"""The forms of a case's steps. Their names are those of `compliance/case_steps.py`."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from compliance.desk import case_words
from registry import ids
from registry.errors import NotFound
from registry.portal.words import SECTORS


class TextForm(forms.Form):
    """A step that is told in words."""

    text = forms.CharField(label=_("In words"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


class OfficerChoice(forms.ModelChoiceField):
    """A member of staff, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.get_username()


class AssignForm(forms.Form):
    """To whom."""

    to = OfficerChoice(label=_("Officer"), queryset=get_user_model().objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = get_user_model().objects.filter(is_active=True, groups__permissions__codename="handle_cases")
        self.fields["to"].queryset = staff.distinct().order_by("username")  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    """When and where. The time is that of the desk's clock."""

    hearing_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    where = forms.CharField(label=_("Where"), max_length=300)


class GatherForm(forms.Form):
    """Ids of violations, complaints and discrepancies."""

    items = forms.CharField(
        label=_("Ids of violations, complaints and discrepancies"),
        help_text=_("Such as vio_12 cmp_7 dis_3, separated by spaces or lines."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(label=_("Why they belong to it"), max_length=20_000)

    def clean_items(self) -> dict[str, list[int]]:
        """Row numbers by kind."""
        found: dict[str, list[int]] = {"violation": [], "complaint": [], "discrepancy": []}
        for word in self.cleaned_data["items"].replace(",", " ").split():
            kind = {"vio": "violation", "cmp": "complaint", "dis": "discrepancy"}.get(word[:3])
            try:
                if kind is None:
                    raise NotFound
                found[kind].append(ids.number(word[:3], word))
            except NotFound:
                raise forms.ValidationError(_("%(id)s is no such id."), params={"id": word}) from None
        return found


class ProposeForm(forms.Form):
    """A penalty and its reasons."""

    action = forms.ChoiceField(label=_("Penalty"), choices=list(case_words.PENALTIES.items()))
    lasts = forms.IntegerField(label=_("Days of a suspension"), min_value=1, max_value=3650, required=False)
    fine = forms.CharField(
        label=_("Amount of a fine"),
        help_text=_("With its currency: CNY 30000."),
        max_length=40,
        required=False,
    )
    all_sectors = forms.BooleanField(label=_("For every sector, not only that of the case"), required=False)
    text = forms.CharField(label=_("Reasons"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
    why_other = forms.CharField(
        label=_("Why it is not what the ladder proposes"),
        help_text=_("Only where it is not. The company reads it."),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_lasts(self) -> str:
        """The length in ISO 8601, or empty."""
        days = self.cleaned_data["lasts"]
        return f"P{days}D" if days else ""


class ReviewForm(forms.Form):
    """What comes of an appeal."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=list(case_words.REVIEWS.items()))
    text = forms.CharField(label=_("Reasons"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))


FORMS: dict[str, type[forms.Form]] = {
    "gather": GatherForm,
    "assign": AssignForm,
    "notify": TextForm,
    "respond": TextForm,
    "invite": InviteForm,
    "hear": TextForm,
    "propose": ProposeForm,
    "return": TextForm,
    "decide": TextForm,
    "appeal": TextForm,
    "review": ReviewForm,
    "close": TextForm,
    "withdraw": TextForm,
}


class OpenForm(forms.Form):
    """What a new case is about."""

    title = forms.CharField(label=_("What it is about, in a few words"), max_length=200)
    violation = forms.TypedMultipleChoiceField(
        label=_("Violations"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    complaint = forms.TypedMultipleChoiceField(
        label=_("Complaints"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    discrepancy = forms.TypedMultipleChoiceField(
        label=_("Discrepancies"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    sector = forms.ChoiceField(
        label=_("Sector"),
        help_text=_(
            "Only needed where nothing but discrepancies is chosen; else that of the first call counts."
        ),
        choices=[("", _("That of the first call")), *SECTORS.items()],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Discrepancies alone do not say whose ladder counts."""
        data = super().clean() or {}
        known = data.get("violation") or data.get("complaint")
        if data.get("discrepancy") and not known and not data.get("sector"):
            self.add_error("sector", _("Choose the sector whose ladder of penalties counts."))
        return data
