"""Filters of the portal's templates."""

from django import template
from django.utils.functional import Promise

from registry.portal import words

register = template.Library()


@register.filter
def sector(code: str) -> str | Promise:
    """A sector's name in the page's language."""
    return words.SECTORS.get(code, code)
