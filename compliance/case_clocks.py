"""Which clocks a case has, and when each runs out: from the policy's parameters. Pure.

Four: the company's answer to the notice, the decision since the opening, the appeal against it, and the decision on
that. A policy without a value has no such clock, and nothing is ever due.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from compliance.complaint_clocks import Place
from registry import working_days
from registry.durations import Duration

#: The policy's parameter for each clock of `case_steps.CLOCKS`.
PARAMETERS = {
    "respond": "case_response_within",
    "decide": "case_decision_within",
    "appeal": "case_appeal_within",
    "review": "case_review_within",
}
#: The clock a state waits for; what is before a decision waits for the decision.
_WAITS_FOR = {
    "open": "decide",
    "noticed": "respond",
    "answered": "decide",
    "heard": "decide",
    "proposed": "decide",
    "returned": "decide",
    "decided": "appeal",
    "appealed": "review",
}


class Clocks(NamedTuple):
    """When each clock of a case runs out, aware; None where none runs."""

    respond: datetime | None = None
    decide: datetime | None = None
    appeal: datetime | None = None
    review: datetime | None = None


def ends(terms: Mapping[str, Any], clock: str, *, place: Place, at: datetime) -> datetime | None:
    """When a clock that began at `at` runs out under a policy's values: at the end of its last day."""
    within = terms.get(PARAMETERS[clock])
    if not within:
        return None
    if days := within.get("working_days"):
        return working_days.end_after(place.calendar, place.zone, at, days)
    last = Duration.parse(within["duration"]).after(at)
    return working_days.end_of_day_after(place.zone, last, 0)


def waiting_for(state: str, clocks: Clocks) -> tuple[str, datetime | None]:
    """The clock that runs in `state`, and when it runs out. No name where none runs."""
    clock = _WAITS_FOR.get(state, "")
    due_at = getattr(clocks, clock) if clock else None
    return (clock, due_at) if due_at is not None else ("", None)
