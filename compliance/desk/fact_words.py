"""Facts of a check and of a call, and what calls are and come to, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES = {
    "standing": _("Licence of the company"),
    "caller_registered": _("Calling number registered"),
    "refused": _("The person refused this company"),
    "out_of_all": _("Opted out of all calls"),
    "out_of_sector": _("Opted out of the sector"),
    "out_of_channel": _("Opted out of the channel"),
    "ground": _("What the call rests on"),
    "regime": _("What the law asks for"),
    "hours": _("Time of the call"),
    "attempts_exceeded": _("Too many attempts"),
}
#: By fact, since one code may mean two things.
VALUES: dict[str, dict[str, Any]] = {
    "standing": {
        "unlicensed": _("No licence"),
        "sector_unlicensed": _("No licence for the sector"),
        "licensed": _("Licensed"),
    },
    "ground": {
        "consent": _("Consent"),
        "relationship": _("Business relationship"),
        "missing": _("No consent"),
        "expired": _("Consent expired"),
        "revoked": _("Consent taken back"),
        "disputed": _("Consent disputed"),
        "unconfirmed": _("Consent not confirmed"),
        "not_for_channel": _("Consent not for this channel"),
        "reassigned": _("Number changed hands"),
    },
    "regime": {
        "consent_required": _("Consent"),
        "opt_out": _("No refusal"),
        "exempt": _("Nothing: the purpose is exempt"),
    },
    "hours": {
        "open": _("Within calling hours"),
        "outside_calling_hours": _("Outside calling hours"),
        "closed_day": _("A day without calls"),
    },
}
DISPOSITIONS = {
    "answered": _("Answered"),
    "no_answer": _("No answer"),
    "busy": _("Busy"),
    "failed": _("Failed"),
    "cancelled": _("Hung up before the answer"),
    "unknown": _("Not known"),
}
PURPOSES = {
    "marketing": _("Marketing"),
    "service": _("Service"),
    "survey": _("Survey"),
    "charity": _("Charity"),
    "political": _("Political"),
    "emergency": _("Emergency"),
}


def said(value: Any, name: str) -> str:
    """A fact's value in words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return str(VALUES.get(name, {}).get(str(value), value))
