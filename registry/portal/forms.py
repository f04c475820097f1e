"""The portal's forms: they read what people type into values that verbs take."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from registry import phone
from registry.codes import CHANNELS, DAYS
from registry.disputes import MAX_TEXT
from registry.phone import BadNumber
from registry.portal import words


class NumberField(forms.CharField):
    """A phone number, as people write it: national numbers of the register's own country, others with +."""

    def __init__(self, *, caller: bool = False, **kwargs: Any) -> None:
        self.caller = caller
        attributes = {"inputmode": "tel", "class": "big", "maxlength": "40"}
        attributes["autocomplete"] = "off" if caller else "tel"
        kwargs.setdefault("widget", forms.TextInput(attrs=attributes | {"type": "tel"}))
        super().__init__(required=False, strip=True, **kwargs)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        read = phone.parse_caller if self.caller else phone.parse
        # China's service numbers and most people's own are written without a country code.
        region = None if text.startswith(("+", "\uff0b")) else settings.PORTAL_REGION
        try:
            return read(text, region)
        except BadNumber as bad:
            raise forms.ValidationError(words.BAD_NUMBERS[bad.code], code=bad.code) from bad


class ProofForm(forms.Form):
    """Which number, and how the code is to come."""

    number = NumberField(
        label=_("Your phone number"), help_text=_("With + and country code if it is from abroad.")
    )
    channel = forms.ChoiceField(
        label=_("How shall we send the code?"),
        choices=[("sms", _("By text message")), ("voice", _("By a call that reads it out"))],
        widget=forms.RadioSelect,
        initial="sms",
    )


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=_("The six digits"),
        max_length=20,
        error_messages={"required": _("Enter the six digits we sent you.")},
        widget=forms.TextInput(
            attrs={
                "class": "digits",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
                "maxlength": "20",
            }
        ),
    )

    def clean_code(self) -> str:
        """Six digits, whatever stood between them; full-width ones too."""
        digits = "".join(str(int(sign)) for sign in self.cleaned_data["code"] if sign.isdecimal())
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise forms.ValidationError(_("The code has six digits."), code="shape")
        return digits


class CallerForm(forms.Form):
    """Which calling number to look up."""

    number = NumberField(
        caller=True,
        label=_("The number that called you"),
        help_text=_("As your telephone shows it; short numbers such as 95588 too."),
    )


#: Half hours of the day as minutes, and midnight at its end.
_HOURS = [(minute, f"{minute // 60:02d}:{minute % 60:02d}") for minute in range(0, 1441, 30)]


class HoursForm(forms.Form):
    """Days and hours at which no calls are wanted."""

    days = forms.MultipleChoiceField(
        label=_("On which days?"),
        help_text=_("None ticked means every day."),
        choices=[(name, words.DAYS[name]) for name in DAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    begins = forms.TypedChoiceField(label=_("From"), choices=_HOURS[:-1], coerce=int, initial=0)
    ends = forms.TypedChoiceField(label=_("Until"), choices=_HOURS[1:], coerce=int, initial=1440)
    channels = forms.MultipleChoiceField(
        label=_("What do you refuse then?"),
        choices=[(name, words.CHANNELS[name]) for name in CHANNELS],
        initial=list(CHANNELS),
        error_messages={"required": _("Tick at least one.")},
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Days as the verb takes them, and hours unless they are the whole day."""
        data = super().clean()
        data["days"] = [name for name in DAYS if name in data.get("days", [])] or None
        begins, ends = data.get("begins"), data.get("ends")
        data["hours"] = None
        if begins is None or ends is None:
            return data
        if begins >= ends:
            self.add_error(
                "ends", _("The end must come after the beginning. Past midnight, make two of them.")
            )
        elif (begins, ends) != (0, 1440):
            data["hours"] = (begins, ends)
        elif data["days"] is None:
            self.add_error(
                "days",
                _("All day, every day: that is a refusal of everything, one page back."),
            )
        return data


class CompanySearchForm(forms.Form):
    """Which company, by a part of its name."""

    q = forms.CharField(
        label=_("Name of the company"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class PermissionForm(forms.Form):
    """What one company may call about, and how."""

    sectors = forms.MultipleChoiceField(
        label=_("What may it call about?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    channels = forms.MultipleChoiceField(
        label=_("In which way?"),
        choices=[(name, words.CHANNELS[name]) for name in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )

    def __init__(self, *args: Any, sectors: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sectors"].choices = [(name, words.SECTORS[name]) for name in sectors]


class ObjectionForm(forms.Form):
    """Why a company's answer is not accepted."""

    text = forms.CharField(
        label=_("What is wrong with its answer?"),
        help_text=_("If you like. Only the regulator's officers read it."),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CarerForm(forms.Form):
    """Who may act for me, in what, and for how long."""

    number = NumberField(label=_("Their phone number"), help_text=_("They prove it with a code, as you did."))
    scope = forms.ChoiceField(
        label=_("What may they do?"),
        choices=list(words.CARER_SCOPES.items()),
        widget=forms.RadioSelect,
        initial="refusals",
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=[(30, _("A month")), (182, _("Half a year")), (365, _("A year"))],
        coerce=int,
        initial=182,
    )


class ReceiptForm(forms.Form):
    """A receipt that somebody shows: the signed text, or the whole file around it."""

    receipt = forms.CharField(
        label=_("The receipt"),
        help_text=_("Paste the text of receipt.jws, or of the JSON file."),
        max_length=200_000,
        error_messages={"required": _("Paste a receipt.")},
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "code"}),
    )

    def clean_receipt(self) -> str:
        """The signed text alone."""
        text = self.cleaned_data["receipt"].strip()
        if text.startswith("{"):
            try:
                text = str(json.loads(text)["receipt"])
            except (ValueError, KeyError, TypeError) as error:
                raise forms.ValidationError(_("There is no receipt in that file."), code="shape") from error
        return "".join(text.split())


class ErasureForm(forms.Form):
    """What is to go besides the traces of having been here."""

    revoke_consents = forms.BooleanField(required=False, label=_("Take back every consent a company claims"))
    end_refusals = forms.BooleanField(
        required=False, label=_("End my refusals too, so that companies may call again")
    )
    sure = forms.BooleanField(
        label=_("Yes, delete me"), error_messages={"required": _("Tick this if you are sure.")}
    )

    def __init__(self, *args: Any, more: Iterable[Mapping[str, Any]], **kwargs: Any) -> None:
        """`more`: the choices of other applications, each a name and a label."""
        super().__init__(*args, **kwargs)
        self.more = {name: label for choices in more for name, label in choices.items()}
        for name, label in self.more.items():
            self.fields[name] = forms.BooleanField(required=False, label=label)

    def also(self) -> list[forms.BoundField]:
        """What may be ticked besides being sure."""
        return [self[name] for name in ("revoke_consents", "end_refusals", *self.more)]

    def chosen(self) -> set[str]:
        """The names of other applications' choices that were ticked."""
        return {name for name in self.more if self.cleaned_data[name]}
