"""Opt-outs as they are answered."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from registry import ids, phone
from registry.api.fields import Channel, Sector, clock_time
from registry.api.paging import Page
from registry.codes import DAYS, OPT_OUT_SOURCES, SCOPES
from registry.models import OptOut

Day = Literal[DAYS]  # type: ignore[valid-type]
Scope = Literal[SCOPES]  # type: ignore[valid-type]
Source = Literal[OPT_OUT_SOURCES]  # type: ignore[valid-type]


class HoursOut(msgspec.Struct, frozen=True):
    """A part of the day, where the person lives; the end is exclusive."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class OptOutOut(msgspec.Struct, frozen=True):
    """An opt-out on record. It binds every check that starts after it was answered."""

    id: Annotated[str, Meta(examples=["opt_5"])]
    number: str
    scope: Scope
    sector: Sector | None
    company: str | None
    channels: list[Channel]
    days: list[Day] | None
    hours: HoursOut | None
    said_at: datetime
    source: Source
    recorded_at: datetime
    withdrawn_at: datetime | None
    livemode: bool


class OptOutPage(Page[OptOutOut], frozen=True):
    """Opt-outs, the newest first."""


def show(row: OptOut, number: str | None = None) -> OptOutOut:
    """An opt-out as it is answered; `number` as a list shows it."""
    return OptOutOut(
        id=ids.public("opt", row.record_id),
        number=number or phone.e164(row.number),
        scope=row.scope,
        sector=row.sector,
        company=ids.public("com", row.company_id) if row.company_id is not None else None,
        channels=row.channels,
        days=row.days,
        hours=HoursOut(clock_time(row.from_minute), clock_time(row.to_minute))
        if row.from_minute is not None
        else None,
        said_at=row.said_at,
        source=row.source,
        recorded_at=row.recorded.lower,
        withdrawn_at=row.valid.upper,
        livemode=True,
    )
