"""The check before a call: ask the rule, leave a durable row, and say when it may be tried again."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError, connection, transaction

from registry import partitions
from registry.errors import Undecidable
from registry.periods import Moment
from registry.predial.facts import Answer, Question, ask
from registry.predial.next_allowed import next_allowed

#: Checks of one batch about one number lie so far apart: a check counts the attempts before its own moment.
_STEP = timedelta(microseconds=1)


def check(
    questions: Sequence[Question], moment: Moment, *, key_id: int | None = None
) -> list[Answer | Undecidable]:
    """Answer each question at `moment`, in order, each answer a durable check: one question or a thousand, one path.

    Questions about one number are asked one after the other, a microsecond apart, so that each counts the attempts
    that those before it were allowed. A question that cannot be decided gets an `Undecidable` in its place and leaves
    no check. A denial that hours, days or attempts alone cause carries the next permitted time. `key_id` is the API
    key that asks: the statement itself looks whether it is in force. Raises `KeyNotValid` if it is not.
    """
    answers = _in_turn(questions, moment, key_id)
    timed = [
        (place, answer)
        for place, answer in enumerate(answers)
        if isinstance(answer, Answer) and answer.decision.only_timing
    ]
    if timed:
        instants = next_allowed([answer for _, answer in timed], moment)
        for (place, answer), at in zip(timed, instants, strict=True):
            answers[place] = replace(answer, next_allowed_at=at)
    return answers


def _in_turn(questions: Sequence[Question], moment: Moment, key_id: int | None) -> list[Answer | Undecidable]:
    """The answers, in order. A batch whose numbers differ is one turn; what was denied is denied again in the next."""
    found: dict[int, Answer | Undecidable] = {}
    denied: set[Question] = set()
    waiting = list(range(len(questions)))
    while True:
        taken: set[tuple[int, int]] = set()
        turn, later = [], []
        for place in waiting:
            pair = questions[place].number, questions[place].seller_id
            if pair in taken and _same(questions[place]) not in denied:
                later.append(place)
                continue
            taken.add(pair)
            turn.append(place)
        answers = _ask([questions[place] for place in turn], moment, key_id)
        found |= zip(turn, answers, strict=True)
        if not later:
            return [found[place] for place in range(len(questions))]
        denied |= {
            _same(questions[place])
            for place, answer in zip(turn, answers, strict=True)
            if not isinstance(answer, Answer) or not answer.decision.allowed
        }
        waiting, moment = later, Moment(moment.at + _STEP, moment.known_at + _STEP)


def _same(question: Question) -> Question:
    """The question without what does not change its answer."""
    return question._replace(campaign=None, reference=None)


def _ask(questions: Sequence[Question], moment: Moment, key_id: int | None) -> list[Answer | Undecidable]:
    """Ask and write, once more where the month had no partition."""
    try:
        # Within somebody's transaction a savepoint, so that a missing partition can be made good there too.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return ask(questions, moment, write="dial", key_id=key_id)
    except DatabaseError as error:
        # The month's partition may be missing after a long stop.
        if "no partition of relation" not in str(error):
            raise
        partitions.ensure_around("registry_check", moment.at)
        return ask(questions, moment, write="dial", key_id=key_id)
