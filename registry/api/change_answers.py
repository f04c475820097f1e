"""Changes as they are told: one shape for the feed and for webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from registry import ids, phone
from registry.api.fields import clock_time
from registry.api.paging import Page
from registry.codes import CHANNELS, DAYS, SCOPES, SECTORS, names
from registry.models import Change
from registry.models.changes import EVENTS

Event = Literal[EVENTS]  # type: ignore[valid-type]
#: The prefix of the id of what a change is about, by the first word of its event.
_PREFIXES = {"check": "chk", "consent": "con", "scrub": "scr", "call_log": "log", "violation": "vio"}


class ChangeOut(msgspec.Struct, frozen=True):
    """Something that happened. As Standard Webhooks have it: `type`, `timestamp`, `data`."""

    id: Annotated[
        str,
        Meta(description="`chg_` and its place among your changes, which has no gaps.", examples=["chg_12"]),
    ]
    type: Event
    timestamp: Annotated[datetime, Meta(description="When it was put on record.")]
    data: Annotated[
        dict[str, Any],
        Meta(
            description="`id` of what it is about, `number` (masked, unless it may be seen and is asked for), and what "
            "else belongs to its type: docs/WEBHOOKS.md lists it."
        ),
    ]


class ChangePage(Page[ChangeOut], frozen=True, kw_only=True):
    """Changes in their order."""

    next_after: Annotated[
        str | None, Meta(description="Send it as `after` next time: the last change you have.")
    ]


def shown(row: Change, *, unmask: bool) -> ChangeOut:
    """A change as it is told. A number that the company did not know stays masked whatever is asked."""
    data: dict[str, Any] = {}
    if row.subject is not None:
        data["id"] = ids.public(_PREFIXES[row.event.partition(".")[0]], row.subject)
    if row.number is not None:
        data["number"] = (phone.e164 if unmask and row.number_known else phone.mask)(row.number)
    data |= _wish(row.details) if row.event == "opt_out.registered" else row.details
    return ChangeOut(ids.public("chg", row.position), row.event, row.at, data)


def _wish(kept: dict[str, Any]) -> dict[str, Any]:
    """What was refused, its codes as names."""
    return {
        "scope": SCOPES[kept["scope"]],
        "sector": None if kept["sector"] is None else SECTORS[kept["sector"]],
        "channels": names(kept["channels"], CHANNELS),
        "days": None if kept["days"] is None else names(kept["days"], DAYS),
        "hours": None
        if kept["from_minute"] is None
        else {"from": clock_time(kept["from_minute"]), "to": clock_time(kept["to_minute"])},
    }
