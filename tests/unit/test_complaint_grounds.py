"""What follows from calls, checks and the owner of a calling number: the grounds of a complaint."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.complaint_matching import FoundCall, FoundCheck, company_of, grounds_of, rest_on
from compliance.models.complaints import GROUNDS

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
ACME, BOLT = 1, 2
CALLER, OTHER = 861065551234, 861065550000


def call(id_=1, company=ACME, caller=CALLER, at=AT, **more):
    return FoundCall(id_, at, company, caller, **more)


def check(id_, at, company=ACME, holds=timedelta(hours=24)):
    return FoundCheck(id_, at, company, None if holds is None else at + holds)


def grounds(**given):
    given = {"number_given": True, "caller": CALLER, "owner_id": ACME, "calls": [], "checks": [], **given}
    found = grounds_of(**given)
    assert {ground.ground for ground in found} <= set(GROUNDS)
    return found


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([], ("call_without_check", None)),
        ([check(7, AT - timedelta(minutes=3))], ("call_with_check", 7)),
        ([check(7, AT - timedelta(minutes=3), holds=None)], ("call_after_deny", 7)),
        ([check(7, AT - timedelta(hours=25))], ("call_check_expired", 7)),
        ([check(7, AT - timedelta(hours=24, minutes=4))], ("call_with_check", 7)),
        ([check(7, AT - timedelta(minutes=3), company=BOLT)], ("call_without_check", None)),
        ([check(7, AT + timedelta(minutes=4))], ("call_with_check", 7)),
        ([check(7, AT + timedelta(minutes=6))], ("call_without_check", None)),
        (
            [check(7, AT - timedelta(hours=2)), check(8, AT - timedelta(hours=1), holds=None)],
            ("call_after_deny", 8),
        ),
    ],
)
def test_it_says_what_the_call_rests_on(checks, expected):
    (found,) = grounds(calls=rest_on([call()], checks, {}), checks=checks)
    assert (found.ground, found.check_id) == expected
    assert (found.company_id, found.call) == (ACME, 1)


def test_it_prefers_the_check_that_the_call_names():
    checks = [check(7, AT - timedelta(hours=2)), check(8, AT - timedelta(hours=1), holds=None)]
    (found,) = rest_on([call()], checks, {1: 7})
    assert (found.check_id, found.verdict) == (7, "allow")


def test_it_finds_a_call_that_was_not_reported():
    (found,) = grounds()
    assert (found.ground, found.company_id, found.check_id) == ("call_unreported", ACME, None)


def test_it_shows_the_check_before_a_call_that_was_not_reported():
    (found,) = grounds(checks=[check(6, AT - timedelta(hours=3)), check(7, AT - timedelta(hours=1))])
    assert (found.ground, found.check_id) == ("call_unreported", 7)
    (found,) = grounds(checks=[check(7, AT, company=BOLT)])
    assert found.check_id is None


def test_it_names_nobody_for_a_calling_number_of_nobody():
    (found,) = grounds(owner_id=None, calls=[call(caller=OTHER, company=BOLT)])
    assert (found.ground, found.company_id) == ("caller_unknown", None)


def test_it_finds_the_call_whoever_the_calling_number_belongs_to():
    """A telemarketer that calls from its seller's number made the call, and not the seller."""
    (found,) = grounds(owner_id=BOLT, calls=[call(company=ACME)])
    assert (found.ground, found.company_id) == ("call_without_check", ACME)


def test_it_finds_a_call_of_the_owner_that_is_reported_from_another_number():
    (found,) = grounds(calls=[call(caller=OTHER), call(2, company=BOLT, caller=None)])
    assert (found.ground, found.call) == ("call_without_check", 1)


def test_it_takes_every_call_of_the_time_where_the_number_was_hidden():
    found = grounds(caller=None, owner_id=None, calls=[call(), call(2, company=BOLT, caller=OTHER)])
    assert [ground.company_id for ground in found] == [ACME, BOLT]
    assert company_of(found) is None
    assert company_of(found[:1]) == ACME
    assert [ground.ground for ground in grounds(caller=None, owner_id=None)] == ["caller_hidden"]


def test_it_names_the_owner_where_the_number_called_is_not_given():
    (found,) = grounds(number_given=False)
    assert (found.ground, found.company_id) == ("number_not_given", ACME)
