"""Tags and filters of the desk's templates."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.template import Context
from django.urls import reverse

from compliance import charts
from compliance.desk import unmask
from compliance.desk.discrepancy_words import KINDS
from compliance.portal.words import CLOCKS
from compliance.reports import words
from registry import ids, phone

register = template.Library()


@register.filter
def public(number: int | None, prefix: str) -> str:
    """A row's id as outsiders see it: `{{ row.pk|public:"cmp" }}`."""
    return "" if number is None else ids.public(prefix, number)


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
