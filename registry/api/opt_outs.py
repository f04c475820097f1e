"""Opt-outs: relay a person's "no", see what you relayed, take back what you relayed by mistake."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from django.db.models import QuerySet
from django.http import HttpResponse
from msgspec import Meta
from rest_framework.request import Request

from registry import ids, opt_outs
from registry.api import paging, sandbox
from registry.api.access import Access
from registry.api.bodies import Body, answer, read
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import (
    Channel,
    CompanyId,
    Instant,
    Number,
    Reading,
    Region,
    Sector,
    minutes,
    public_id,
)
from registry.api.idempotency import idempotent
from registry.api.opt_out_answers import Day, OptOutOut, OptOutPage, Scope, Source, show
from registry.codes import CHANNELS, DAYS
from registry.errors import NotFound, OptOutNotYours, OptOutOnRecord
from registry.models import Company, OptOut
from registry.periods import Moment

#: A caller's clock may run ahead of ours by this much: a person's "no" is not refused for it, but dated now.
CLOCK_SKEW = timedelta(minutes=5)

Clock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["18:00"])]


class Hours(Body):
    """A part of the day, where the person lives; the end is exclusive."""

    start: Clock = msgspec.field(name="from")
    end: Clock = msgspec.field(name="to")


class OptOutIn(Body):
    """A person said no."""

    number: Number
    scope: Annotated[Scope, Meta(description="All sales calls, those of a sector, or those of one company.")]
    said_at: Instant
    source: Annotated[Source, Meta(description="The way it came in.")]
    sector: Annotated[Sector | None, Meta(description="For scope `sector`.")] = None
    company: Annotated[CompanyId | None, Meta(description="For scope `company`; your own if left out.")] = (
        None
    )
    channels: Annotated[list[Channel], Meta(min_length=1)] | None = None
    days: Annotated[
        list[Day] | None, Meta(description="Only on these days: a wish about time, no refusal.")
    ] = None
    hours: Hours | None = None
    region: Region | None = None


class Wish(msgspec.Struct, frozen=True):
    """An opt-out as it was read, fit for the verb."""

    number: int
    scope: str
    sector: str | None
    company: Company | None
    channels: list[str]
    days: list[str] | None
    hours: tuple[int, int] | None
    said_at: datetime
    source: str


class OptOuts(Endpoint):
    """Relay an opt-out, and list those you relayed."""

    scopes = {"POST": ("optout",), "GET": ("optout", "read")}

    @documented(
        id="createOptOut",
        tag="opt-outs",
        summary="Relay a person's opt-out",
        description="A company may relay a refusal of itself; carriers and the regulator any. It binds from the "
        "answer on: no check that starts after it may allow. One that stands already, and was said no earlier than "
        "this, is answered with 200.",
        body=OptOutIn,
        answers={201: (OptOutOut, "It is on record."), 200: (OptOutOut, "The same stands already.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "number": "+8613800138000",
            "scope": "company",
            "channels": ["live", "autodialed"],
            "said_at": "2026-03-10T09:58:00+08:00",
            "source": "call",
        },
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        wish = read_wish(read(self.http, OptOutIn), self.access, request.clock)
        shown, created = register(wish, self.access, request.clock)
        return answer(shown, 201 if created else 200)

    @documented(
        id="listOptOuts",
        tag="opt-outs",
        summary="List the opt-outs you relayed",
        answers={200: (OptOutPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        if not self.access.livemode:
            return answer(sandbox.page("opt_out", asked, self.access, OptOutOut))
        rows = relayed_by(self.access)
        return answer(
            paging.newest(rows, asked, lambda row: show(row, asked.number(row.number)), "record_id")
        )


class OptOutById(Endpoint):
    """One opt-out you relayed."""

    scopes = {"GET": ("optout", "read")}

    @documented(
        id="readOptOut",
        tag="opt-outs",
        summary="Read an opt-out you relayed",
        answers={200: (OptOutOut, "As it stands.")},
        problems=[404],
    )
    def get(self, request: Request, opt_out: str) -> HttpResponse:
        record = public_id("opt", opt_out)
        if not self.access.livemode:
            return answer(sandbox.find(record, "opt_out", self.access, OptOutOut))
        return answer(show(own(record, self.access)))


class OptOutWithdrawal(Endpoint):
    """Take an opt-out back."""

    scopes = {"POST": ("optout",)}

    @documented(
        id="withdrawOptOut",
        tag="opt-outs",
        summary="Withdraw an opt-out you relayed",
        description="Ends it now; what it denied stays denied. One that was withdrawn already is answered as it is.",
        answers={200: (OptOutOut, "It is withdrawn.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409, 413, 422],
    )
    @idempotent()
    def post(self, request: Request, opt_out: str) -> HttpResponse:
        record = public_id("opt", opt_out)
        if not self.access.livemode:
            return answer(sandbox.withdraw(record, self.access, request.clock))
        held = own(record, self.access)
        if held.valid.upper is None:
            held = opt_outs.withdraw(record_id=record, moment=Moment.of(request.clock))
        return answer(show(held))


def read_wish(given: OptOutIn, access: Access, clock: datetime) -> Wish:
    """The opt-out in a body. Raises `InvalidInput` with every field at fault, `OptOutNotYours`."""
    reading = Reading()
    number = reading.number(given.number, given.region)
    said_at = reading.instant(given.said_at, "/said_at") or clock
    if (given.sector is not None) != (given.scope == "sector"):
        reading.fault(
            "/sector", "does_not_fit_scope", "A sector goes with the scope `sector`, and only with it"
        )
    company = _company(given, access, reading)
    hours = (minutes(given.hours.start), minutes(given.hours.end)) if given.hours is not None else None
    if hours is not None and hours[0] >= hours[1]:
        reading.fault(
            "/hours/to", "not_in_order", "Hours end after they begin; past midnight is two opt-outs"
        )
    if given.days is not None and not given.days:
        reading.fault("/days", "length", "Name a day, or leave the days out")
    reading.settle()
    return Wish(
        number=number,
        scope=given.scope,
        sector=given.sector,
        company=company,
        channels=[name for name in CHANNELS if given.channels is None or name in given.channels],
        days=[name for name in DAYS if name in given.days] if given.days is not None else None,
        hours=hours,
        said_at=clock if clock < said_at <= clock + CLOCK_SKEW else said_at,
        source=given.source,
    )


def _company(given: OptOutIn, access: Access, reading: Reading) -> Company | None:
    """The company that the person refused, for scope `company`. Raises `OptOutNotYours`."""
    own_id = ids.public("com", access.company_id)
    if given.scope != "company":
        if given.company is not None:
            reading.fault(
                "/company", "does_not_fit_scope", "A company goes with the scope `company`, and only with it"
            )
        if access.company.kind == "company":
            raise OptOutNotYours(pointer="/scope")
        return None
    if access.company.kind == "company" and given.company not in (None, own_id):
        raise OptOutNotYours(pointer="/company")
    if given.company is None and access.company.kind != "company":
        reading.fault("/company", "missing", "Say which company the person refused")
        return None
    return (
        access.company if given.company in (None, own_id) else reading.company(str(given.company), "/company")
    )


def register(wish: Wish, access: Access, clock: datetime) -> tuple[OptOutOut, bool]:
    """Put an opt-out on record, live or in the sandbox; and whether it is new."""
    if not access.livemode:
        return sandbox.opt_out(wish, access, clock)
    try:
        row = opt_outs.register(
            **msgspec.structs.asdict(wish), reporter=access.company, moment=Moment.of(clock)
        )
    except OptOutOnRecord:
        return show(standing(wish)), False
    return show(row), True


def standing(wish: Wish) -> OptOut:
    """The opt-out that says the same and stands. Raises `OptOutOnRecord` if it was withdrawn this instant."""
    found = (
        OptOut.objects.current()
        .filter(
            number=wish.number,
            scope=wish.scope,
            sector=wish.sector,
            company=wish.company,
            channels=wish.channels,
            days=wish.days,
            from_minute=wish.hours[0] if wish.hours else None,
            to_minute=wish.hours[1] if wish.hours else None,
            valid__upper_inf=True,
        )
        .first()
    )
    if found is None:
        raise OptOutOnRecord
    return found


def relayed_by(access: Access) -> QuerySet[OptOut]:
    """The opt-outs that a company relayed, as they are on record now."""
    return OptOut.objects.current().filter(reporter_id=access.company_id)


def own(record: int, access: Access) -> OptOut:
    """An opt-out that the company relayed. Raises `NotFound`."""
    found = relayed_by(access).filter(record_id=record).first()
    if found is None:
        raise NotFound
    return found
