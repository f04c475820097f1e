"""The timeline of one call or check: what was asked and answered, what was known then, and what is known now.

Nothing here decides anything: the check is matched by the audit's own statement, and both answers come from
`facts.sql`, once as of what the register knew then and once as of what it knows now.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from compliance.audit.findings import LOOKBACK, MATCHED, SKEW
from compliance.models import Call, Complaint, Violation
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.decision import Facts
from registry.errors import NotFound, Undecidable
from registry.models import Caller, Check, Consent, Licence, OptOut, Reassignment, Relationship
from registry.periods import Moment, TwoClock
from registry.predial.facts import Answer, Question, ask_as_of

#: `matched.sql` for one call: no check is at hand, all are searched for.
MATCH = f"""WITH audit_check AS (SELECT * FROM registry_check WHERE false), called AS (
    SELECT 0 AS n, id, company_id, number, caller, sector, channel, disposition, started_at, check_id AS named
    FROM compliance_call WHERE id = %(call)s AND started_at = %(started_at)s
) SELECT check_id, checked_at, seller_id, purpose, at, lapsed FROM (
{MATCHED}) AS matched"""
#: Versions of one kind of record that are shown; nobody has more.
MOST = 200


@dataclass(frozen=True)
class Version:
    """One row of a record: in effect `valid`, on record `recorded`; whether it counted then, and counts now."""

    kind: str
    row: TwoClock
    then: bool
    now: bool

    @property
    def changed(self) -> bool:
        """It weighs otherwise today than it did then."""
        return self.then != self.now


@dataclass(frozen=True)
class Event:
    """Something that happened: when, and of what kind; `row` is what it is about."""

    at: datetime
    what: str
    row: Any
    #: The moment that the page is about.
    here: bool = False


@dataclass(frozen=True)
class Known:
    """The answer under one state of knowledge; a problem where none can be given."""

    moment: Moment
    answer: Answer | None
    problem: str = ""


@dataclass
class Timeline:
    """All that is to be said of one question."""

    question: Question
    moment: Moment
    then: Known
    now: Known
    call: Call | None
    check: Check | None
    #: The call began after the check's answer had lapsed.
    lapsed: bool
    versions: list[Version]
    violations: list[Violation] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def facts(self) -> list[tuple[str, Any, Any, bool]]:
        """Each fact: its name, then, now, and whether it differs."""
        then, now = (known.answer.facts if known.answer else None for known in (self.then, self.now))
        return [
            (name, was, is_now, was != is_now)
            for name in Facts._fields
            for was, is_now in [(then and getattr(then, name), now and getattr(now, name))]
        ]

    @property
    def differs(self) -> bool:
        """Another answer would be given of that moment, with what is known today."""
        then, now = (known.answer.decision if known.answer else None for known in (self.then, self.now))
        return then != now

    @property
    def events(self) -> list[Event]:
        """What happened, in the order of time."""
        return sorted(_events(self), key=lambda event: event.at)


def of_call(call_id: int, *, clock: datetime) -> Timeline:
    """The timeline of a call, at a reading of the clock. Raises `NotFound`."""
    call = Call.objects.filter(pk=call_id).select_related("company").first()
    if call is None:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH,
            {
                "call": call.pk,
                "started_at": call.started_at,
                "skew": SKEW,
                "lookback": LOOKBACK,
                "checks_since": call.started_at - LOOKBACK,
                "checks_until": call.started_at + SKEW,
            },
        )
        check_id, checked_at, seller_id, purpose, at, lapsed = cursor.fetchone()
    question = Question(
        call.company_id,
        seller_id,
        call.number,
        call.caller or 0,
        SECTORS.index(call.sector),
        CHANNELS.index(call.channel),
        purpose,
    )
    check = None if check_id is None else _check(check_id)
    found = _timeline(
        question, at, checked_at or call.started_at, clock, call=call, check=check, lapsed=lapsed
    )
    found.violations = list(Violation.objects.filter(call=call.pk).order_by("pk"))
    found.complaints = list(Complaint.objects.filter(matches__call=call.pk).distinct().order_by("pk")[:MOST])
    return found


def of_check(check_id: int, *, clock: datetime) -> Timeline:
    """The timeline of a check, at a reading of the clock. Raises `NotFound`."""
    check = _check(check_id)
    question = Question(
        check.company_id,
        check.seller_id,
        check.number,
        check.caller,
        SECTORS.index(check.sector),
        CHANNELS.index(check.channel),
        PURPOSES.index(check.purpose),
    )
    return _timeline(
        question, check.checked_at, check.checked_at, clock, call=None, check=check, lapsed=False
    )


def calls_on(check: Check) -> list[Call]:
    """Calls of the company to the number soon after a check, which may rest on it."""
    made = Call.objects.filter(
        number=check.number,
        company_id=check.company_id,
        started_at__gte=check.checked_at - SKEW,
        started_at__lte=(check.valid_until or check.checked_at) + timedelta(days=1),
    )
    return list(made.order_by("started_at")[:MOST])


def _check(check_id: int) -> Check:
    found = Check.objects.select_related("policy", "company", "seller").filter(pk=check_id).first()
    if found is None:
        raise NotFound
    return found


def _timeline(question: Question, at: datetime, before: datetime, clock: datetime, **about: Any) -> Timeline:
    then, now = (_known(question, Moment(at, known_at), before) for known_at in (at, max(at, clock)))
    return Timeline(
        question,
        then.moment,
        then,
        now,
        versions=list(_versions(_records(question), then.moment, now.moment)),
        **about,
    )


def _known(question: Question, moment: Moment, before: datetime) -> Known:
    try:
        found = ask_as_of(question, moment, before=before)
    except Undecidable as error:
        return Known(moment, None, error.detail)
    return Known(moment, found) if isinstance(found, Answer) else Known(moment, None, found.detail)


def _records(question: Question) -> Iterator[tuple[str, Iterable[TwoClock]]]:
    """Every row that the facts of a question may rest on, in all its versions."""
    parties = {question.company_id, question.seller_id}
    sector = SECTORS[question.sector]
    yield "opt_out", OptOut.objects.filter(number=question.number).select_related("company")
    yield (
        "consent",
        Consent.objects.filter(number=question.number, company_id__in=parties).select_related(
            "company", "notice"
        ),
    )
    yield "relationship", Relationship.objects.filter(number=question.number, company_id__in=parties)
    yield "reassignment", Reassignment.objects.filter(number=question.number)
    yield "licence", Licence.objects.filter(company_id__in=parties, sector=sector).select_related("company")
    yield "caller", Caller.objects.filter(number=question.caller, company_id__in=parties)


def of_number(number: int, moment: Moment) -> list[Version]:
    """Everything on record of a number, whoever holds it; `then` is what counts at the moment."""
    held = (
        ("opt_out", OptOut.objects.filter(number=number).select_related("company")),
        ("consent", Consent.objects.filter(number=number).select_related("company", "notice")),
        ("relationship", Relationship.objects.filter(number=number).select_related("company")),
        ("reassignment", Reassignment.objects.filter(number=number)),
    )
    return list(_versions(held, moment, moment))


def _versions(
    records: Iterable[tuple[str, Iterable[TwoClock]]], then: Moment, now: Moment
) -> Iterator[Version]:
    for kind, rows in records:
        for row in rows.order_by("record_id", "pk")[:MOST]:  # type: ignore[attr-defined]
            yield Version(kind, row, _counts(row, then), _counts(row, now))


def _counts(row: TwoClock, moment: Moment) -> bool:
    """In effect and on record. A number that changed hands once has changed hands for good."""
    begins = row.valid.lower
    if isinstance(row, Reassignment):
        return (begins is None or begins <= moment.at) and moment.known_at in row.recorded
    return moment.at in row.valid and moment.known_at in row.recorded


def _events(found: Timeline) -> Iterator[Event]:
    for version in found.versions:
        row = version.row
        if version.kind in ("licence", "caller"):
            continue
        if row.pk == row.record_id:
            yield Event(row.valid.lower, version.kind, version)
        if row.recorded.lower and row.recorded.lower != row.valid.lower:
            yield Event(row.recorded.lower, f"{version.kind}_recorded", version)
    if found.check is not None:
        yield Event(found.check.checked_at, "check", found.check, here=found.call is None)
    if found.call is not None:
        yield Event(found.call.started_at, "call", found.call, here=True)
    for violation in found.violations:
        yield Event(violation.opened_at, "violation", violation)
    for complaint in found.complaints:
        yield Event(complaint.filed_at, "complaint", complaint)
