"""Whom a complaint is about: the owner of the calling number, and what logs and checks say of the call."""

from datetime import timedelta

import pytest
import time_machine

from compliance import complaint_matching, hints, tasks
from compliance.models import Complaint, ComplaintMatch
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import asked, called
from tests.compliance.complaints_made import CALLED_AT, filed, matched, noon, steps
from tests.conftest import ACME_CALLER, ANA, CLOCK

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
A_WHILE = hints.SILENCE + timedelta(seconds=1)


def found(row):
    return list(row.matches.values_list("ground", "company_id", "call", "check_id"))


def test_it_finds_the_call_and_its_check(acme):
    check = asked(acme, CALLED_AT - MINUTE)
    call = called(acme, CALLED_AT, check_id=check)
    row = matched(filed())
    assert found(row) == [("call_after_deny", acme.pk, call, check)]
    assert (row.company, row.state, row.match_at, row.matched_at) == (acme, "relayed", None, CLOCK)
    assert steps(row) == ["file", "relay"]
    assert row.steps.last().by == "register"


def test_it_finds_a_call_without_a_check(acme):
    call = called(acme, CALLED_AT + timedelta(minutes=34))
    called(acme, CALLED_AT + timedelta(minutes=36))
    called(acme, CALLED_AT, number=ANA + 1)
    assert found(matched(filed())) == [("call_without_check", acme.pk, call, None)]


def test_it_finds_that_the_call_was_not_reported(acme):
    row = matched(filed())
    assert found(row) == [("call_unreported", acme.pk, None, None)]
    assert (row.company, row.state) == (acme, "relayed")


def test_it_looks_again_while_the_log_may_come(acme):
    row = matched(filed())
    assert row.match_at == CLOCK + timedelta(days=1)
    call = called(acme, CALLED_AT)
    row = matched(row, clock=CLOCK + timedelta(hours=23))
    assert found(row) == [("call_unreported", acme.pk, None, None)]
    row = matched(row, clock=CLOCK + timedelta(days=1))
    assert found(row) == [("call_without_check", acme.pk, call, None)]
    assert row.match_at is None
    assert steps(row) == ["file", "relay"]


def test_it_gives_up_looking_when_no_log_can_come_any_more(acme):
    row = matched(filed())
    row = matched(row, clock=CALLED_AT + complaint_matching.LOG_COMES_WITHIN + MINUTE)
    assert (found(row)[0][0], row.match_at) == ("call_unreported", None)


def test_it_names_nobody_for_an_unknown_caller(acme):
    row = matched(filed(caller=861065550000))
    assert found(row) == [("caller_unknown", None, None, None)]
    assert (row.state, row.company) == ("filed", None)


def test_it_asks_who_held_the_calling_number_at_the_time(acme, bolt):
    companies.remove_caller(company=acme, number=ACME_CALLER, moment=Moment.of(CALLED_AT - MINUTE))
    companies.add_caller(company=bolt, number=ACME_CALLER, moment=Moment.of(CALLED_AT - MINUTE))
    assert matched(filed()).company == bolt
    before = filed(number=ANA + 1, called_at=CALLED_AT - timedelta(hours=2))
    assert matched(before).company == acme


@pytest.mark.parametrize(("minutes", "state"), [(10, "relayed"), (60, "filed")])
def test_it_finds_a_hidden_caller_by_the_time(acme, minutes, state):
    """And lets it go by itself only where the time is known well: it may be another company's call."""
    called(acme, CALLED_AT)
    row = matched(filed(caller=None, tolerance=timedelta(minutes=minutes)))
    assert (row.company, row.state) == (acme, state)
    assert matched(filed(caller=None, number=ANA + 1)).company is None


@pytest.mark.parametrize(
    ("given", "in_log", "state"),
    [
        ({}, False, "relayed"),
        ({"proven": False}, False, "filed"),
        ({"proven": False}, True, "filed"),
        ({"proven": False, "source": "12321"}, True, "relayed"),
        ({"proven": False, "source": "12321"}, False, "filed"),
        ({"proven": False, "number": None}, True, "filed"),
        ({"category": "malicious"}, True, "filed"),
        ({"category": "illegal"}, True, "filed"),
    ],
)
def test_it_relays_by_itself_what_weighs_enough(acme, given, in_log, state):
    if in_log:
        called(acme, CALLED_AT)
    row = matched(filed(**given))
    assert (row.state, row.company) == (state, acme)


def test_it_is_safe_to_match_twice(acme):
    called(acme, CALLED_AT)
    row = matched(matched(filed()))
    assert (ComplaintMatch.objects.count(), steps(row)) == (1, ["file", "relay"])
    Complaint.objects.update(match_at=CLOCK)
    row = matched(row)
    assert (ComplaintMatch.objects.count(), steps(row)) == (1, ["file", "relay"])


def test_it_leaves_an_officers_choice_alone(acme, bolt):
    row = filed()
    Complaint.objects.filter(pk=row.pk).update(state="relayed", company=bolt)
    assert matched(row).company == bolt


def test_it_matches_what_no_message_told_of(acme, monkeypatch):
    row = filed()
    sent = []
    monkeypatch.setattr(tasks.match_complaint, "apply_async", sent.append)
    monkeypatch.setattr(tasks.tell_complainant, "apply_async", lambda args: None)

    def round_at(clock):
        with time_machine.travel(clock, tick=False):
            return tasks.reconcile_complaints()["unmatched"]

    assert round_at(CLOCK + hints.SILENCE) == 0
    assert round_at(CLOCK + A_WHILE) == 1
    assert round_at(CLOCK + A_WHILE + MINUTE) == 0
    assert round_at(CLOCK + A_WHILE + A_WHILE) == 1
    assert sent == [[row.pk]] * 2
    with time_machine.travel(CLOCK + 3 * A_WHILE, tick=False):
        assert tasks.match_complaint(row.pk) == {"grounds": ["call_unreported"], "relayed": True}
        assert tasks.match_complaint(row.pk) == {"grounds": [], "relayed": False}
    assert round_at(noon("2026-03-10")) == 0
    assert round_at(noon("2026-03-11")) == 1
