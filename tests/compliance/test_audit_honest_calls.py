"""Calls made as the law asks are accused of nothing."""

from datetime import timedelta

import pytest

from compliance.models import Violation
from registry import companies
from registry.models import Check
from registry.periods import Moment
from registry.predial.facts import Question
from registry.predial.scrub import scrub
from tests.compliance.calls_made import agreed, asked, at, audited, called, client, found, standing
from tests.story import ACME_CALLER, ANA


def test_it_accuses_nobody_of_a_call_on_an_allowed_check(acme):
    agreed(acme)
    check = asked(acme, "10:00")
    called(acme, "10:01", check_id=check)
    outcome = audited(acme)
    assert Check.objects.get(pk=check).allowed
    assert (outcome["state"], outcome["calls"], outcome["violations"]) == ("completed", 1, {})
    assert not Violation.objects.exists()


def test_it_finds_the_check_of_a_call_that_names_none(acme):
    agreed(acme)
    asked(acme, "10:00")
    called(acme, "10:01")
    audited(acme)
    assert not Violation.objects.exists()


def test_it_accuses_nobody_of_the_last_attempt_that_the_cap_permits(acme):
    agreed(acme)
    for hour in (9, 12, 15):
        called(acme, f"{hour:02}:01", check_id=asked(acme, f"{hour:02}:00"))
    outcome = audited(acme)
    assert outcome["calls"] == 3
    assert not Violation.objects.exists()


def test_it_permits_several_calls_on_one_check(acme):
    """As many as the cap permits: three a day in China."""
    agreed(acme)
    check = asked(acme, "10:00")
    for minute in (1, 20, 40):
        called(acme, f"10:{minute:02}", check_id=check)
    audited(acme)
    assert not Violation.objects.exists()


def test_it_counts_calls_for_each_seller_apart(acme):
    """Three attempts for Acme itself and two for its client: each seller has its own cap."""
    seller = client()
    agreed(acme)
    agreed(seller)
    for hour in (9, 10, 11):
        called(acme, f"{hour:02}:01", check_id=asked(acme, f"{hour:02}:00"))
    check = asked(acme, "12:00", seller=seller)
    called(acme, "12:01", check_id=check)
    called(acme, "12:02", check_id=check)
    audited(acme)
    assert not Violation.objects.exists()


def test_it_matches_each_campaign_to_its_own_check(acme):
    """Two campaigns dial one number at once and their logs name no check."""
    other = 861065551299
    companies.add_caller(company=acme, number=other, moment=Moment.of(at("2025-02-01 09:00")))
    agreed(acme, sectors=("insurance", "finance"))
    asked(acme, "10:00", sector="insurance")
    asked(acme, "10:00:30", sector="finance", caller=other)
    called(acme, "10:01", sector="insurance")
    called(acme, "10:01:30", sector="finance", caller=other)
    audited(acme)
    assert not Violation.objects.exists()


def test_it_does_not_count_calls_that_reached_nobody(acme):
    agreed(acme)
    check = asked(acme, "10:00")
    for second in range(4):
        called(acme, f"10:01:0{second}", check_id=check, disposition="failed")
    called(acme, "10:02", check_id=check)
    audited(acme)
    assert not Violation.objects.exists()


@pytest.mark.parametrize("seconds", [-5, -1, 0, 5])
def test_it_bears_with_clocks_that_differ(acme, seconds):
    """The check was asked within a second of a consent, and the exchange's clock is off by five seconds."""
    agreed(acme, "09:59:59")
    asked(acme, "10:00")
    called(acme, at("10:00") + timedelta(seconds=seconds))
    audited(acme)
    assert not Violation.objects.exists()


def test_it_bears_with_clocks_that_differ_at_the_end_of_the_hours(acme):
    """Calls are permitted until 21:00, and with that ends the check."""
    agreed(acme)
    check = asked(acme, "20:59:58")
    assert Check.objects.get(pk=check).valid_until == at("21:00")
    late = called(acme, "21:00:04", check_id=check)
    too_late = called(acme, "21:00:06", check_id=check)
    audited(acme)
    assert found(late) == []
    assert found(too_late) == ["check_expired", "outside_calling_hours"]


def test_it_takes_a_scrubbed_list_for_a_check(acme):
    agreed(acme)
    question = Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)
    (row,) = scrub([ANA], question, Moment.of(at("09:00")))
    assert row.allowed
    for hour in (10, 12, 14):
        called(acme, f"{hour}:00")
    over = called(acme, "16:00")
    audited(acme)
    assert standing() == {"attempts_exceeded_in_calls": 1}
    assert found(over) == ["attempts_exceeded_in_calls"]


def test_it_leaves_other_days_and_companies_alone(acme, carrier):
    called(acme, "2026-03-11 09:00")
    called(carrier, "10:00")
    outcome = audited(acme)
    assert outcome["calls"] == 0
    assert not Violation.objects.exists()
