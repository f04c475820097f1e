"""Every kind of offence that is planted is found, with the evidence of both sides."""

from datetime import timedelta

import pytest

from compliance.models import Discrepancy
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import DAY, LATER, agreed, asked, at, called, client
from tests.compliance.carried import carried, covers, reconciled, standing
from tests.story import ACME_CALLER, ANA, SELLER_CALLER

pytestmark = pytest.mark.django_db
STRANGER = 861065559999


def only() -> Discrepancy:
    return Discrepancy.objects.get(state="open")


def test_it_finds_a_call_that_the_log_has_not(acme, carrier):
    called(acme, "10:00")
    carried(carrier, "10:00:03")
    hidden = carried(carrier, "11:00", seconds=42)
    outcome = reconciled(acme)
    assert outcome["state"] == "completed"
    assert {name: outcome[name] for name in ("reported", "carried", "matched", "missing", "silent")} == {
        "reported": 1,
        "carried": 2,
        "matched": 1,
        "missing": 1,
        "silent": False,
    }
    row = only()
    assert (row.kind, row.company, row.caller, row.number, row.day) == (
        "not_reported",
        acme,
        ACME_CALLER,
        ANA,
        DAY,
    )
    assert row.at == at("11:00")
    assert row.evidence["carrier_call"] == hidden
    assert row.evidence["carrier"] == f"com_{carrier.pk}"
    assert row.evidence["seconds"] == 42
    assert row.firm_at == at("2026-03-21 08:00")


def test_it_finds_every_call_of_a_silent_company(acme, carrier):
    for minute in range(5):
        carried(carrier, f"10:{minute * 10:02}")
    outcome = reconciled(acme)
    assert (outcome["reported"], outcome["missing"], outcome["silent"]) == (0, 5, True)
    assert standing() == {"not_reported": 5}


def test_it_uses_each_report_once(acme, carrier):
    called(acme, "10:01")
    carried(carrier, "10:00")
    near = carried(carrier, "10:01:10")
    assert reconciled(acme)["missing"] == 1
    assert only().at == at("10:00")
    assert only().evidence["carrier_call"] != near


def test_it_finds_a_call_just_beyond_the_tolerance(acme, carrier):
    called(acme, "10:02:01")
    carried(carrier, "10:00:00")
    assert reconciled(acme)["missing"] == 1


def test_it_counts_a_call_that_two_carriers_saw_once(acme, carrier):
    other = companies.enter(name="Telco Two", kind="carrier", moment=Moment.of(at("2025-01-01 00:00")))
    first = carried(carrier, "10:00:00")
    carried(other, "10:00:04")
    assert reconciled(acme)["missing"] == 1
    assert only().evidence["carrier_call"] == first


def test_it_finds_a_report_of_a_call_that_nobody_carried(acme, carrier):
    covers(carrier)
    carried(carrier, "09:00")
    called(acme, "09:00")
    invented = called(acme, "10:00")
    outcome = reconciled(acme)
    assert (outcome["not_carried"], outcome["missing"]) == (1, 0)
    row = only()
    assert (row.kind, row.evidence["call"]) == ("not_carried", invented)
    assert row.evidence["carriers"] == [f"com_{carrier.pk}"]


def test_it_finds_calls_under_anothers_caller(acme, carrier):
    seller = client()
    call = called(acme, "10:00", caller=SELLER_CALLER)
    reconciled(acme)
    row = only()
    assert (row.kind, row.company, row.caller) == ("under_anothers_caller", acme, SELLER_CALLER)
    assert row.evidence["owner"] == f"com_{seller.pk}"
    assert (row.evidence["call"], row.evidence["known_at_call"]) == (call, True)


def test_it_finds_checks_that_no_call_follows(acme):
    for n in range(200):
        agreed(acme, number=ANA + n)
        asked(acme, f"10:{n // 60:02}:{n % 60:02}", number=ANA + n)
    for n in range(39):
        called(acme, f"11:{n:02}", number=ANA + n)
    outcome = reconciled(acme)
    assert (outcome["checks"], outcome["unused"]) == (200, 161)
    row = only()
    assert (row.kind, row.number, row.caller) == ("probing", None, None)
    assert (row.evidence["checks"], row.evidence["unused"], row.evidence["percent"]) == (200, 161, 80.5)
    assert row.evidence["policy"]["id"] == "cn"
    assert len(row.evidence["sample"]) == 100


def test_it_finds_a_consent_that_came_after_its_call(acme):
    call = called(acme, "10:00")
    consent = agreed(acme, "2026-03-08 09:00", recorded="2026-03-10 15:00")
    reconciled(acme)
    row = only()
    assert (row.kind, row.evidence["call"], row.evidence["consent"]) == (
        "consent_after_call",
        call,
        f"con_{consent}",
    )
    assert row.evidence["late_s"] == 5 * 3600


def test_it_finds_callers_of_nobody_by_their_behaviour(carrier):
    for n in range(320):
        carried(
            carrier,
            at("10:00") + timedelta(seconds=30 * n),
            number=ANA + n,
            caller=STRANGER,
            disposition="answered" if n % 8 == 0 else "no_answer",
            seconds=3,
        )
    assert reconciled(None)["found"] == {"unlicensed_caller": 1}
    row = only()
    assert (row.kind, row.company, row.caller, row.score) == ("unlicensed_caller", None, STRANGER, 7)
    assert {signal["name"]: signal["value"] for signal in row.evidence["signals"]} == {
        "many_calls": 320,
        "short_calls": 100,
        "in_sequence": 99.7,
        "few_answers": 12.5,
        "many_numbers": 100,
    }
    assert sum(signal["points"] for signal in row.evidence["signals"]) == row.score
    assert row.evidence["policy"]["id"] == "cn"
    assert row.firm_at == LATER
