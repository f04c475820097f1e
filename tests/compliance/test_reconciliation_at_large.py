"""A day of many calls with every kind of noise, and offences planted in it: all of these are found, and no others."""

import random
from datetime import timedelta

import pytest

from compliance.models import Discrepancy
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import at, called
from tests.compliance.carried import carried, covers, reconciled
from tests.story import ANA

pytestmark = pytest.mark.django_db
PEOPLE = 400


@pytest.mark.parametrize("seed", [1, 2])
def test_it_finds_what_was_planted_and_nothing_else(acme, carrier, seed):
    chance = random.Random(seed)
    other = companies.enter(name="Telco Two", kind="carrier", moment=Moment.of(at("2025-01-01 00:00")))
    covers(carrier)
    covers(other)
    hidden, invented = set(), set()
    skew = timedelta(seconds=chance.uniform(-60, 60))

    def off(most: float) -> timedelta:
        return timedelta(seconds=chance.uniform(-most, most))

    for n in range(PEOPLE):
        # From before midnight UTC to after it, so that calls cross both ends of the day.
        started = at("2026-03-10 07:50") + timedelta(seconds=chance.uniform(0, 24 * 3600 + 1200))
        inside = at("2026-03-10 08:00") <= started < at("2026-03-11 08:00")
        number, seconds = ANA + n, chance.randint(5, 600)
        kind = chance.choices(
            ["plain", "retried", "transferred", "both_carriers", "unanswered", "again", "hidden", "invented"],
            [60, 6, 6, 8, 8, 6, 3, 3],
        )[0]
        if kind == "hidden":
            row = carried(carrier, started, number=number, seconds=seconds)
            hidden |= {f"not_reported:{row}"} if inside else set()
            continue
        if kind == "invented":
            row = called(acme, started, number=number)
            invented |= {f"not_carried:{row}"} if inside else set()
            continue
        reported = started + skew + off(5)
        if kind == "unanswered":
            called(acme, reported, number=number, disposition="no_answer")
            if chance.random() < 0.5:
                carried(carrier, started, number=number, disposition="no_answer", seconds=0)
            continue
        called(acme, reported, number=number)
        carried(carrier, started, number=number, seconds=seconds)
        if kind == "retried":
            for earlier in range(1, chance.randint(2, 4)):
                attempt = started - timedelta(seconds=8 * earlier)
                carried(carrier, attempt, number=number, disposition="busy", seconds=0)
        elif kind == "transferred":
            leg = started + timedelta(seconds=chance.uniform(1, seconds))
            carried(carrier, leg, number=number, seconds=30)
        elif kind == "both_carriers":
            carried(other, started + off(2), number=number, seconds=seconds)
        elif kind == "again":
            later = started + timedelta(seconds=seconds + chance.uniform(6, 180))
            called(acme, later + skew + off(5), number=number)
            carried(carrier, later, number=number, seconds=20)

    outcome = reconciled(acme)
    found = set(Discrepancy.objects.values_list("key", flat=True))
    assert found == hidden | invented
    assert len(hidden) > 3
    assert len(invented) > 3
    assert (outcome["missing"], outcome["not_carried"]) == (len(hidden), len(invented))
    assert outcome["carried"] == outcome["matched"] + outcome["legs"] + outcome["missing"]
