"""Cases against a company: open one, gather, assign, give notice, take the answer, hear, close, withdraw.

Which step may be taken from where, and by whom, is the table of `case_steps.py`; which clock runs then is said by
`case_clocks.py` from the policy the case was opened under. Proposal, decision, appeal and review are in
`case_decisions.py`. A step that the company hears of makes its letters (`case_letters.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance import case_clocks, case_items, case_letters, case_steps, complaint_terms, discrepancies
from compliance.case_clocks import Clocks
from compliance.case_items import Gathered
from compliance.complaint_clocks import Place
from compliance.errors import CaseNotOpen, CaseTooEarly
from compliance.models import Case, CaseItem, CaseStep, Complaint, Discrepancy, Violation
from registry.codes import SECTORS
from registry.errors import InvalidInput, NotFound
from registry.models import Company
from registry.periods import Moment

MAX_TEXT = 20_000
#: The clock that a step has to meet.
MEETS = {"respond": "respond", "decide": "decide", "appeal": "appeal", "review": "review"}


@transaction.atomic
def open_case(
    *, company: Company, gathered: Gathered, title: str, user: Any, moment: Moment, sector: str = ""
) -> Case:
    """Open a case against a company on violations, complaints and discrepancies of it, under the first call's policy.

    `sector`: whose ladder counts; that of what was gathered first unless it is said, and it must be said where only
    discrepancies are. Raises `InvalidInput`, `HeldInAnotherCase`, `PolicyGap`, and `LogMayStillCome` for a
    discrepancy that a log may still explain.
    """
    title = demand(title, "/title", "Say in a few words what it is about", most=200)
    number, caller, found = _binding(gathered)
    sector = sector or found
    if sector not in SECTORS:
        raise InvalidInput(f"One of: {', '.join(SECTORS)}", pointer="/sector")
    terms = complaint_terms.find(number=number, caller=caller, sector=sector, moment=moment)
    clock = moment.known_at
    row = Case(
        company=company,
        sector=sector,
        title=title,
        opened_at=clock,
        opened_by=user,
        officer=user,
        policy=terms.policy,
        calendar=terms.place.calendar,
        zone=terms.place.zone,
        decide_by=case_clocks.ends(terms.policy.terms, "decide", place=terms.place, at=clock),
    )
    row.clock, row.due_at = case_clocks.waiting_for("open", clocks(row))
    row.save(force_insert=True)
    added = _take_up(row, gathered, text=title, user=user, clock=clock)
    write(row, "open", "officer", clock=clock, user=user, text=title, detail={"added": added})
    return row


def _binding(gathered: Gathered) -> tuple[int | None, int | None, str]:
    """Number, caller and sector of what says which policy binds; a discrepancy knows no sector.

    Raises `InvalidInput` where there is nothing.
    """
    models = (("violation", Violation), ("complaint", Complaint), ("discrepancy", Discrepancy))
    for kind, model in models:
        if ids := gathered.get(kind):
            row = model.objects.filter(pk=min(ids)).first()
            if row is not None:
                return row.number, row.caller, getattr(row, "sector", "")
    raise InvalidInput("Choose what the case rests on", pointer="/items")


def _take_up(row: Case, gathered: Gathered, *, text: str, user: Any, clock: datetime) -> dict[str, int]:
    """Put rows into a case; a discrepancy is settled by that. Raises as `case_items.add` and `into_case`."""
    added = case_items.add(row, gathered, clock=clock)
    for number in sorted(set(gathered.get("discrepancy") or ())):
        discrepancies.into_case(
            discrepancy_id=number, case_id=row.pk, reason=text or row.title, user=user, clock=clock
        )
    return added


@transaction.atomic
def gather(*, case_id: int, gathered: Gathered, text: str, user: Any, clock: datetime) -> Case:
    """Add to a case; what is added after the notice has to be told to the company by another one.

    Raises `NotFound`, `CaseNotOpen`, `InvalidInput`, `HeldInAnotherCase`, `LogMayStillCome`.
    """
    row = held(case_id)
    allowed(row, "gather", "officer")
    added = _take_up(row, gathered, text=text, user=user, clock=clock)
    take(row, "gather", "officer", clock=clock, user=user, text=text, detail={"added": added})
    return row


@transaction.atomic
def assign(*, case_id: int, to: Any, user: Any, by: str, clock: datetime) -> Case:
    """Give a case to an officer. `by`: `officer` or `supervisor`. Raises as `gather`."""
    row = held(case_id)
    if not to.is_active or not to.has_perm("registry.handle_cases"):
        raise InvalidInput("They do not handle cases", pointer="/to")
    take(row, "assign", by, clock=clock, user=user, detail={"to": to.get_username()}, officer=to)
    return row


@transaction.atomic
def notify(*, case_id: int, text: str, user: Any, clock: datetime) -> Case:
    """Give the company notice, with the facts in `text`, and ask for its answer; its clock begins. Raises as above."""
    row = held(case_id)
    text = demand(text, "/text", "Say what the company is told of the facts")
    ends = case_clocks.ends(row.policy.terms, "respond", place=place(row), at=clock)
    take(row, "notify", "officer", clock=clock, user=user, text=text, respond_by=ends)
    return row


@transaction.atomic
def respond(
    *,
    case_id: int,
    text: str,
    evidence: Sequence[dict[str, Any]],
    clock: datetime,
    company_id: int | None = None,
    user: Any = None,
) -> CaseStep:
    """The company's answer, sent by itself (`company_id`) or written down by an officer (`user`).

    A late one is taken, and marked. Raises `NotFound` for another company's or one it has no notice of.
    """
    row = held(case_id, noticed_to=company_id)
    text = demand(text, "/text", "An answer needs a text")
    by = "company" if company_id is not None else "officer"
    return take(row, "respond", by, clock=clock, user=user, text=text, evidence=evidence)


@transaction.atomic
def invite(*, case_id: int, hearing_at: datetime, where: str, user: Any, clock: datetime) -> CaseStep:
    """Invite the company to a hearing. Raises as `gather`."""
    row = held(case_id)
    where = demand(where, "/where", "Say where the hearing is", most=300)
    if hearing_at <= clock:
        raise InvalidInput("The hearing lies in the past", pointer="/hearing_at")
    detail = {"hearing_at": hearing_at.isoformat(), "where": where}
    return take(row, "invite", "officer", clock=clock, user=user, text=where, detail=detail)


@transaction.atomic
def hear(*, case_id: int, text: str, user: Any, clock: datetime) -> CaseStep:
    """Put the notes of a hearing on record. Raises as `gather`."""
    row = held(case_id)
    text = demand(text, "/text", "Write down what was said")
    return take(row, "hear", "officer", clock=clock, user=user, text=text)


@transaction.atomic
def close(*, case_id: int, text: str, user: Any, clock: datetime) -> Case:
    """End a case that was decided, once no appeal can come in time. Raises also `CaseTooEarly`."""
    row = held(case_id)
    allowed(row, "close", "officer")
    text = demand(text, "/text", "Say how it ended")
    waits = row.state == "decided" and row.penalty != "none" and row.appeal_by is not None
    if waits and clock < row.appeal_by:
        raise CaseTooEarly("The company can still appeal")
    take(row, "close", "officer", clock=clock, user=user, text=text)
    return row


@transaction.atomic
def withdraw(*, case_id: int, text: str, user: Any, clock: datetime) -> Case:
    """Give a case up before it is decided; what it held may be taken up by another. Raises as `gather`."""
    row = held(case_id)
    text = demand(text, "/text", "Say why it is given up")
    take(row, "withdraw", "supervisor", clock=clock, user=user, text=text)
    items = CaseItem.objects.filter(case=row, held=True)
    for number in items.filter(kind="discrepancy").values_list("object_id", flat=True):
        discrepancies.out_of_case(discrepancy_id=number, case_id=row.pk, reason=text, user=user, clock=clock)
    items.update(held=False)
    return row


def told_to(company_id: int) -> QuerySet[Case]:
    """The cases a company knows of: those it was given notice of."""
    told = CaseStep.objects.filter(case=OuterRef("pk"), step="notify")
    return Case.objects.filter(Exists(told), company_id=company_id)


def place(row: Case) -> Place:
    """Whose days the clocks of a case count."""
    return Place(row.calendar, row.zone)


def clocks(row: Case) -> Clocks:
    """When each clock of a case runs out."""
    return Clocks(row.respond_by, row.decide_by, row.appeal_by, row.review_by)


def held(case_id: int, *, noticed_to: int | None = None) -> Case:
    """The case, locked to the end of the transaction; only one the company `noticed_to` knows of. Raises `NotFound`."""
    rows = Case.objects if noticed_to is None else told_to(noticed_to)
    rows = rows.select_for_update(of=("self",)).select_related("company", "policy").filter(pk=case_id)
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def allowed(row: Case, step: str, by: str) -> str:
    """The state that a step leads to. Raises `CaseNotOpen` where it may not be taken."""
    state = case_steps.leads_to(row.state, step, by)
    if state is None:
        raise CaseNotOpen(f"The case is {row.state}; it cannot be: {step}")
    return state


def take(
    row: Case,
    step: str,
    by: str,
    *,
    clock: datetime,
    user: Any = None,
    text: str = "",
    evidence: Sequence[Any] = (),
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> CaseStep:
    """Take a step of a locked case, with `values` for its other columns. Raises `CaseNotOpen`."""
    row.state = allowed(row, step, by)
    # The clock a step meets began before it, so it is read before the step's own values are set.
    met = MEETS.get(step, "")
    due_at = getattr(clocks(row), met) if met else None
    for name, value in values.items():
        setattr(row, name, value)
    row.clock, row.due_at = case_clocks.waiting_for(row.state, clocks(row))
    row.save(update_fields=["state", "clock", "due_at", *values])
    return write(
        row,
        step,
        by,
        clock=clock,
        user=user,
        text=text,
        evidence=evidence,
        detail=detail or {},
        met=met if due_at is not None else "",
        due_at=due_at,
    )


def write(
    row: Case,
    step: str,
    by: str,
    *,
    clock: datetime,
    user: Any = None,
    text: str = "",
    evidence: Sequence[Any] = (),
    detail: dict[str, Any] | None = None,
    met: str = "",
    due_at: datetime | None = None,
) -> CaseStep:
    """Write down a step that was taken, and the letters it makes."""
    made = CaseStep.objects.create(
        case=row,
        step=step,
        state=row.state,
        by=by,
        user=user,
        company=row.company if by == "company" else None,
        at=clock,
        text=text,
        evidence=list(evidence),
        detail=detail or {},
        clock=met,
        due_at=due_at,
        in_time=None if due_at is None else clock < due_at,
    )
    case_letters.write(row, made)
    return made


def demand(text: str, pointer: str, wanted: str, *, most: int = MAX_TEXT) -> str:
    """The text, stripped. Raises `InvalidInput` for none, or too much."""
    text = text.strip()
    if not text:
        raise InvalidInput(wanted, pointer=pointer)
    if len(text) > most:
        raise InvalidInput(f"At most {most:,} characters", pointer=pointer)
    return text
