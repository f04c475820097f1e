"""The check before a call: ask the rule, leave a durable row, and say when it may be tried again."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from django.db import DatabaseError, connection, transaction

from registry import partitions
from registry.errors import Undecidable
from registry.periods import Moment
from registry.predial.facts import Answer, Question, ask
from registry.predial.next_allowed import next_allowed


def check(
    questions: Sequence[Question], moment: Moment, *, key_id: int | None = None
) -> list[Answer | Undecidable]:
    """Answer each question at `moment`, in order, each answer a durable check: one question or a thousand, one path.

    A question that cannot be decided gets an `Undecidable` in its place and leaves no check. A denial that hours,
    days or attempts alone cause carries the next permitted time. `key_id` is the API key that asks: the statement
    itself looks whether it is in force. Raises `KeyNotValid`, with nothing written, if it is not.
    """
    try:
        # Within somebody's transaction a savepoint, so that a missing partition can be made good there too.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            answers = ask(questions, moment, write="dial", key_id=key_id)
    except DatabaseError as error:
        # The month's partition may be missing after a long stop. Make it and ask once more.
        if "no partition of relation" not in str(error):
            raise
        partitions.ensure_around("registry_check", moment.at)
        answers = ask(questions, moment, write="dial", key_id=key_id)
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
