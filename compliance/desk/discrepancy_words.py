"""What is said of discrepancies, in plain words: kinds, states, acts, what was found, signals."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.models import Discrepancy

KINDS = {
    "not_reported": gettext_lazy("Carried, not reported"),
    "not_carried": gettext_lazy("Reported, not carried"),
    "under_anothers_caller": gettext_lazy("Under another company's number"),
    "probing": gettext_lazy("Checks without calls"),
    "consent_after_call": gettext_lazy("Consent recorded after the call"),
    "complaint_unreported": gettext_lazy("Complaint about a call nobody reported"),
    "unlicensed_caller": gettext_lazy("Suspected unlicensed caller"),
}
STATES = {
    "open": gettext_lazy("Open"),
    "explained": gettext_lazy("Explained"),
    "dismissed": gettext_lazy("Dismissed"),
    "in_case": gettext_lazy("In a case"),
    "withdrawn": gettext_lazy("No longer found"),
}
ACTS = {
    "explain": gettext_lazy("Explained"),
    "dismiss": gettext_lazy("Dismissed"),
    "into_case": gettext_lazy("Put into a case"),
    "reopen": gettext_lazy("Opened again"),
}


def explanation(row: Discrepancy) -> str:
    """What was found, in one or two sentences. Names no number: lists show it to people who may not see one."""
    return _EXPLAINED[row.kind](row, row.evidence)


def _not_reported(row: Discrepancy, held: dict[str, Any]) -> str:
    said = _(
        "A carrier carried this call from a number of the company, and no call log has it within %(minutes)d minutes."
    ) % {"minutes": held["tolerance_s"] / 60}
    if not held["log_of_day"]:
        said += " " + _("The company has reported no call of that day at all.")
    return said


def _not_carried(row: Discrepancy, held: dict[str, Any]) -> str:
    return _(
        "The company reported this call as answered. The carriers of its number say that their records of the time "
        "are complete, and none of them has it."
    )


def _under_anothers_caller(row: Discrepancy, held: dict[str, Any]) -> str:
    said = _("The company reported a call from a number that is registered to another company (%(owner)s).")
    return said % {"owner": held["owner"]}


def _probing(row: Discrepancy, held: dict[str, Any]) -> str:
    return _(
        "Of %(checks)d allowed checks at the dial, %(unused)d (%(percent)s %%) were followed by no call; more than "
        "%(limit)s %% are looked at. They ask about %(numbers)d numbers."
    ) % {
        "checks": held["checks"],
        "unused": held["unused"],
        "percent": held["percent"],
        "limit": held["limit"]["max_percent"],
        "numbers": held["numbers"],
    }


def _consent_after_call(row: Discrepancy, held: dict[str, Any]) -> str:
    return _(
        "The consent says that it was given on %(given)s, before this call, and was recorded on %(recorded)s, after "
        "it. Nothing else carried the call when it was made."
    ) % {"given": _time(held["given_at"]), "recorded": _time(held["recorded_at"])}


def _complaint_unreported(row: Discrepancy, held: dict[str, Any]) -> str:
    if held["carrier_call"]:
        return _("A person complained of this call, a carrier carried it, and no call log has it.")
    return _("A person complained of a call from a number of the company, and no call log has it.")


def _unlicensed_caller(row: Discrepancy, held: dict[str, Any]) -> str:
    return _(
        "This number belongs to no company, and its behaviour reaches %(score)d points; from %(from)d points on a "
        "number is a suspect."
    ) % {"score": row.score, "from": held["suspect_from"]}


_EXPLAINED: dict[str, Callable[[Discrepancy, dict[str, Any]], str]] = {
    "not_reported": _not_reported,
    "not_carried": _not_carried,
    "under_anothers_caller": _under_anothers_caller,
    "probing": _probing,
    "consent_after_call": _consent_after_call,
    "complaint_unreported": _complaint_unreported,
    "unlicensed_caller": _unlicensed_caller,
}


def _time(text: str) -> str:
    at = parse_datetime(text)
    return date_format(localtime(at), "DATETIME_FORMAT") if at else text


def signals(row: Discrepancy) -> Iterator[tuple[str, int]]:
    """The signals of a suspect: what holds against which threshold, and how many points it is worth."""
    for held in row.evidence["signals"]:
        values = {"value": f"{held['value']:g}", "of": held["of"], "threshold": f"{held['threshold']:g}"}
        yield _SIGNALS[held["name"]] % values, held["points"]


_SIGNALS = {
    "many_calls": gettext_lazy("%(value)s calls in a day; an agent makes some %(threshold)s or fewer."),
    "short_calls": gettext_lazy(
        "%(value)s %% of %(of)d answered calls were over within seconds; %(threshold)s %% or more count."
    ),
    "in_sequence": gettext_lazy(
        "%(value)s %% of %(of)d calls went to a number right beside the one before; %(threshold)s %% or more count."
    ),
    "few_answers": gettext_lazy(
        "%(value)s %% of %(of)d calls were answered; %(threshold)s %% or fewer count."
    ),
    "odd_hours": gettext_lazy(
        "%(value)s %% of %(of)d calls lay outside the day's hours where they rang; %(threshold)s %% or more count."
    ),
    "many_numbers": gettext_lazy(
        "Different numbers make up %(value)s %% of %(of)d calls; %(threshold)s %% or more count."
    ),
    "complaints": gettext_lazy("%(value)s complaints name the number; %(threshold)s or more count."),
}
