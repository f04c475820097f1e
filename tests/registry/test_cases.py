"""The table of cases through the register's own askers: a single check, a batch, a scrub."""

import pytest

from registry import companies
from registry.models import Check
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import ask
from registry.predial.next_allowed import next_allowed
from registry.predial.scrub import scrub
from tests.cases import CASES
from tests.story import ANA, SELLER_CALLER, Case, Stage, told, when


@pytest.fixture
def seller(db):
    """Seller: another licensed company, which Acme may dial for."""
    since_2025 = Moment.of(when("2025-01-01 00:00"))
    company = companies.enter(name="Seller Life", moment=since_2025)
    companies.license(company=company, sectors=["insurance", "finance"], moment=since_2025)
    companies.add_caller(company=company, number=SELLER_CALLER, moment=since_2025)
    return company


@pytest.fixture(params=CASES, ids=str)
def case(request) -> Case:
    return request.param


@pytest.fixture
def stage(case, acme, seller) -> Stage:
    return told(case, acme, seller)


def test_it_answers_a_single_check(case, stage):
    (answer,) = check([case.ask.question(stage)], case.ask.moment)
    assert (answer.decision.verdict, list(answer.decision.reasons)) == (case.verdict, case.reasons)
    assert answer.next_allowed_at == (when(case.next_allowed) if case.next_allowed else None)
    row = Check.objects.get(pk=answer.check_id)
    assert (row.allowed, row.checked_at, row.number) == (
        case.verdict == "allow",
        case.ask.moment.at,
        case.number,
    )
    if answer.decision.allowed:
        assert case.ask.moment.at < row.valid_until


def test_it_answers_in_a_batch(case, stage):
    question = case.ask.question(stage)
    others = [question._replace(number=ANA + 1000 + n) for n in range(4)]
    answers = check([*others[:2], question, *others[2:]], case.ask.moment)
    assert [answer.question.number for answer in answers] == [
        *(q.number for q in others[:2]),
        case.number,
        *(q.number for q in others[2:]),
    ]
    decision = answers[2].decision
    assert (decision.verdict, list(decision.reasons)) == (case.verdict, case.reasons)


def test_it_answers_in_a_scrub(case, stage):
    before = Check.objects.count()
    numbers = [ANA + 2000, case.number, ANA + 2001]
    rows = list(scrub(numbers, case.ask.question(stage), case.ask.moment))
    assert [row.number for row in rows] == numbers
    assert ("allow" if rows[1].allowed else "deny", list(rows[1].reasons)) == (case.verdict, case.reasons)
    assert Check.objects.filter(kind="scrub").count() == 3
    assert Check.objects.count() == before + 3


def test_it_allows_at_the_time_it_names(case, stage):
    """What `next_allowed_at` says is true, and nothing a minute earlier."""
    if case.next_allowed is None:
        (answer,) = ask([case.ask.question(stage)], case.ask.moment)
        assert (
            answer.decision.allowed
            or not answer.decision.only_timing
            or next_allowed([answer], case.ask.moment) == [None]
        )
        return
    then = when(case.next_allowed)
    (answer,) = ask([case.ask.question(stage)], Moment.of(then))
    assert answer.decision.allowed
