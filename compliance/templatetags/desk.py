"""Tags and filters of the desk's templates."""

import re
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.template import Context
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from compliance import charts
from compliance.desk import fact_words, unmask
from compliance.desk.discrepancy_words import KINDS
from compliance.portal.words import CLOCKS
from compliance.reports import words
from registry import ids, phone
from registry.models import Company
from registry.portal.words import CHANNELS, CONSENT_STATUSES, RELATIONSHIPS
from registry.reasons import REASONS

register = template.Library()

#: Ids that have a page: its name, and whether its address has the id as outsiders see it.
_PAGES = {
    "app": ("desk-application", True),
    "cal": ("desk-call", False),
    "chk": ("desk-check", False),
    "cmp": ("desk-complaint", True),
    "com": ("desk-company", True),
    "cse": ("desk-case", False),
    "dis": ("desk-discrepancy", False),
    "rep": ("desk-report", False),
    "vio": ("desk-violation", False),
}
_ID = re.compile(rf"\b({'|'.join(_PAGES)})_([0-9]{{1,18}})\b")


@register.filter
def public(number: int | None, prefix: str) -> str:
    """A row's id as outsiders see it: `{{ row.pk|public:"cmp" }}`."""
    return "" if number is None else ids.public(prefix, number)


@register.filter
def linked(text: Any) -> SafeString:
    """A text in which each id that has a page is a link to it."""

    def link(found: re.Match[str]) -> str:
        name, as_outsiders = _PAGES[found[1]]
        address = reverse(name, args=[found[0] if as_outsiders else int(found[2])])
        return f'<a href="{address}">{found[0]}</a>'

    return mark_safe(_ID.sub(link, conditional_escape(text)))  # noqa: S308  (escaped before)


@register.simple_tag
def company_link(company: Company | None) -> str:
    """A company's name, leading to its page; a dash for none."""
    if company is None:
        return "–"
    address = reverse("desk-company", args=[ids.public("com", company.pk)])
    return format_html('<a href="{}">{}</a>', address, company.name)


@register.filter
def moment(text: str) -> str:
    """An instant of the kept evidence (ISO 8601), as the desk writes times."""
    at = parse_datetime(text or "")
    return date_format(localtime(at), "Y-m-d H:i:s") if at else text or ""


@register.filter
def code_detail(value: str) -> str:
    """A rule or reason in a sentence, where the page's language is that of the sentence."""
    return REASONS[value].detail if (get_language() or "en").startswith("en") else ""


@register.filter
def fact_name(value: str) -> Any:
    """A fact in words."""
    return fact_words.NAMES.get(value, value)


@register.filter
def fact_value(value: Any, name: str) -> str:
    """A fact's value in words: `{{ value|fact_value:"hours" }}`."""
    return fact_words.said(value, name)


@register.filter
def channel(value: str) -> Any:
    """A channel in words."""
    return CHANNELS.get(value, value)


@register.filter
def purpose(value: str) -> Any:
    """What a call is for, in words."""
    return fact_words.PURPOSES.get(value, value)


@register.filter
def disposition(value: str) -> Any:
    """How a call ended, in words."""
    return fact_words.DISPOSITIONS.get(value, value)


@register.filter
def consent_status(value: str) -> Any:
    """A consent's status in words."""
    return CONSENT_STATUSES.get(value, value)


@register.filter
def relationship(value: str) -> Any:
    """The kind of a relationship in words."""
    return RELATIONSHIPS.get(value, value)


@register.filter
def mask(number: int | None) -> str:
    """A number as a bystander may see it."""
    return "" if number is None else phone.mask(number)


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1, in per cent with one decimal; nothing for none."""
    return "" if share is None else f"{share * 100:.1f} %"


@register.filter
def figure(number: float | None) -> str:
    """A count as people read it, `12,345`; a dash for none."""
    return charts.written(number)


@register.filter
def code(value: str) -> str:
    """A rule or reason in words."""
    return words.label("code", value)


@register.filter
def sector(value: str) -> str:
    """A sector in words."""
    return words.label("sector", value)


@register.filter
def status(value: str) -> str:
    """A violation's status in words."""
    return words.label("status", value)


@register.filter
def discrepancy(value: str) -> str:
    """A kind of discrepancy in words."""
    return str(KINDS.get(value, value))


@register.filter
def severity(value: str) -> str:
    """A violation's severity in words."""
    return str(words.SEVERITIES.get(value, value))


@register.filter
def job_state(value: str) -> str:
    """The state of a report, an audit or a call log in words."""
    return str(words.JOB_STATES.get(value, value))


@register.filter
def clock(value: str) -> str:
    """What a complaint's clock gives time for."""
    return str(CLOCKS.get(value, value))


@register.inclusion_tag("compliance/desk/masked.html", takes_context=True)
def masked(context: Context, row: Model, field: str = "number") -> dict[str, Any]:
    """A number of a row, masked, with a way to the whole for who may see it."""
    number = getattr(row, field)
    kind = unmask.kind_of(row)
    may = context.get("may") or {}
    address = ""
    if number is not None and kind is not None and may.get("unmask_numbers"):
        back = context["request"].get_full_path()
        address = f"{reverse('desk-unmask', args=[kind, row.pk])}?{urlencode({'next': back})}"
    return {"masked": None if number is None else phone.mask(number), "address": address}


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The query of this page with some values changed, and those that are empty left out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = "" if value is None else str(value)
    kept = [(name, value) for name, values in query.lists() for value in values if value]
    return f"?{urlencode(kept)}"


@register.inclusion_tag("compliance/desk/chart.html")
def chart(drawn: charts.Chart) -> dict[str, Any]:
    """A chart with its table."""
    return {"chart": drawn, "drawing": charts.draw(drawn)}
