"""The callers that belong to no company: how each of them behaved on a day, and which of them are suspects."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection

from compliance.audit.claims import Claim
from compliance.reconciliation import signals
from compliance.reconciliation.signals import Behaviour, Suspect
from compliance.reconciliation.statements import run
from registry.durations import Duration
from registry.models import Policy
from registry.periods import Moment


def suspects(held: Claim, policy_of: Callable[[str], Policy | None]) -> Iterator[tuple[Suspect, Policy]]:
    """The suspects of the day, each with the policy whose thresholds made it one.

    The law is that of the place of the calling number; where it states no `unlicensed_callers`, nobody is suspected.
    """
    run("strangers.sql", least=_least(held))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE recon_stranger")
        cursor.execute("SELECT DISTINCT jurisdiction FROM recon_stranger ORDER BY jurisdiction")
        places = [place for (place,) in cursor.fetchall()]
    for place in places:
        policy = policy_of(place)
        terms = policy.terms.get("unlicensed_callers") if policy else None
        if policy is None or not terms:
            continue
        held.beat()
        for row in run("behaviour.sql", fetch=True, jurisdiction=place, **_measures(terms, held)):
            suspect = signals.judge(Behaviour(*row[:-1], tuple(row[-1] or ())), terms)
            if suspect is not None:
                yield suspect, policy


def _least(held: Claim) -> int:
    """The least calls a day that any policy in force asks for, so that the others are not looked at one by one."""
    stated = Policy.objects.as_of(Moment(held.since, held.clock)).filter(terms__has_key="unlicensed_callers")
    return min(
        (terms["unlicensed_callers"]["min_calls"] for terms in stated.values_list("terms", flat=True)),
        default=1,
    )


def _measures(terms: dict, held: Claim) -> dict:
    """What counts as short, near and odd; where no signal asks for it, nothing does."""
    hours = terms.get("odd_hours", {"opens": "00:00", "closes": "24:00"})
    within = terms.get("complaints", {}).get("within", "P1D")
    lasted = Duration.parse(within).timedelta
    return {
        "short_s": terms.get("short_calls", {}).get("seconds", -1),
        "step": terms.get("in_sequence", {}).get("step", 0),
        "opens": hours["opens"],
        "closes": hours["closes"],
        "complaints_since": held.until - max(lasted, timedelta(days=1)),
    }
