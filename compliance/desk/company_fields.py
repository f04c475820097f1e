"""Fields of the desk's forms about companies: sectors, ranges of numbers, days, documents."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import caller_ranges
from registry.caller_ranges import Range
from registry.codes import SECTORS
from registry.phone import BadNumber
from registry.portal.words import SECTORS as SECTOR_WORDS

#: How many lines of numbers a form takes.
MOST_LINES = 200


def sector_choices() -> list[tuple[str, Any]]:
    """Each sector with its words."""
    return [(name, SECTOR_WORDS[name]) for name in SECTORS]


class SectorsField(forms.MultipleChoiceField):
    """Some sectors."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=kwargs.pop("label", _("Sectors")),
            choices=sector_choices,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class RangesField(forms.CharField):
    """Calling numbers, one number or range a line. Answers a list of `Range`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Calling numbers"),
            help_text=_(
                "One a line: a number (+861065551234, 95588), an open end (400812XXXX), or a range "
                "(+861065550000..+861065550099) of at most 10,000."
            ),
            widget=forms.Textarea(attrs={"rows": 4}),
            max_length=20_000,
            **kwargs,
        )

    def clean(self, value: Any) -> list[Range]:
        """The ranges, or what is wrong with the first line that is none."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("At most 200 lines; load more from a file."))
        found = []
        for place, line in enumerate(lines, 1):
            try:
                found.append(caller_ranges.parse(line, settings.PORTAL_REGION))
            except BadNumber as bad:
                sentence = _("Line %(line)s: %(fault)s") % {"line": place, "fault": bad.detail}
                raise forms.ValidationError(sentence) from bad
        return found


class DayField(forms.DateField):
    """A day at the desk. Answers the instant it begins, or with `whole` the instant it is over."""

    def __init__(self, *, whole: bool = False, **kwargs: Any) -> None:
        self.whole = whole
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> datetime | None:  # type: ignore[override]
        """The instant, aware."""
        day: date | None = super().clean(value)
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=self.whole), time()))


class DocumentField(forms.FileField):
    """A document that shows something: a contract, a certificate."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=kwargs.pop("label", _("Proof")),
            help_text=kwargs.pop("help_text", _("PDF or picture, at most 20 MB.")),
            **kwargs,
        )
