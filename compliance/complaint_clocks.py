"""Which clock runs for a complaint, and when it runs out: from the policy's `complaint_clock`. Pure.

China's draft: relayed within 3 working days, answered within 15, the person told within 3. India's: action within 5
days, whatever the step. A pack without a value has no clock, and nothing is ever due. An officer has as long for an
objection as a company for its answer, and a person may object for 30 days: the operator's choice, no law known here
says anything of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from registry import working_days

#: The clock that a state waits for, and the policy's value for it.
_STEPWISE = {
    "filed": ("relay", "relay_working_days"),
    "relayed": ("answer", "answer_working_days"),
    "answered": ("notify", "notify_working_days"),
    "objected": ("decide", "answer_working_days"),
}
#: How long after the answer, the word of it or the decision a person may object.
OBJECT_WITHIN = timedelta(days=30)


class Running(NamedTuple):
    """A clock, by its name in `complaint_steps.CLOCKS`, and when it runs out (aware, UTC). No name, no clock."""

    clock: str = ""
    due_at: datetime | None = None


class Place(NamedTuple):
    """Whose working days count, and where a day ends."""

    calendar: str
    zone: str


def running(
    terms: Mapping[str, Any], state: str, *, place: Place, received_at: datetime, at: datetime
) -> Running:
    """The clock that runs from `at`, when a complaint received at `received_at` came to `state`.

    `terms` are a policy's values. A clock runs out at the end of its last day.
    """
    value = terms.get("complaint_clock") or {}
    if state not in _STEPWISE:
        return Running()
    clock, parameter = _STEPWISE[state]
    if days := value.get(parameter):
        return Running(clock, working_days.end_after(place.calendar, place.zone, at, days))
    if days := value.get("act_within_days"):
        return Running("act", working_days.end_of_day_after(place.zone, received_at, days))
    return Running()


def is_late(
    terms: Mapping[str, Any], *, place: Place, called_at: datetime, tolerance: timedelta, filed_at: datetime
) -> bool:
    """Whether a complaint was filed later after the call than the policy asks for; never where it asks for nothing."""
    days = (terms.get("complaint_clock") or {}).get("file_within_days")
    return bool(days) and filed_at > working_days.end_of_day_after(place.zone, called_at + tolerance, days)
