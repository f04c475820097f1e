"""What the value of a policy parameter looks like: its shapes, and the checks a shape alone cannot make.

`read` is the way in. A value leaves in plain JSON form: durations as canonical ISO 8601 text, calling windows spelled
out by day class. `parameters.py` says which parameter has which shape.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec

from registry.codes import DAYS, PURPOSES, RELATIONSHIP_KINDS
from registry.durations import Duration

WEEKDAYS = DAYS[:7]
#: A public holiday, and the day before one, where a pack treats them unlike the weekday they fall on.
DAY_CLASSES = (*WEEKDAYS, "holiday", "pre_holiday")
SHORTHANDS = {"all_days": WEEKDAYS, "mon_fri": WEEKDAYS[:5], "sat_sun": WEEKDAYS[5:]}

Positive = Annotated[int, msgspec.Meta(gt=0)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
#: What may follow a violation, from the lightest: the last two of calls end a company's leave to make them.
PENALTIES = ("warning", "order_correct", "fine", "suspend_new_outbound", "stop_new_outbound")
# Literal takes a tuple at run time, so the code lists stay in one place.
Purpose = Literal[PURPOSES[1:]]  # type: ignore[valid-type]
Kind = Literal[RELATIONSHIP_KINDS]  # type: ignore[valid-type]
Windows = dict[Literal[(*DAY_CLASSES, *SHORTHANDS)], list[tuple[str, str]]]  # type: ignore[misc]


class Span(str):
    """A duration in its canonical text; a type of its own so that `_decode` is asked to read it."""

    __slots__ = ()


#: `facts.sql` opens the months of checks that lie within this of a question.
LONGEST_CAP = timedelta(days=60)
_ANY_DAY = datetime(2026, 7, 1, tzinfo=UTC)


class Cap(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """At most `max` attempts in each window. Calendar days and months are those where the called person is."""

    max: Positive
    window: Literal["rolling", "calendar_day", "calendar_month"]
    per: Annotated[Literal["company_number"], "counted for each pair of company and number"]
    duration: Span | None = None

    def __post_init__(self) -> None:
        if (self.window == "rolling") != (self.duration is not None):
            raise ValueError("a rolling window has a `duration`, and no other window has one")
        if self.duration is not None:
            some_time(self.duration)
            length = Duration.parse(self.duration)
            if length.months:
                # Counted back from the 31st and on from the attempt, a month is not the same length.
                raise ValueError("a rolling window is a number of days or hours: P30D, not P1M")
            if length.after(_ANY_DAY) - _ANY_DAY > LONGEST_CAP:
                raise ValueError(
                    "a cap looks back at most 60 days, so that few months of checks are opened for it"
                )


class Within(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A time to act in: a duration, or a number of working days."""

    duration: Span | None = None
    working_days: Positive | None = None

    def __post_init__(self) -> None:
        if (self.duration is None) == (self.working_days is None):
            raise ValueError("either `duration` or `working_days` is stated")


class AbandonedCalls(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Of answered calls, how many may find nobody there, in which period, and how soon somebody must be there."""

    max_percent: Percent
    period: Span | None = None
    per: Name | None = None
    connect_within: Span | None = None


class ShortCalls(msgspec.Struct, forbid_unknown_fields=True):
    """Calls that end within `seconds`: who makes many, most of them short, is cut off for `block`."""

    seconds: Positive
    min_daily_calls: Positive
    max_percent: Percent
    block: Span


class Probing(msgspec.Struct, forbid_unknown_fields=True):
    """Checks that no call follows: from so many a day on, how many per cent may be so."""

    min_checks: Positive
    max_percent: Percent


class ManyCalls(msgspec.Struct, forbid_unknown_fields=True):
    """So many calls a day or more."""

    calls: Positive
    points: Positive


class ShortShare(msgspec.Struct, forbid_unknown_fields=True):
    """Of the answered calls, so many per cent or more are over within `seconds`."""

    seconds: Positive
    percent: Percent
    points: Positive


class InSequence(msgspec.Struct, forbid_unknown_fields=True):
    """So many per cent or more of the calls go to a number at most `step` beside the one called before."""

    step: Positive
    percent: Percent
    points: Positive


class OddHours(msgspec.Struct, forbid_unknown_fields=True):
    """So many per cent or more of the calls lie before `opens` or from `closes` on, where the number called lives."""

    opens: str
    closes: str
    percent: Percent
    points: Positive

    def __post_init__(self) -> None:
        bands([(self.opens, self.closes)])


class Share(msgspec.Struct, forbid_unknown_fields=True):
    """A share of the calls, in per cent."""

    percent: Percent
    points: Positive


class ComplainedOf(msgspec.Struct, forbid_unknown_fields=True):
    """So many complaints or more about calls within a time up to the day."""

    complaints: Positive
    within: Span
    points: Positive


class UnlicensedCallers(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Signals of a calling number that belongs to no company, each with its points; a suspect from a sum on.

    Shares count from `min_calls` a day on. A signal that is left out is not looked at.
    """

    suspect_from: Positive
    min_calls: Positive
    many_calls: ManyCalls | None = None
    short_calls: ShortShare | None = None
    in_sequence: InSequence | None = None
    few_answers: Share | None = None
    odd_hours: OddHours | None = None
    many_numbers: Share | None = None
    complaints: ComplainedOf | None = None


class ComplaintClock(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The steps of a complaint and how long each may take; how many complaints in how many days set off action."""

    file_within_days: Positive | None = None
    act_within_days: Positive | None = None
    relay_working_days: Positive | None = None
    answer_working_days: Positive | None = None
    notify_working_days: Positive | None = None
    trigger_count: Positive | None = None
    trigger_days: Positive | None = None


class Contact(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where a person turns: an office's name by language (`en`, `zh-hans`), its telephone, its address on the web."""

    name: dict[Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[a-z]{2,8})?$")], str]
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9+ -]{2,30}$")] | None = None
    url: Annotated[str, msgspec.Meta(pattern=r"^https://[^\s]+$")] | None = None

    def __post_init__(self) -> None:
        if "en" not in self.name:
            raise ValueError("the name is given in English (`en`) at the least")
        if self.phone is None and self.url is None:
            raise ValueError("either `phone` or `url` is stated")


class Rung(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What follows the `verified`th verified violation, counted within `within`, and for how long.

    A suspension ends by itself and so has a length; nothing else has one.
    """

    verified: Positive
    action: Literal[PENALTIES]  # type: ignore[valid-type]
    within: Span | None = None
    lasts: Span | None = None

    def __post_init__(self) -> None:
        if (self.action == "suspend_new_outbound") != (self.lasts is not None):
            raise ValueError("`suspend_new_outbound` has a length (`lasts`), and no other penalty has one")
        for length in (self.within, self.lasts):
            if length is not None:
                some_time(length)


class RenewalCall(msgspec.Struct, forbid_unknown_fields=True):
    """How long before a contract ends a renewal call may be made."""

    earliest_days_before_expiry: Positive


def _decode(shape: type, value: Any) -> Any:
    if shape is Span and isinstance(value, str):
        return Span(Duration.parse(value))
    raise ValueError(f"expected an ISO 8601 duration, got `{type(value).__name__}`")


def plain(value: Any) -> Any:
    """`value` in JSON form: durations as text, absent members left out."""
    return msgspec.to_builtins(value, enc_hook=str)


def distinct(names: list[str]) -> list[str]:
    """`names`, none of them twice."""
    if len(set(names)) < len(names):
        raise ValueError("a name is listed twice")
    return names


def some_time(text: str) -> str:
    """The duration `text`, which is not zero."""
    if not Duration.parse(text):
        raise ValueError("no time at all is too short")
    return text


def fixed_time(text: str) -> str:
    """The duration `text`, which is not zero and has no calendar months, so that it is so many seconds."""
    if Duration.parse(text).months:
        raise ValueError("calendar months are not exact enough; state days or hours")
    return some_time(text)


def duration_or(word: str) -> Callable[[str], str]:
    """A check that a text is `word`, or a duration that is not zero."""

    def checked(text: str) -> str:
        return text if text == word else some_time(str(Duration.parse(text)))

    return checked


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


def bands(spans: Iterable[tuple[str, str]]) -> list[list[str]]:
    """`spans` of one day, checked: HH:MM, each ends after it begins, in order, without overlap."""
    checked = [list(span) for span in spans]
    for clock in (clock for span in checked for clock in span):
        if not _CLOCK.fullmatch(clock):
            raise ValueError(f"{clock!r} is no time of day from 00:00 to 24:00")
    for start, end in checked:
        if start >= end:
            raise ValueError(
                f"{start} to {end} does not end after it begins; past midnight is two days' windows"
            )
    for earlier, later in pairwise(checked):
        if later[0] < earlier[1]:
            raise ValueError(
                f"{earlier[0]} to {earlier[1]} and {later[0]} to {later[1]} overlap or are out of order"
            )
    return checked


def windows_by_day(windows: dict[str, list[tuple[str, str]]]) -> dict[str, list[list[str]]]:
    """The windows of every day class stated, shorthands spelled out, in the order of `DAY_CLASSES`.

    Empty: no rule about hours. Otherwise all seven weekdays are there, since a day nobody thought of must not be an
    open one. Raises ValueError for a day stated twice or not at all, and for windows that make no sense.
    """
    stated: dict[str, list[list[str]]] = {}
    for key, spans in windows.items():
        for day in SHORTHANDS.get(key, (key,)):
            if day in stated:
                raise ValueError(f"{day} is stated twice")
            try:
                stated[day] = bands(spans)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
    missing = [day for day in WEEKDAYS if day not in stated]
    if stated and missing:
        raise ValueError(f"{', '.join(missing)} not stated; a closed day is an empty list")
    return {day: stated[day] for day in DAY_CLASSES if day in stated}


def in_words(message: str) -> str:
    """msgspec's message in a pack writer's words: `$` is the value, and a table's key needs no path."""
    message = message.replace("Invalid enum value", "not a word known here:")
    message = message.replace(" - at `key` in `$`", "")
    return re.sub(r" - at `\$([^`]*)`", r" at `value\1`", message)


def read(value: Any, shape: Any, finish: Callable[[Any], Any]) -> Any:
    """`value` as a pack file gives it, checked against `shape`, then by `finish`; in plain JSON form.

    Raises ValueError that says what is wrong with it.
    """
    try:
        return plain(finish(msgspec.convert(value, shape, dec_hook=_decode)))
    except msgspec.ValidationError as error:
        raise ValueError(in_words(str(error))) from None
