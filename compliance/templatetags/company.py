"""Filters of the desk's templates about companies."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from registry.portal import words

register = template.Library()

_CHANGES = {
    "entered": _("Entered"),
    "amended": _("Amended"),
    "licensed": _("Licensed"),
    "suspended": _("Suspended"),
    "reinstated": _("Reinstated"),
    "callers_added": _("Calling numbers added"),
    "callers_removed": _("Calling numbers removed"),
    "applied": _("Applied"),
}


@register.filter
def sector_words(name: str) -> Any:
    """A sector in words."""
    return words.SECTORS[name]


@register.filter
def sectors_in(text: str) -> str:
    """A list of codes in which those of sectors are words; anything else is left as it is."""
    return ", ".join(str(words.SECTORS.get(part, part)) for part in text.split(", "))


@register.filter
def change_words(name: str) -> Any:
    """What was done with a company, in words."""
    return _CHANGES[name]


@register.filter
def up_to(count: int, most: int) -> str:
    """A count that was not carried on past `most`."""
    return f"{most:,}+" if count > most else f"{count:,}"
