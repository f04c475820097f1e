"""The form of a complaint: what a person remembers of a call, read into what `complaints.file` takes."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from compliance.complaint_evidence import MAX_FILES, Attachment
from compliance.complaint_sense import MAX_TEXT
from compliance.portal import words
from registry import phone
from registry.phone import BadNumber
from registry.portal import words as register_words
from registry.portal.forms import NumberField

_SALT = "compliance.portal.forms"
#: Nobody fills the form in faster, in seconds; and a form may lie open for so long.
FASTEST = 2
FORM_LASTS = timedelta(hours=24)

#: How sure a person is of the time: the tolerance in minutes; `day` is the whole day.
SURE = {
    "10": _("To some minutes"),
    "60": _("About an hour"),
    "day": _("Only the day"),
}

_with_meaning = lazy(lambda name, meaning: format_html("{}<small>{}</small>", name, meaning), str)


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return files.getlist(name)


class FilesField(forms.Field):
    """Files as `complaints.file` takes them."""

    widget = ManyFiles

    def clean(self, value: Any) -> list[Attachment]:
        if len(value) > MAX_FILES:
            raise forms.ValidationError(
                _("Send at most %(most)d files.") % {"most": MAX_FILES}, code="too_many"
            )
        return [Attachment(file.file, file.name or "") for file in value if file.size]


class OptionalNumberField(NumberField):
    """A number that may be left out."""

    def clean(self, value: Any) -> int | None:
        return super().clean(value) if str(value or "").strip() else None


def _choices(names: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(names.items())


class ComplaintForm(forms.Form):
    """One complaint. Everything has a sensible default but who called."""

    caller = OptionalNumberField(
        caller=True, label=_("Which number called you?"), help_text=_("As your telephone shows it.")
    )
    hidden = forms.BooleanField(required=False, label=_("The number was hidden"))
    day = forms.DateField(
        label=_("On which day?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=_("At what time?"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    sure = forms.ChoiceField(
        label=_("How well do you know the time?"),
        choices=_choices(SURE),
        initial="60",
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(
        label=_("What was it?"),
        choices=[(name, _with_meaning(*shown)) for name, shown in words.CATEGORIES.items()],
        initial="commercial",
        widget=forms.RadioSelect,
    )
    sector = forms.ChoiceField(
        label=_("What did they want to sell?"), choices=_choices(register_words.SECTORS), initial="other"
    )
    voice = forms.ChoiceField(
        label=_("Who spoke?"), choices=_choices(words.VOICES), initial="person", widget=forms.RadioSelect
    )
    said_no = forms.ChoiceField(
        label=_("Had you told them before not to call?"),
        choices=[("yes", _("Yes")), ("no", _("No")), ("unsure", _("I am not sure"))],
        initial="no",
        widget=forms.RadioSelect,
    )
    company_named = forms.CharField(
        label=_("Which company did they say they were?"),
        help_text=_("If they named one."),
        required=False,
        max_length=200,
    )
    text = forms.CharField(
        label=_("What else should be known?"),
        help_text=_("The company reads this. Leave out what it need not know of you."),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = FilesField(
        label=_("Recording or screenshot"),
        help_text=_("Up to three files of 15 MB. Only the regulator's officers see them."),
        required=False,
        widget=ManyFiles(attrs={"accept": "image/*,audio/*,video/mp4,video/3gpp,.amr,.m4a"}),
    )
    number = OptionalNumberField(
        label=_("Your phone number"),
        help_text=_("So that we can find the call. It can be left out."),
    )
    show_number = forms.BooleanField(
        required=False, label=_("The company may see my number, to take it off its lists")
    )
    text_updates = forms.BooleanField(
        required=False, initial=True, label=_("Tell me each step by text message")
    )
    #: Left empty by people, who do not see it.
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, clock: datetime, proven: bool, **kwargs: Any) -> None:
        self.clock = clock
        now = timezone.localtime(clock)
        initial = {
            "day": now.date(),
            "time": now.time().replace(minute=now.minute // 5 * 5, second=0, microsecond=0),
            "token": signing.dumps([secrets.token_hex(12), clock.isoformat()], salt=_SALT),
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("number",) if proven else ("text_updates",):
            del self.fields[name]

    def clean_token(self) -> str:
        """What the form was sent out with: its reference, if it was not filled in by a machine."""
        stale = forms.ValidationError(
            _("The form has lain open too long. Please send it once more."), code="stale"
        )
        try:
            reference, sent_out = signing.loads(self.cleaned_data["token"], salt=_SALT)
            open_for = self.clock - datetime.fromisoformat(sent_out)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise stale from error
        if open_for > FORM_LASTS:
            raise stale
        if open_for < timedelta(seconds=FASTEST):
            raise forms.ValidationError(_("That was too fast. Please send it once more."), code="fast")
        return reference

    def clean_website(self) -> str:
        """Nothing."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this empty."), code="filled")
        return ""

    def clean(self) -> dict[str, Any]:
        """The call's moment and tolerance; a number, or that it was hidden."""
        data = super().clean() or {}
        if "caller" in data and data["caller"] is None and not data.get("hidden"):
            self.add_error("caller", _("Enter the number, or say that it was hidden."))
        if data.get("hidden"):
            data["caller"] = None
        day, sure = data.get("day"), data.get("sure")
        if day is not None and sure is not None:
            self._place(data, day, sure)
        return data

    def _place(self, data: dict[str, Any], day: Any, sure: str) -> None:
        """Set `called_at` and `tolerance`, or say what is wrong with them."""
        known = data.get("time")
        whole_day = sure == "day" or known is None
        naive = datetime.combine(day, datetime.min.time()) + timedelta(hours=12)
        if not whole_day:
            naive = datetime.combine(day, known)
        called_at = timezone.make_aware(naive)
        tolerance = timedelta(hours=12) if whole_day else timedelta(minutes=int(sure))
        if called_at - tolerance > self.clock + timedelta(minutes=10):
            self.add_error("day", _("That lies in the future."))
        elif called_at < self.clock - timedelta(days=365):
            self.add_error("day", _("That is more than a year ago, too long to look into."))
        data["called_at"], data["tolerance"] = called_at, tolerance

    def told(self) -> dict[str, Any]:
        """The arguments of `complaints.file` that the form gives."""
        data = self.cleaned_data
        names = (
            "caller",
            "called_at",
            "tolerance",
            "category",
            "sector",
            "voice",
            "company_named",
            "text",
            "evidence",
        )
        return {
            **{name: data[name] for name in names},
            "said_no": {"yes": True, "no": False, "unsure": None}[data["said_no"]],
            "show_number": data["show_number"],
            "text_updates": data.get("text_updates", False),
            "reference": data["token"],
        }


class TrackingForm(forms.Form):
    """Which complaint, by its code."""

    code = forms.CharField(
        label=_("The code of your complaint"),
        max_length=40,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={
                "class": "big",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


def read_caller(text: str) -> int | None:
    """A calling number from an address, to begin the form with; None if it is none."""
    try:
        return phone.parse_caller(text)
    except BadNumber:
        return None
