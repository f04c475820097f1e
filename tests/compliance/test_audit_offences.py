"""Every kind of offence is found, and named by its code."""

from datetime import timedelta

import pytest

from compliance.models import Violation
from registry import consents, opt_outs, reassignments, suspensions
from registry.decision import DENY_CODES
from registry.periods import Moment
from tests.compliance.calls_made import agreed, asked, at, audited, called, client, found, refused, standing
from tests.story import ACME_CALLER, ANA, SELLER_CALLER

STRANGER = 861065550000


def test_it_finds_a_call_without_a_check(acme):
    agreed(acme)
    call = called(acme, "10:00")
    outcome = audited(acme)
    assert found(call) == ["no_check"]
    assert outcome["violations"] == {"no_check": 1}
    row = Violation.objects.get()
    assert (row.severity, row.status, row.number, row.caller) == ("major", "open", ANA, ACME_CALLER)
    assert (row.company, row.sector, row.channel, row.check_id) == (acme, "insurance", "live", None)
    assert (row.call_started_at, row.audit.company) == (at("10:00"), acme)


def test_it_gives_the_denials_as_of_the_call_beside_a_missing_check(acme):
    call = called(acme, "22:00")
    audited(acme)
    assert found(call) == ["consent_missing", "no_check", "outside_calling_hours"]


def test_it_does_not_take_a_check_asked_after_the_call(acme):
    agreed(acme)
    call = called(acme, "10:00", check_id=asked(acme, "10:00:06"))
    audited(acme)
    assert found(call) == ["no_check"]


def test_it_does_not_take_a_check_of_another_number(acme):
    agreed(acme)
    agreed(acme, number=ANA + 1)
    call = called(acme, "10:01", number=ANA + 1, check_id=asked(acme, "10:00"))
    audited(acme)
    assert found(call) == ["no_check"]


def test_it_does_not_take_a_check_of_another_company(acme):
    seller = client()
    agreed(acme)
    agreed(seller)
    theirs = asked(seller, "10:00", caller=SELLER_CALLER)
    call = called(acme, "10:01", check_id=theirs)
    audited(acme)
    assert found(call) == ["no_check"]
    assert Violation.objects.get().check_id is None


def test_it_finds_a_call_made_after_a_denial(acme):
    check = asked(acme, "10:00")
    call = called(acme, "10:01", check_id=check)
    audited(acme)
    assert found(call) == ["called_after_deny", "consent_missing"]
    assert set(Violation.objects.values_list("check_id", flat=True)) == {check}


def test_it_finds_a_denial_that_came_after_an_allow(acme):
    agreed(acme)
    asked(acme, "10:00")
    refused(acme, "10:30")
    asked(acme, "11:00")
    call = called(acme, "11:01")
    audited(acme)
    assert found(call) == ["called_after_deny", "opted_out_of_company"]


def test_it_finds_a_stale_check(acme):
    agreed(acme)
    check = asked(acme, "2026-03-09 20:00")
    call = called(acme, "10:00", check_id=check)
    unnamed = called(acme, "10:01")
    audited(acme)
    assert found(call) == ["check_expired"]
    assert found(unnamed) == ["check_expired"]


def test_it_finds_a_check_out_of_date_for_months(acme):
    """A call that names it is on a stale check; a call that names none was made without one."""
    agreed(acme, "2025-06-01 09:00")
    check = asked(acme, "2025-08-01 10:00")
    named = called(acme, "10:00", check_id=check)
    unnamed = called(acme, "10:01")
    audited(acme)
    assert found(named) == ["check_expired"]
    assert found(unnamed) == ["no_check"]


def test_it_finds_a_call_from_another_number_than_was_checked(acme):
    agreed(acme)
    call = called(acme, "10:01", caller=STRANGER, check_id=asked(acme, "10:00"))
    audited(acme)
    assert found(call) == ["caller_mismatch", "caller_not_registered"]


def test_it_takes_a_call_that_names_no_caller_for_a_mismatch(acme):
    agreed(acme)
    call = called(acme, "10:01", caller=None, check_id=asked(acme, "10:00"))
    audited(acme)
    assert found(call) == ["caller_mismatch", "caller_not_registered"]


def test_it_finds_calls_beyond_the_cap_on_one_check(acme):
    agreed(acme)
    check = asked(acme, "10:00")
    calls = [called(acme, f"10:{minute:02}", check_id=check) for minute in (1, 10, 20, 30, 40)]
    audited(acme)
    assert [found(call) for call in calls] == [
        [],
        [],
        [],
        ["attempts_exceeded_in_calls"],
        ["attempts_exceeded_in_calls"],
    ]


def test_it_finds_calls_that_use_an_old_allow_again(acme):
    """Three checks, three calls; the fourth call names the first check once more."""
    agreed(acme)
    checks = [asked(acme, f"{hour:02}:00") for hour in (9, 10, 11)]
    for hour, check in zip((9, 10, 11), checks, strict=True):
        called(acme, f"{hour:02}:01", check_id=check)
    call = called(acme, "12:00", check_id=checks[0])
    audited(acme)
    assert found(call) == ["attempts_exceeded_in_calls"]


def test_it_counts_calls_by_the_day_where_the_person_is(acme):
    """23:30 and 00:30 in China are two days, and 07:30 and 08:30 UTC's two days are one there."""
    agreed(acme)
    for clock in ("2026-03-10 00:10", "2026-03-10 07:50", "2026-03-10 08:10"):
        called(acme, clock)
    call = called(acme, "2026-03-10 12:00")
    before = called(acme, "2026-03-11 00:30")
    audited(acme)
    audited(acme, at("2026-03-09 23:00").date())
    assert "attempts_exceeded_in_calls" in found(call)
    assert "attempts_exceeded_in_calls" not in found(before)


def test_it_finds_an_attempt_that_the_checks_forbade(acme):
    agreed(acme)
    for hour in (9, 10, 11):
        called(acme, f"{hour:02}:01", check_id=asked(acme, f"{hour:02}:00"))
    check = asked(acme, "12:00")
    call = called(acme, "12:01", check_id=check)
    audited(acme)
    assert found(call) == ["attempts_exceeded", "attempts_exceeded_in_calls", "called_after_deny"]


def _licence_for_another_sector(acme) -> int:
    agreed(acme, sectors=("education",))
    return called(acme, "10:00", sector="education")


def _no_licence(acme) -> int:
    agreed(acme)
    suspensions.suspend(company=acme, moment=Moment.of(at("09:00")))
    return called(acme, "10:00")


def _everybody_refused(acme) -> int:
    refused(None, "09:00")
    return called(acme, "10:00")


def _the_company_refused(acme) -> int:
    refused(acme, "09:00")
    return called(acme, "10:00")


def _sector_refused(acme) -> int:
    opt_outs.register(
        number=ANA, scope="sector", sector="insurance", source="sms", moment=Moment.of(at("09:00"))
    )
    return called(acme, "10:00")


def _channel_refused(acme) -> int:
    opt_outs.register(
        number=ANA, scope="all", channels=["prerecorded"], source="sms", moment=Moment.of(at("09:00"))
    )
    return called(acme, "10:00", channel="prerecorded")


def _revoked(acme) -> int:
    consents.revoke(record_id=agreed(acme), moment=Moment.of(at("09:00")))
    return called(acme, "10:00")


def _disputed(acme) -> int:
    consents.dispute(record_id=agreed(acme), moment=Moment.of(at("09:00")))
    return called(acme, "10:00")


def _other_channel(acme) -> int:
    agreed(acme, channels=("sms",))
    return called(acme, "10:00")


def _expired(acme) -> int:
    agreed(acme, "2024-01-01 09:00", recorded="2025-03-01 09:00")
    return called(acme, "10:00")


def _new_holder(acme) -> int:
    agreed(acme)
    reassignments.record(number=ANA, changed_at=at("09:00"), source="Telco", moment=Moment.of(at("09:00")))
    return called(acme, "10:00")


def _closed_day(acme) -> int:
    """Australia's Sunday."""
    number = 61398765432
    agreed(acme, number=number)
    return called(acme, "2026-03-08 12:00", number=number)


DENIALS = {
    "company_not_licensed": _no_licence,
    "sector_not_licensed": _licence_for_another_sector,
    "opted_out_of_all": _everybody_refused,
    "opted_out_of_company": _the_company_refused,
    "opted_out_of_sector": _sector_refused,
    "opted_out_of_channel": _channel_refused,
    "consent_revoked": _revoked,
    "consent_disputed": _disputed,
    "consent_not_for_channel": _other_channel,
    "consent_expired": _expired,
    "number_reassigned": _new_holder,
    "closed_day": _closed_day,
}
#: Planted by tests of their own above, and the one that only a policy of another country gives.
ELSEWHERE = {"caller_not_registered", "consent_missing", "outside_calling_hours", "attempts_exceeded"}
OTHER_POLICY = {"consent_unconfirmed"}


@pytest.mark.parametrize("code", DENIALS)
def test_it_finds_each_denial_as_of_the_call(acme, code):
    call = DENIALS[code](acme)
    audited(acme, at("2026-03-08 12:00").date() if code == "closed_day" else at("10:00").date())
    assert code in found(call)


def test_it_has_planted_every_denial():
    assert set(DENIALS) | ELSEWHERE | OTHER_POLICY == set(DENY_CODES)


def test_it_tells_good_calls_from_bad_in_one_day(acme):
    good, bad = range(ANA, ANA + 40), range(ANA + 40, ANA + 80)
    for number in good:
        agreed(acme, number=number)
        called(acme, "10:01", number=number, check_id=asked(acme, "10:00", number=number))
    for number in bad:
        called(acme, "10:01", number=number)
    outcome = audited(acme)
    assert outcome["calls"] == 80
    assert standing() == {"no_check": 40, "consent_missing": 40}
    assert set(Violation.objects.values_list("number", flat=True)) == set(bad)


@pytest.mark.parametrize(("seconds", "over"), [(-1, True), (0, False)])
def test_it_counts_calls_of_a_rolling_window_to_the_second(acme, seconds, over):
    """Florida: three in 24 hours, and a call is free again exactly 24 hours after one of them."""
    number, noon = 13055550000, at("2026-03-10 00:00")
    for _ in range(3):
        called(acme, noon - timedelta(days=1), number=number)
    call = called(acme, noon + timedelta(seconds=seconds), number=number)
    audited(acme, noon.date())
    assert ("attempts_exceeded_in_calls" in found(call)) is over


def test_it_finds_an_allow_of_the_day_before_used_again(acme):
    """In Britain a check may be used for weeks. Three checks and calls today, a fourth call on yesterday's check."""
    number = 442079460000
    old = asked(acme, "2026-03-09 20:00", number=number)
    called(acme, "2026-03-09 20:01", number=number, check_id=old)
    for hour in (18, 19, 20):
        called(acme, f"{hour}:01", number=number, check_id=asked(acme, f"{hour}:00", number=number))
    call = called(acme, "21:00", number=number, check_id=old)
    audited(acme)
    assert standing() == {"attempts_exceeded_in_calls": 1}
    assert found(call) == ["attempts_exceeded_in_calls"]
