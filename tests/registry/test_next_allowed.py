"""When a denied call may be made: found for a whole batch at once, with as few questions as there need be."""

from datetime import UTC, datetime

import pytest

from registry import opt_outs
from registry.periods import Moment
from registry.predial import next_allowed
from registry.predial.check import check
from tests.registry.one_of_each import agree, question

#: Ten in the evening in China.
NIGHT = Moment.of(datetime(2026, 3, 10, 14, 0, tzinfo=UTC))
#: Nine the next morning.
MORNING = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """How many questions each statement that looks ahead put to the rule."""
    sizes: list[int] = []
    ask_at = next_allowed.ask_at

    def counted(questions, instants, known_at):
        sizes.append(len(questions))
        return ask_at(questions, instants, known_at)

    monkeypatch.setattr(next_allowed, "ask_at", counted)
    return sizes


@pytest.fixture
def people(acme, ana) -> list[int]:
    """Forty people who agreed to Acme's calls."""
    numbers = [ana + place for place in range(40)]
    for number in numbers:
        agree(acme, number, f"form-{number}")
    return numbers


def test_it_finds_the_morning_for_all_in_one_statement(acme, people, asked):
    answers = check([question(acme, number) for number in people], NIGHT)
    assert {answer.decision.reasons for answer in answers} == {("outside_calling_hours",)}
    assert {answer.next_allowed_at for answer in answers} == {MORNING}
    assert asked == [len(people)]


def test_it_looks_further_only_for_those_it_must(acme, people, asked):
    """One of them closed Wednesdays and Thursdays: only he is asked about again."""
    opt_outs.register(
        number=people[7],
        scope="all",
        days=["wed", "thu"],
        said_at=datetime(2026, 3, 1, tzinfo=UTC),
        source="portal",
        moment=Moment.of(datetime(2026, 3, 1, tzinfo=UTC)),
    )
    answers = check([question(acme, number) for number in people], NIGHT)
    later = answers.pop(7)
    assert {answer.next_allowed_at for answer in answers} == {MORNING}
    assert later.next_allowed_at == datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
    assert asked[0] == len(people)
    assert sum(asked[1:]) <= 15


def test_it_asks_nothing_ahead_when_no_time_would_help(acme, ana, asked):
    (answer,) = check([question(acme, ana)], NIGHT)
    assert answer.decision.reasons[0] == "consent_missing"
    assert answer.next_allowed_at is None
    assert asked == []


def test_it_asks_about_one_morning_only_when_the_consent_ends_before_it(acme, ana, asked):
    numbers = [ana + place for place in range(40)]
    for number in numbers:
        agree(acme, number, f"form-{number}", expires="2026-03-10 23:00")
    answers = check([question(acme, number) for number in numbers], NIGHT)
    assert {answer.decision.reasons for answer in answers} == {("outside_calling_hours",)}
    assert {answer.next_allowed_at for answer in answers} == {None}
    assert asked == [len(numbers)]
