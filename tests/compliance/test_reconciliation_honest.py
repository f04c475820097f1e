"""Nobody honest is accused: clocks that are off, midnight, retries, transfers, other carriers, work for a seller."""

from datetime import date, timedelta

import pytest

from compliance.models import Discrepancy
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import DAY, agreed, asked, at, called, client
from tests.compliance.carried import carried, covers, reconciled
from tests.story import ACME_CALLER, ANA, SELLER_CALLER

pytestmark = pytest.mark.django_db
SINCE_2025 = Moment.of(at("2025-01-01 00:00"))
STRANGER = 861065559999


@pytest.fixture(autouse=True)
def nobody():
    yield
    assert list(Discrepancy.objects.values_list("kind", "evidence")) == []


@pytest.mark.parametrize("off", [-120, -5, 5, 120])
def test_clocks_may_be_off(acme, carrier, off):
    covers(carrier)
    for n in range(20):
        called(acme, at("10:00") + timedelta(minutes=7 * n))
        carried(carrier, at("10:00") + timedelta(minutes=7 * n, seconds=off))
    assert reconciled(acme)["matched"] == 20


def test_a_number_called_again_and_again_by_a_clock_that_is_off(acme, carrier):
    # The nearest first would pair the second carried call with the first report, and leave two without.
    covers(carrier)
    for second in (0, 60):
        carried(carrier, at("10:00") + timedelta(seconds=second))
    for second in (50, 170):
        called(acme, at("10:00") + timedelta(seconds=second))
    assert reconciled(acme)["matched"] == 2


def test_calls_may_cross_midnight(acme, carrier):
    covers(carrier)
    midnight = at("2026-03-11 08:00")
    called(acme, midnight + timedelta(seconds=2))
    carried(carrier, midnight - timedelta(seconds=2))
    called(acme, midnight - timedelta(seconds=3), number=ANA + 1)
    carried(carrier, midnight + timedelta(seconds=1), number=ANA + 1)
    first, second = reconciled(acme), reconciled(acme, date(2026, 3, 11))
    assert (first["reported"], first["carried"], first["matched"]) == (1, 1, 1)
    assert (second["reported"], second["carried"], second["matched"]) == (1, 1, 1)


def test_a_call_is_retried_over_another_line(acme, carrier):
    covers(carrier)
    called(acme, "10:00:00")
    carried(carrier, "10:00:01", disposition="busy", seconds=0)
    carried(carrier, "10:00:04", disposition="no_answer", seconds=0)
    carried(carrier, "10:00:08")
    outcome = reconciled(acme)
    assert (outcome["carried"], outcome["matched"], outcome["legs"], outcome["missing"]) == (3, 1, 2, 0)


def test_a_call_is_transferred_by_the_carrier(acme, carrier):
    called(acme, "10:00:00")
    carried(carrier, "10:00:00", seconds=600)
    carried(carrier, "10:05:00", seconds=290)
    carried(carrier, "10:10:04", seconds=20)
    outcome = reconciled(acme)
    assert (outcome["matched"], outcome["legs"]) == (1, 2)


def test_a_call_is_transferred_by_the_exchange(acme, carrier):
    covers(carrier)
    carried(carrier, "10:00:00", seconds=600)
    called(acme, "10:00:00")
    # An exchange that logs no end: the transfer starts when the first leg does.
    called(acme, "10:00:00")
    outcome = reconciled(acme)
    assert (outcome["reported"], outcome["not_carried"]) == (2, 0)


def test_a_call_that_could_not_be_put_through_is_none(acme, carrier):
    carried(carrier, "10:00", disposition="failed", seconds=0)
    assert reconciled(acme)["missing"] == 0


def test_two_carriers_record_one_call(acme, carrier):
    other = companies.enter(name="Telco Two", kind="carrier", moment=SINCE_2025)
    called(acme, "10:00")
    carried(carrier, "10:00:01")
    carried(other, "10:00:03")
    assert reconciled(acme)["matched"] == 2


def test_the_log_names_no_caller_or_another_of_its_own(acme, carrier):
    companies.add_caller(company=acme, number=861065551235, moment=SINCE_2025)
    called(acme, "10:00", caller=None)
    carried(carrier, "10:00:01")
    called(acme, "11:00", caller=861065551235)
    carried(carrier, "11:00:01")
    assert reconciled(acme)["matched"] == 2


def test_calls_that_were_not_answered_may_be_missing_at_the_carrier(acme, carrier):
    covers(carrier)
    for n, disposition in enumerate(("no_answer", "busy", "failed", "cancelled", "unknown")):
        called(acme, f"10:{n:02}", disposition=disposition)
    assert reconciled(acme)["reported"] == 5


def test_a_carrier_that_does_not_say_it_is_complete_proves_nothing(acme, carrier):
    carried(carrier, "09:00")
    called(acme, "09:00")
    called(acme, "10:00")
    assert reconciled(acme)["not_carried"] == 0


def test_a_time_for_which_it_is_not_complete_proves_nothing(acme, carrier):
    covers(carrier, begins="2026-03-10 10:01", ends="2026-03-12 00:00")
    called(acme, "10:00")
    called(acme, "10:02:59")
    assert reconciled(acme)["not_carried"] == 0


def test_another_carrier_of_the_caller_proves_nothing_until_it_is_complete(acme, carrier):
    other = companies.enter(name="Telco Two", kind="carrier", moment=SINCE_2025)
    covers(carrier)
    called(acme, "09:00")
    carried(other, "09:00")
    called(acme, "10:00")
    assert reconciled(acme)["not_carried"] == 0


def test_a_dialler_calls_for_its_seller(acme, carrier):
    seller = client()
    agreed(seller)
    check = asked(acme, "09:59", seller=seller, caller=SELLER_CALLER)
    called(acme, "10:00", caller=SELLER_CALLER, check_id=check)
    carried(carrier, "10:00:02", caller=SELLER_CALLER)
    assert reconciled(acme)["reported"] == 1
    assert reconciled(seller)["matched"] == 1


def test_a_caller_changes_hands(acme, carrier):
    seller = client()
    companies.remove_caller(company=acme, number=ACME_CALLER, moment=Moment.of(at("09:00")))
    companies.add_caller(company=seller, number=ACME_CALLER, moment=Moment.of(at("09:00")))
    called(acme, "08:00")
    carried(carrier, "08:00:01")
    called(seller, "11:00")
    carried(carrier, "11:00:01")
    assert reconciled(acme)["matched"] == 1
    assert reconciled(seller)["matched"] == 1


def test_a_caller_is_entered_late(acme, carrier):
    new = 861065551236
    called(acme, "10:00", caller=new)
    companies.add_caller(
        company=acme, number=new, moment=Moment.of(at("2026-03-12 10:00")), begins=at("2026-03-01 00:00")
    )
    carried(carrier, "10:00", caller=new)
    for n in range(400):
        carried(carrier, at("11:00") + timedelta(seconds=n), caller=new, number=ANA, disposition="failed")
    assert reconciled(acme)["matched"] == 1
    reconciled(None)


def test_checks_are_asked_again_and_again_and_refused(acme):
    for n in range(300):
        asked(acme, at("10:00") + timedelta(seconds=n), number=ANA + n)
    for n in range(300, 345):
        agreed(acme, number=ANA + n)
        for minute in range(5):
            asked(acme, at(f"11:0{minute}") + timedelta(seconds=n - 300), number=ANA + n)
        called(acme, at("11:30") + timedelta(seconds=n), number=ANA + n)
    outcome = reconciled(acme)
    # Five checks of which three are allowed: the cap of three a day. Refusals need no call.
    assert outcome["unused"] == 0
    assert outcome["checks"] >= 45


def test_a_consent_is_renewed_after_a_call(acme):
    agreed(acme)
    called(acme, "10:00")
    agreed(acme, "2026-03-10 09:00", recorded="2026-03-10 15:00")
    reconciled(acme)


def test_a_consent_is_given_in_the_call(acme):
    called(acme, "10:00")
    agreed(acme, "2026-03-10 10:05", recorded="2026-03-10 15:00")
    reconciled(acme)


def test_a_private_line_calls_as_people_do(carrier):
    for n in range(60):
        carried(
            carrier,
            at("08:00") + timedelta(minutes=10 * n),
            number=ANA + (n * 7919) % 40,
            caller=STRANGER,
            seconds=100,
        )
    reconciled(None)


def test_it_says_nothing_of_a_day_that_nobody_called_on(acme):
    assert reconciled(acme, DAY)["state"] == "completed"
