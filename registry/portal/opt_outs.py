"""What I refuse: everything, sectors, kinds of call, times; each taken back or put back with one tap."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from registry import ids, opt_outs, policies
from registry.codes import CHANNELS, SECTORS
from registry.errors import NotFound, OptOutOnRecord
from registry.models import OptOut
from registry.portal import words
from registry.portal.forms import HoursForm
from registry.portal.opt_outs_shown import history, minute, show
from registry.portal.page import ProvenPage


class OptOutPage(ProvenPage):
    """What the pages about opt-outs share: whose they are, and registering and withdrawing them."""

    for_carers = ("refusals", "everything")

    def mine(self) -> QuerySet[OptOut]:
        """The person's opt-outs as they are on record now, the newest first; an earlier holder's while they stand."""
        rows = OptOut.objects.current().filter(number=self.person.number)
        rows = rows.filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=self.held_since))
        return rows.select_related("company").order_by("-record_id")

    def standing(self) -> list[OptOut]:
        """Those that are in effect."""
        return list(self.mine().filter(valid__upper_inf=True))

    def whole(self, scope: str) -> list[OptOut]:
        """Those in effect that are limited to no time."""
        return [
            row for row in self.standing() if row.scope == scope and not row.days and row.from_minute is None
        ]

    def everything(self) -> OptOut | None:
        """The refusal of all sales calls at all times, if it stands."""
        return next((row for row in self.whole("all") if len(row.channels) == len(CHANNELS)), None)

    def own(self, opt_out: str) -> OptOut:
        """One of the person's opt-outs by its public id. Raises `NotFound`."""
        row = self.mine().filter(record_id=ids.number("opt", opt_out)).first()
        if row is None:
            raise NotFound
        return row

    def refuse(self, **wish: Any) -> OptOut | None:
        """Put a refusal on record; None where the same stands already, which is what the person wants."""
        with suppress(OptOutOnRecord):
            return opt_outs.register(number=self.person.number, source="portal", moment=self.moment, **wish)
        return None

    def done(self, row: OptOut | None) -> HttpResponse:
        """Back to the list, which says what was done and offers to undo it."""
        path = reverse("opt-outs")
        return redirect(f"{path}?done={ids.public('opt', row.record_id)}" if row else path)


class OptOuts(OptOutPage):
    """What I refuse."""

    template = "registry/portal/opt_outs.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [show(row) for row in self.mine()]
        return self.show(
            standing=[row for row in rows if row.stands],
            ended=[row for row in rows if not row.stands],
            everything=self.everything(),
            done=next((row for row in rows if row.id == request.GET.get("done")), None),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Refuse everything, the one tap most people come for."""
        return self.done(self.refuse(scope="all"))


class OptOutById(OptOutPage):
    """One refusal with its history."""

    template = "registry/portal/opt_out.html"

    def get(self, request: HttpRequest, opt_out: str) -> HttpResponse:
        row = self.own(opt_out)
        versions = OptOut.objects.filter(record_id=row.record_id).order_by("recorded")
        return self.show(row=show(row), steps=history(list(versions)))


class Withdrawal(OptOutPage):
    """Take a refusal back."""

    def post(self, request: HttpRequest, opt_out: str) -> HttpResponse:
        row = self.own(opt_out)
        if row.valid.upper is None:
            opt_outs.withdraw(record_id=row.record_id, moment=self.moment)
        return self.done(row)


class Renewal(OptOutPage):
    """Put a refusal back that was taken back: the same once more, from now on."""

    def post(self, request: HttpRequest, opt_out: str) -> HttpResponse:
        row = self.own(opt_out)
        hours = (row.from_minute, row.to_minute) if row.from_minute is not None else None
        return self.done(
            self.refuse(
                scope=row.scope,
                sector=row.sector,
                company=row.company,
                channels=row.channels,
                days=row.days,
                hours=hours,
            )
        )


class Sectors(OptOutPage):
    """Which sectors I refuse: a tick each, saved together."""

    template = "registry/portal/ticks.html"
    kind = "sectors"

    def get(self, request: HttpRequest) -> HttpResponse:
        ticked = {row.sector for row in self.held()}
        return self.show(
            kind=self.kind, choices=[(name, words.SECTORS[name], name in ticked) for name in SECTORS]
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = [name for name in SECTORS if name in request.POST.getlist("name")]
        held = {row.sector: row for row in self.held()}
        self.withdraw(row for name, row in held.items() if name not in wanted)
        for name in wanted:
            if name not in held:
                self.refuse(scope="sector", sector=name)
        return self.done(None)

    def held(self) -> list[OptOut]:
        """The refusals of whole sectors, on every channel."""
        return [row for row in self.whole("sector") if len(row.channels) == len(CHANNELS)]

    def withdraw(self, rows: Iterable[OptOut]) -> None:
        """Take back what is ticked no longer."""
        for row in rows:
            opt_outs.withdraw(record_id=row.record_id, moment=self.moment)


class Channels(Sectors):
    """Which kinds of call I refuse, whoever makes them."""

    kind = "channels"

    def get(self, request: HttpRequest) -> HttpResponse:
        ticked = {name for row in self.held() for name in row.channels}
        return self.show(
            kind=self.kind, choices=[(name, words.CHANNELS[name], name in ticked) for name in CHANNELS]
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = {name for name in CHANNELS if name in request.POST.getlist("name")}
        held = self.held()
        # A refusal of several kinds of which one is wanted again ends, and the others are refused anew.
        kept = {name for row in held if set(row.channels) <= wanted for name in row.channels}
        self.withdraw(row for row in held if not set(row.channels) <= wanted)
        for name in CHANNELS:
            if name in wanted - kept:
                self.refuse(scope="all", channels=[name])
        return self.done(None)

    def held(self) -> list[OptOut]:
        """The refusals of some channels but not of all."""
        return [row for row in self.whole("all") if len(row.channels) < len(CHANNELS)]


class Hours(OptOutPage):
    """At which times I refuse calls."""

    template = "registry/portal/hours.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, filled in as a suggestion's link says."""
        asked = {"days": request.GET.getlist("days")}
        for name in ("begins", "ends"):
            if request.GET.get(name, "").isdecimal():
                asked[name] = int(request.GET[name])
        return self._page(HoursForm(initial=asked))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = HoursForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        wish = form.cleaned_data
        return self.done(
            self.refuse(scope="all", channels=wish["channels"], days=wish["days"], hours=wish["hours"])
        )

    def _page(self, form: HoursForm, status: int = 200) -> HttpResponse:
        terms = policies.for_number(self.person.number, "other", self.moment).terms
        # India lets people choose among bands of the day; whoever's law names some finds them here.
        bands = [
            (f"{start}–{end}", minute(start), minute(end))
            for start, end in terms.get("preference_bands") or ()
        ]
        return self.show(form=form, bands=bands, status=status)
