"""Filters of the desk's templates about complaints: codes in words."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

_WORDS: dict[str, dict[str, Any]] = {
    "state": {
        "filed": _("Filed"), "joined": _("Joined"), "relayed": _("Relayed"), "answered": _("Answered"),
        "notified": _("Person told"), "referred": _("Handed on"), "closed": _("Closed"),
        "withdrawn": _("Withdrawn"),
    },
    "category": {"commercial": _("Commercial"), "malicious": _("Malicious"), "illegal": _("Illegal")},
    "step": {
        "file": _("Filed"), "join": _("Joined to another"), "relay": _("Relayed to the company"),
        "answer": _("Answered by the company"), "notify": _("The person was told"),
        "refer": _("Handed to an authority"), "close": _("Closed"), "withdraw": _("Withdrawn"),
    },
    "actor": {
        "complainant": _("the person"), "company": _("the company"), "regulator": _("the regulator"),
        "register": _("the register by itself"),
    },
    "clock": {
        "relay": _("to be relayed"), "answer": _("to be answered"), "notify": _("person to be told"),
        "act": _("to be acted on"),
    },
    "outcome": {
        "upheld": _("Upheld"), "not_upheld": _("Not upheld"), "not_clear": _("Could not be cleared up"),
    },
    "voice": {"person": _("A person"), "recording": _("A recording"), "unsure": _("Not sure")},
    "source": {"portal": _("Portal"), "12321": "12321", "ftc": "FTC"},
    "ground": {
        "call_with_check": _("A call of the company's log, with a check that allowed it"),
        "call_after_deny": _("A call of the company's log, after a check that denied it"),
        "call_check_expired": _("A call of the company's log, after its check had expired"),
        "call_without_check": _("A call of the company's log, without a check"),
        "call_unreported": _("The calling number is the company's, and its log has no such call"),
        "caller_unknown": _("Nobody has registered the calling number"),
        "caller_hidden": _("The calling number was hidden"),
        "number_not_given": _("The person gave no number"),
    },
}  # fmt: skip


@register.filter
def in_words(code: str, kind: str) -> Any:
    """A code of a complaint in words: `{{ complaint.state|in_words:"state" }}`."""
    return _WORDS[kind].get(code, code)
