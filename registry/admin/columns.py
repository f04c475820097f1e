"""How values are shown: numbers masked, ids as outsiders know them, times with their zone."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from registry import ids, phone
from registry.models.fields import NumberField

Column = Callable[[Any], Any]


def column(name: str, show: Column) -> Column:
    """A column called `name` (its heading, too), for `list_display` and `fields`."""

    @admin.display(description=name.replace("_", " "))
    def shown(row: Any) -> Any:
        return show(row)

    shown.__name__ = name
    return shown


def masked(name: str, field: str = "") -> Column:
    """A phone number as `+86138****8000`."""

    def show(row: Any) -> str | None:
        number = getattr(row, field or name)
        return None if number is None else phone.mask(number)

    return column(name, show)


def public(prefix: str, name: str = "public_id", field: str = "pk") -> Column:
    """A row's id as outsiders see it."""

    def show(row: Any) -> str | None:
        number = getattr(row, field)
        return None if number is None else ids.public(prefix, number)

    return column(name, show)


def company(name: str = "company") -> Column:
    """A company's name and id, linked to its page."""

    def show(row: Any) -> Any:
        owner = getattr(row, name)
        if owner is None:
            return None
        address = reverse("admin:registry_company_change", args=[owner.pk])
        return format_html('<a href="{}">{}</a> ({})', address, owner.name, ids.public("com", owner.pk))

    return column(name, show)


def listed(name: str) -> Column:
    """A set of codes, or a list of words."""
    return column(name, lambda row: ", ".join(getattr(row, name) or ()) or None)


def pretty(name: str) -> Column:
    """A document, indented."""

    def show(row: Any) -> Any:
        value = getattr(row, name)
        return (
            None
            if value is None
            else format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))
        )

    return column(name, show)


def instant(at: datetime | None, otherwise: str) -> str:
    """A time in UTC to the second, or `otherwise`."""
    return otherwise if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def span(name: str) -> Column:
    """A half-open range of time, in UTC."""

    def show(row: Any) -> str:
        held = getattr(row, name)
        if held.isempty:
            return "never"
        return f"{instant(held.lower, 'ever')} to {instant(held.upper, 'open')} UTC"

    return column(name, show)


def search_link(model: Any, words: str, label: str) -> Any:
    """A link to the list of `model` that searches for `words`."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', address, urlencode({"q": words}), label)


def number_fields(model: Any) -> list[str]:
    """The fields of a model that hold phone numbers."""
    return [field.name for field in model._meta.fields if isinstance(field, NumberField)]
