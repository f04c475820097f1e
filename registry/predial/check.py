"""The check before a call: ask the rule, leave a durable row, and say when it may be tried again."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from registry import partitions, timetables
from registry.errors import Undecidable
from registry.models import OptOut, Segment
from registry.periods import Moment
from registry.predial.facts import Answer, Question, ask, ask_at

#: How far ahead the next permitted time is looked for.
HORIZON = timedelta(days=60)


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
    return [
        replace(answer, next_allowed_at=next_allowed(answer, moment))
        if isinstance(answer, Answer) and answer.decision.only_timing
        else answer
        for answer in answers
    ]


def next_allowed(answer: Answer, moment: Moment) -> datetime | None:
    """The first instant after a denial at which the same question is allowed, as far as is known now.

    Every instant at which hours may open or attempts become free is put to the rule itself; the first that it allows
    is the answer. None if there is none within `HORIZON`.
    """
    if answer.windows_key:
        timetables.ensure(answer.windows_key, answer.calendar, answer.zone_key, moment.at)
    start = max(moment.at, answer.free_at or moment.at)
    candidates = {start} | _openings(answer, start) | _ends_of_wishes(answer, start)
    instants = sorted(candidates)
    for at, then in zip(instants, ask_at(answer.question, instants, moment.known_at), strict=True):
        if isinstance(then, Answer) and then.decision.allowed:
            return at
    return None


def _openings(answer: Answer, start: datetime) -> set[datetime]:
    if not answer.windows_key:
        return set()
    return set(
        Segment.objects.filter(
            schedule__windows_key=answer.windows_key,
            schedule__calendar=answer.calendar,
            schedule__zone_key=answer.zone_key,
            state="open",
            starts_at__gt=start,
            starts_at__lt=start + HORIZON,
        ).values_list("starts_at", flat=True)
    )


def _ends_of_wishes(answer: Answer, start: datetime) -> set[datetime]:
    """When the hours end that the person closed for calls, and each midnight if they closed whole days."""
    wishes = (
        OptOut.objects.current()
        .filter(number=answer.question.number)
        .exclude(days__isnull=True, from_minute__isnull=True)
    )
    found: set[datetime] = set()
    for wish in wishes:
        for zone in map(ZoneInfo, answer.zone_key.split(",")):
            midnight = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
            for day in range(HORIZON.days):
                minutes = 0 if wish.to_minute is None or wish.to_minute == 1440 else wish.to_minute
                instant = midnight + timedelta(days=day, minutes=minutes)
                if instant > start:
                    found.add(instant.astimezone(UTC))
    return found
