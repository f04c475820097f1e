"""What pages of figures and lists are narrowed to: a period, a company, a sector, a region; all in the address."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from registry import ids
from registry.codes import SECTORS as CODES
from registry.errors import NotFound
from registry.models import Company
from registry.portal.words import SECTORS

#: Days that a page of figures shows unless it is asked for others, and the most it shows.
DAYS, MOST_DAYS = 30, 92
SECTOR_CHOICES = [(code, SECTORS[code]) for code in CODES]
DATE = forms.DateInput(attrs={"type": "date"})


class CompanyField(forms.CharField):
    """A company by its id (`com_7`) or its name; cleaned, the id of its row, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 200, "label": _("Company"), **options})
        self.widget.attrs["placeholder"] = "com_7"

    def clean(self, value: Any) -> int | None:
        """Find it. Raises `ValidationError` where none or several bear the name."""
        text = super().clean(value)
        if not text:
            return None
        try:
            found = list(Company.objects.filter(pk=ids.number("com", text))[:1])
        except NotFound:
            found = list(Company.objects.filter(name__iexact=text)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("No company, or several, have that name or id."))
        return found[0].pk


class CompanyFilter(django_filters.CharFilter):
    """A list's filter by company."""

    field_class = CompanyField


class DaysFilter(django_filters.FilterSet):
    """What lists of calls' offspring share: a period of days (UTC) and a company."""

    since = django_filters.DateFilter(method="from_day", label=_("From day (UTC)"), widget=DATE)
    until = django_filters.DateFilter(method="to_day", label=_("To day (UTC)"), widget=DATE)
    company = CompanyFilter(field_name="company_id", label=_("Company"))
    #: The field the period is about; a date field or an aware time.
    time_field = "created_at"

    def from_day(self, rows: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        """From the start of that day on."""
        return rows.filter(**{f"{self.time_field}__gte": self._edge(day)})

    def to_day(self, rows: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        """To the end of that day."""
        return rows.filter(**{f"{self.time_field}__lt": self._edge(day + timedelta(days=1))})

    def _edge(self, day: date) -> date | datetime:
        if self.time_field == "day":
            return day
        return datetime.combine(day, datetime.min.time(), UTC)


class FiguresForm(forms.Form):
    """What a page of figures is narrowed to."""

    since = forms.DateField(required=False, label=_("From day (UTC)"), widget=DATE)
    until = forms.DateField(required=False, label=_("To day (UTC)"), widget=DATE)
    company = CompanyField()
    sector = forms.ChoiceField(required=False, label=_("Sector"), choices=[("", _("All")), *SECTOR_CHOICES])
    region = forms.CharField(
        required=False, label=_("Region"), max_length=6, widget=forms.TextInput(attrs={"placeholder": "CN"})
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Fill the period in. Raises `ValidationError` for one that is too long, or ends before it begins."""
        held = super().clean() or {}
        until = held.get("until") or self.today
        since = held.get("since") or until - timedelta(days=DAYS - 1)
        if since > until:
            self.add_error("until", _("The days end before they begin."))
        elif until - since >= timedelta(days=MOST_DAYS):
            self.add_error("until", _("At most three months at once; ask for a report for more."))
        return held | {"since": since, "until": until, "region": (held.get("region") or "").upper()}
