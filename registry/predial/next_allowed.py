"""When a denied call may be made: the first instant at which the rule itself allows the same question."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from registry import timetables
from registry.models import OptOut, Segment
from registry.periods import Moment
from registry.predial.facts import Answer, ask_at

#: How far ahead the next permitted time is looked for; hours that open are followed twice as far, since attempts may be
#: free only a month from now.
HORIZON = timedelta(days=60)
#: How many of a question's instants are put to the rule in each round. The first is nearly always the one.
ROUNDS = (0, 1, 4, 16, 10_000)

Schedule = tuple[str, str, str]


def next_allowed(answers: Sequence[Answer], moment: Moment) -> list[datetime | None]:
    """For each denial at `moment`, the first instant after it at which the same question is allowed, as known then.

    Every instant at which attempts become free or hours may open is put to the rule, in order; the first that it
    allows is the answer, None if there is none within twice `HORIZON`.
    """
    found = _first_allowed(answers, [_free(answer, moment) for answer in answers], moment)
    left = [n for n, at in enumerate(found) if at is None]
    later = [answers[n] for n in left]
    for n, at in zip(left, _first_allowed(later, _changes(later, moment), moment), strict=True):
        found[n] = at
    return found


def _first_allowed(
    answers: Sequence[Answer], instants: Sequence[Sequence[datetime]], moment: Moment
) -> list[datetime | None]:
    """The first of each answer's instants at which the rule allows its question: one statement a round, for all.

    Where something other than time is in the way by then, a consent that lapsed before the morning, no later instant
    is asked about: nothing known today brings it back.
    """
    found: list[datetime | None] = [None] * len(answers)
    lost: set[int] = set()
    for begin, end in pairwise(ROUNDS):
        asked = [
            (n, at)
            for n, times in enumerate(instants)
            if found[n] is None and n not in lost
            for at in times[begin:end]
        ]
        if not asked:
            break
        then = ask_at([answers[n].question for n, _ in asked], [at for _, at in asked], moment.known_at)
        for (n, at), answer in zip(asked, then, strict=True):
            if found[n] is not None or not isinstance(answer, Answer):
                continue
            if answer.decision.allowed:
                found[n] = at
            elif not answer.decision.only_timing:
                lost.add(n)
    return found


def _free(answer: Answer, moment: Moment) -> list[datetime]:
    """When its attempts are free again: where they alone were in the way, nothing else need be looked up."""
    return [answer.free_at] if answer.free_at is not None and answer.free_at > moment.at else []


def _changes(answers: Sequence[Answer], moment: Moment) -> list[list[datetime]]:
    """Of each answer, when hours open after its attempts are free: all instants at which it may change, in order."""
    openings = {key: _openings(key, moment) for key in {_schedule(answer) for answer in answers}}
    wishes = _wishes({answer.question.number for answer in answers}, moment)
    found = []
    for answer in answers:
        start = max(moment.at, answer.free_at or moment.at)
        opening = {at for at in openings[_schedule(answer)] if at > start}
        found.append(
            sorted(opening | _ends_of(wishes.get(answer.question.number, ()), answer.zone_key, start))
        )
    return found


def _schedule(answer: Answer) -> Schedule:
    return answer.windows_key, answer.calendar, answer.zone_key


def _openings(schedule: Schedule, moment: Moment) -> list[datetime]:
    """When calling hours open. Attempts may be free only a month from now: openings of twice the horizon."""
    windows_key, calendar, zone_key = schedule
    if not windows_key:
        return []
    timetables.ensure(windows_key, calendar, zone_key, moment.at)
    return list(
        Segment.objects.filter(
            schedule__windows_key=windows_key,
            schedule__calendar=calendar,
            schedule__zone_key=zone_key,
            state="open",
            starts_at__gt=moment.at,
            starts_at__lt=moment.at + 2 * HORIZON,
        ).values_list("starts_at", flat=True)
    )


def _wishes(numbers: set[int], moment: Moment) -> dict[int, list[OptOut]]:
    """What people said of days and hours, as known at the moment."""
    found: dict[int, list[OptOut]] = {}
    for wish in (
        OptOut.objects.on_record(moment.known_at)
        .filter(number__in=numbers)
        .exclude(days__isnull=True, from_minute__isnull=True)
    ):
        found.setdefault(wish.number, []).append(wish)
    return found


def _ends_of(wishes: Sequence[OptOut], zone_key: str, start: datetime) -> set[datetime]:
    """When the hours end that the person closed for calls, and each midnight if they closed whole days."""
    found: set[datetime] = set()
    for wish in wishes:
        minutes = 0 if wish.to_minute is None or wish.to_minute == 1440 else wish.to_minute
        for zone in map(ZoneInfo, zone_key.split(",")):
            midnight = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
            for day in range(HORIZON.days):
                instant = midnight + timedelta(days=day, minutes=minutes)
                if instant > start:
                    found.add(instant.astimezone(UTC))
    return found
