"""Under which policy a complaint runs: that of the number called, else of the calling one, else the default pack's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from compliance.complaint_clocks import Place, is_late, running
from registry import places, policies
from registry.errors import PolicyGap
from registry.models import NumberRange, Policy
from registry.packs import ELSEWHERE
from registry.periods import Moment


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy, and the place whose days its clocks count."""

    policy: Policy
    place: Place

    def columns(self, *, called_at: datetime, tolerance: timedelta, moment: Moment) -> dict[str, Any]:
        """What a complaint filed at `moment.at`, and received here at `moment.known_at`, says of its clocks."""
        terms, received_at = self.policy.terms, moment.known_at
        clock, due_at = running(terms, "filed", place=self.place, received_at=received_at, at=received_at)
        late = is_late(terms, place=self.place, called_at=called_at, tolerance=tolerance, filed_at=moment.at)
        return {
            "policy": self.policy,
            "calendar": self.place.calendar,
            "zone": self.place.zone,
            "received_at": received_at,
            "match_at": received_at,
            "late": late,
            "clock": clock,
            "due_at": due_at,
        }


def find(*, number: int | None, caller: int | None, sector: str, moment: Moment) -> Terms:
    """The terms of a complaint received at `moment.known_at`. Raises `PolicyGap` where no policy is loaded."""
    now = Moment.of(moment.known_at)
    for known in (number, caller):
        if known is None:
            continue
        try:
            found = places.of(known)
        except PolicyGap:
            continue
        return Terms(policies.in_force(found.jurisdiction, sector, now), _place(found))
    return Terms(policies.in_force(ELSEWHERE, sector, now), _home(now))


def of_jurisdiction(jurisdiction: str, sector: str, moment: Moment) -> Terms:
    """The terms of a country with a pack of its own (`US`), whatever the numbers. Raises `PolicyGap`."""
    now = Moment.of(moment.known_at)
    return Terms(policies.in_force(jurisdiction, sector, now), _place_in(jurisdiction))


def home(moment: Moment) -> Terms:
    """The terms where nothing is known of a call: those of the default pack."""
    return Terms(policies.in_force(ELSEWHERE, "other", moment), _home(moment))


def _place(found: NumberRange) -> Place:
    return Place(found.calendar, found.zone_key.partition(",")[0])


def _home(moment: Moment) -> Place:
    """The place of the default pack."""
    pack = policies.latest_pack(settings.DEFAULT_POLICY, moment.known_at)
    return _place_in(pack.document["jurisdictions"][0])


def _place_in(jurisdiction: str) -> Place:
    """A place in a country, of the first number there. Raises `PolicyGap` if the numbering plan has none."""
    found = NumberRange.objects.filter(calendar__startswith=jurisdiction).order_by("first").first()
    if found is None:
        raise PolicyGap
    return _place(found)._replace(calendar=jurisdiction)
