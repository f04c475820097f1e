"""The audit's own findings against a slow, plain reading of the same words, over random histories.

The oracle below shares no code and no SQL with the audit. Its checks are written straight into the table, allowed or
not at random, so that every order of checks and calls comes up; what the rule says of the calls is not looked at here.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from compliance.audit import recheck, rules
from compliance.models import Violation
from registry import partitions, places
from registry.models import Decision, Policy
from registry.periods import Moment
from tests.compliance.calls_made import DAY, at, audited, called, client
from tests.story import ACME_CALLER, SELLER_CALLER

#: China and India: three attempts a day. Florida: three in 24 hours. Brazil: two a day and fifteen a month. An
#: Australian mobile: three a day in any of eight zones.
NUMBERS = (8613800138000, 919820010000, 13055550000, 5511987650000, 61412340000)
SKEW = timedelta(seconds=5)
LOOKBACK = timedelta(days=32)


@dataclass(frozen=True)
class Check:
    id: int
    at: datetime
    number: int
    company: int
    seller: int
    caller: int
    sector: str
    kind: str
    allowed: bool
    valid_until: datetime | None

    def lapsed(self, start: datetime) -> bool:
        return self.valid_until is not None and self.valid_until < start - SKEW


@dataclass(frozen=True)
class Call:
    id: int
    start: datetime
    number: int
    caller: int | None
    sector: str
    named: int | None
    failed: bool

    @property
    def place(self) -> tuple[datetime, int]:
        return self.start, self.id


# --- The oracle -------------------------------------------------------------------------------------------------------


def check_of(call: Call, checks: list[Check]) -> Check | None:
    asked_before = [k for k in checks if k.number == call.number and k.at <= call.start + SKEW]
    for k in asked_before:
        if k.id == call.named:
            return k
    recent = sorted((k for k in asked_before if k.at >= call.start - LOOKBACK), key=lambda k: (k.at, k.id))
    exact = [k for k in recent if (k.caller, k.sector) == (call.caller, call.sector)]
    if exact and not exact[-1].lapsed(call.start):
        return exact[-1]
    return recent[-1] if recent else None


def window_start(start: datetime, span: str, zones: list[ZoneInfo]) -> datetime:
    """The first instant that counts."""
    if span in ("day", "month"):
        midnights = []
        for zone in zones:
            there = start.astimezone(zone)
            midnights.append(
                there.replace(
                    hour=0, minute=0, second=0, microsecond=0, day=1 if span == "month" else there.day
                )
            )
        return min(midnights)
    assert span == "PT24H"
    return start - timedelta(hours=24) + timedelta(microseconds=1)


def over_cap(call: Call, company: int, calls: list[Call], checks: list[Check], caps, zones) -> bool:
    def seller(c: Call) -> int:
        k = check_of(c, checks)
        return k.seller if k else company

    if call.failed:
        return False
    before = [c for c in calls if c.number == call.number and c.place < call.place and not c.failed]
    own = check_of(call, checks)
    if own and own.kind == "dial" and own.allowed and not own.lapsed(call.start):
        used = [c for c in before if (check_of(c, checks) or call) == own]
        if not used:
            return False
    counted = [c for c in before if seller(c) == seller(call)]
    return any(
        sum(c.start >= window_start(call.start, span, zones) for c in counted) >= most for most, span in caps
    )


def codes_of(call: Call, company: int, calls, checks, caps, zones) -> set[str]:
    found = set()
    k = check_of(call, checks)
    if k is None:
        found.add("no_check")
    else:
        if not k.allowed:
            found.add("called_after_deny")
        if k.allowed and k.lapsed(call.start):
            found.add("check_expired")
        if k.caller != call.caller:
            found.add("caller_mismatch")
    if over_cap(call, company, calls, checks, caps, zones):
        found.add("attempts_exceeded_in_calls")
    return found


# --- Random histories -------------------------------------------------------------------------------------------------


def write_check(company: int, seller: int, at_: datetime, number: int, caller: int, sector: str, kind: str,
                allowed: bool, valid_until: datetime | None) -> int:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_check (checked_at, number, company_id, seller_id, caller, decision_id, policy_id, "
            "sector, channel, purpose, kind, allowed, valid_until) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s, %s) RETURNING id",
            [at_, number, company, seller, caller, Decision.objects.first().pk, Policy.objects.first().pk,
             ("insurance", "finance").index(sector), ("dial", "scrub").index(kind), allowed, valid_until],
        )  # fmt: skip
        return cursor.fetchone()[0]


def an_instant(dice: random.Random) -> datetime:
    """Mostly close together, so that windows and clocks' differences are met at their edges."""
    day = dice.choice(["2026-03-09", "2026-03-10", "2026-03-10", "2026-03-10"])
    moment = at(f"{day} {dice.choice(['08:00', '09:00', '10:00', '12:30', '23:59', '00:00'])}")
    return moment + timedelta(seconds=dice.choice([0, 1, 4, 5, 6, 10, 60, 600]))


def make_history(acme, seller, dice: random.Random) -> tuple[list[Call], list[Check]]:
    number = dice.choice(NUMBERS)
    callers = (ACME_CALLER, SELLER_CALLER)
    checks, calls = [], []
    for _ in range(dice.randint(0, 8)):
        when = an_instant(dice)
        if dice.random() < 0.1:
            when -= timedelta(days=dice.choice([20, 31, 33, 90]))
        allowed = dice.random() < 0.75
        until = (
            when + dice.choice([timedelta(minutes=5), timedelta(hours=3), timedelta(days=31)])
            if allowed
            else None
        )
        fields = (
            when,
            number,
            acme.pk,
            dice.choice([acme.pk, acme.pk, seller.pk]),
            dice.choice(callers),
            dice.choice(["insurance", "finance"]),
            dice.choice(["dial", "dial", "scrub"]),
            allowed,
            until,
        )
        when, number, company, sold, caller, sector, kind, allowed, until = fields
        made = write_check(company, sold, when, number, caller, sector, kind, allowed, until)
        checks.append(Check(made, *fields))
    for _ in range(dice.randint(1, 12)):
        when, caller = an_instant(dice), dice.choice([*callers, *callers, None])
        sector = dice.choice(["insurance", "finance"])
        named = dice.choice([k.id for k in checks] + [None] * 3 + [10**9]) if checks else None
        failed = dice.random() < 0.15
        made = called(
            acme, when, number=number, caller=caller, check_id=named, sector=sector,
            disposition="failed" if failed else "answered",
        )  # fmt: skip
        calls.append(Call(made, when, number, caller, sector, named, failed))
    return calls, checks


@pytest.mark.parametrize("seed", range(120))
def test_it_finds_what_a_plain_reading_finds(acme, monkeypatch, seed):
    monkeypatch.setattr(recheck, "recheck", lambda held, differing: recheck.Rechecked())
    dice = random.Random(seed)
    seller = client()
    partitions.ensure("compliance_call", [(2026, 3)])
    calls, checks = make_history(acme, seller, dice)
    outcome = audited(acme)
    assert outcome["state"] == "completed"
    terms = Policy.objects.as_of(Moment.of(at("10:00"))).get(
        jurisdiction=places.of(calls[0].number).jurisdiction, sector="insurance"
    )
    caps = list(zip(terms.cap_most, terms.cap_span, strict=True))
    zones = [ZoneInfo(name) for name in places.of(calls[0].number).zone_key.split(",")]
    audited_calls = [call for call in calls if call.start.date() == DAY]
    assert outcome["calls"] == len(audited_calls)
    found = {call.id: set() for call in audited_calls}
    for row in Violation.objects.filter(code__in=rules.CODES):
        found[row.call].add(row.code)
    for call in audited_calls:
        assert found[call.id] == codes_of(call, acme.pk, calls, checks, caps, zones), call
