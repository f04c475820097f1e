"""Complaints: file one, and take the steps that follow: join, relay, answer, notify, object, refer, close, withdraw.

Which step may be taken from where, and by whom, is the table of `complaint_steps.py`; which clock runs then is said by
`complaint_clocks.py` from the policy the complaint was filed under. `complaint_matching.py` finds whom it is about.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance import (
    complaint_erasure,
    complaint_evidence,
    complaint_limits,
    complaint_sense,
    complaint_steps,
    complaint_terms,
)
from compliance.complaint_clocks import OBJECT_WITHIN, Place, running
from compliance.complaint_evidence import Attachment
from compliance.complaint_sense import MAX_TEXT
from compliance.errors import ComplaintNotOpen
from compliance.models import Complaint, ComplaintStep
from compliance.models.complaints import OUTCOMES
from registry.errors import InvalidInput, NotFound
from registry.models import Company
from registry.periods import Moment

#: Letters and digits that nobody takes for one another when reading them out, and that make no words.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
TRACKING_LENGTH = 16
#: A company may add to its answer for so long before the person is told of it.
TOLD_AFTER = timedelta(hours=1)
#: Steps a person is told of by text message, if they asked for that.
TOLD = ("file", "relay", "refer", "close")
#: However unsure both are of the time, two complaints of calls further apart are two complaints.
SAME_CALL = timedelta(hours=12)


def tracking_code() -> str:
    """A new one: 76 bits that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TRACKING_LENGTH))


def by_tracking(code: str) -> Complaint:
    """The complaint of a tracking code, however it is written. Raises `NotFound`."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    row = Complaint.objects.filter(tracking=plain).select_related("company", "policy", "joined_to").first()
    if row is None:
        raise NotFound("There is no complaint of that code")
    return row


@transaction.atomic
def file(
    *,
    moment: Moment,
    category: str,
    called_at: datetime,
    tolerance: timedelta = timedelta(minutes=30),
    number: int | None = None,
    proven: bool = False,
    caller: int | None = None,
    sector: str = "other",
    voice: str = "unsure",
    said_no: bool | None = None,
    company_named: str = "",
    text: str = "",
    language: str = "en",
    show_number: bool = False,
    text_updates: bool = False,
    source: str = "portal",
    reference: str = "",
    network: str = "",
    evidence: Sequence[Attachment] = (),
) -> tuple[Complaint, bool]:
    """Put a complaint on record, to be matched at once; and whether it is new.

    `reference` is what a form or file knows it by: sent again, the complaint of the first time is answered. The same
    call complained of again by the holder of a proven number is filed, and joined to the first complaint.
    Raises `InvalidInput`, `EvidenceNotAccepted`, `FileTooLarge`, `TooManyComplaints`, `PolicyGap`.
    """
    complaint_sense.demand(moment, category, called_at, tolerance, sector, voice, text)
    if proven and number is None:
        raise InvalidInput("Only a number that is given can be proven", pointer="/number")
    if before := _before(source, reference):
        return before, False
    if source == "portal":
        complaint_limits.demand_room(
            network=network, number=number if proven else None, clock=moment.known_at
        )
        # Sent twice at once, the second waited for the first just now.
        if before := _before(source, reference):
            return before, False
    terms = complaint_terms.find(number=number, caller=caller, sector=sector, moment=moment)
    row = Complaint(
        tracking=tracking_code(),
        source=source,
        reference=reference,
        number=number,
        proven=proven,
        caller=caller,
        called_at=called_at,
        tolerance=tolerance,
        sector=sector,
        voice=voice,
        said_no=said_no,
        company_named=company_named,
        category=category,
        text=text,
        language=language,
        show_number=show_number and number is not None,
        text_updates=text_updates and proven,
        filed_at=moment.at,
        network=network,
        tell_at=moment.known_at if text_updates and proven else None,
        **terms.columns(called_at=called_at, tolerance=tolerance, moment=moment),
    )
    row.save(force_insert=True)
    _step(row, "file", "complainant", clock=moment.known_at)
    if proven and (first := _same(row)) is not None:
        _take(row, "join", "register", clock=moment.known_at, joined_to=first, match_at=None)
    complaint_evidence.keep(row, evidence, clock=moment.known_at)
    return row, True


def _before(source: str, reference: str) -> Complaint | None:
    """The complaint that was filed under a reference."""
    return Complaint.objects.filter(source=source, reference=reference).first() if reference else None


def _same(row: Complaint) -> Complaint | None:
    """The first complaint of the same call by the same holder of a proven number, if it has not ended."""
    if row.caller is None:
        return None
    held = Complaint.objects.filter(number=row.number, proven=True, caller=row.caller, pk__lt=row.pk)
    for other in held.exclude(state__in=("joined", "withdrawn")).order_by("-id")[:20]:
        if abs(other.called_at - row.called_at) <= min(SAME_CALL, other.tolerance + row.tolerance):
            return other
    return None


@transaction.atomic
def join(*, complaint_id: int, to_id: int, user: Any, clock: datetime) -> Complaint:
    """An officer's finding that a complaint is the same as another, which goes on for both.

    Raises `NotFound`, `ComplaintNotOpen`, `InvalidInput` for a complaint that cannot be joined to.
    """
    row = _held(complaint_id)
    other = Complaint.objects.filter(pk=to_id).exclude(pk=complaint_id).first()
    if other is None or other.state in ("joined", "withdrawn"):
        raise InvalidInput("There is no such complaint that goes on", pointer="/to")
    return _take(row, "join", "regulator", clock=clock, user=user, joined_to=other, match_at=None)


@transaction.atomic
def relay(
    *, complaint_id: int, clock: datetime, company: Company | None = None, user: Any = None
) -> Complaint:
    """Send a complaint to the company it is about: the one matched, unless an officer names another.

    Raises `NotFound`, `ComplaintNotOpen`, `InvalidInput` where no company is known.
    """
    row = _held(complaint_id)
    company = company or row.company
    if company is None:
        raise InvalidInput("No company is known to relay it to", pointer="/company")
    by = "register" if user is None else "regulator"
    return _take(row, "relay", by, clock=clock, user=user, company=company)


@transaction.atomic
def answer(
    *, complaint_id: int, company_id: int, text: str, evidence: list[dict[str, Any]], clock: datetime
) -> ComplaintStep:
    """A company's answer to a complaint that was relayed to it; it may add to it until the person was told.

    Raises `NotFound` for one that was not relayed to it, `ComplaintNotOpen`, `InvalidInput`.
    """
    if not text.strip():
        raise InvalidInput("An answer needs a text", pointer="/text")
    row = relayed_to(company_id).select_for_update().filter(pk=complaint_id).first()
    if row is None:
        raise NotFound
    _take(row, "answer", "company", clock=clock, text=text, evidence=evidence)
    return row.steps.last()


def relayed_to(company_id: int) -> QuerySet[Complaint]:
    """The complaints a company may see: those that were relayed to it, and that the police have not got since."""
    shown = ComplaintStep.objects.filter(complaint=OuterRef("pk"), step="relay", company_id=company_id)
    return Complaint.objects.filter(Exists(shown), company_id=company_id).exclude(state="referred")


@transaction.atomic
def notify(*, complaint_id: int, text: str, clock: datetime, user: Any = None) -> Complaint:
    """Put on record that the person was told of the answer, and how (`text`). Raises `NotFound`, `ComplaintNotOpen`."""
    by = "register" if user is None else "regulator"
    return _take(_held(complaint_id), "notify", by, clock=clock, user=user, text=text)


@transaction.atomic
def object_to(*, complaint_id: int, text: str, clock: datetime) -> Complaint:
    """The person does not accept the answer, or the decision: an officer looks at it (again).

    Once after an answer and once after a decision, within `OBJECT_WITHIN`. Raises as `notify`.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"At most {MAX_TEXT:,} characters", pointer="/text")
    row = _held(complaint_id)
    until = object_by(row)
    if until is None or clock >= until:
        raise ComplaintNotOpen("There is nothing to object to, or the time for it is over")
    return _take(row, "object", "complainant", clock=clock, text=text.strip(), outcome="", match_at=None)


def object_by(row: Complaint) -> datetime | None:
    """The instant by which the person may object; None where there is nothing to object to, or no longer."""
    if "object" not in complaint_steps.open_to(row.state, "complainant") or row.erased_at is not None:
        return None
    taken = [(step.step, step.at) for step in row.steps.order_by("id")]
    names = [name for name, _ in taken]
    after = "close" if row.state == "closed" else "answer"
    if after in names[: _last(names, "object")]:
        return None
    return max(at for name, at in taken if name in ("answer", "notify", "close")) + OBJECT_WITHIN


def _last(names: Sequence[str], wanted: str) -> int:
    """The place of the last such step; 0 where there is none."""
    return max((place for place, name in enumerate(names) if name == wanted), default=0)


@transaction.atomic
def refer(*, complaint_id: int, text: str, clock: datetime, user: Any) -> Complaint:
    """An officer hands it to the police or another authority, which `text` names. Raises as `notify`."""
    if not text.strip():
        raise InvalidInput("Say to whom it is handed", pointer="/text")
    return _take(_held(complaint_id), "refer", "regulator", clock=clock, user=user, text=text, match_at=None)


@transaction.atomic
def close(*, complaint_id: int, outcome: str, text: str, clock: datetime, user: Any) -> Complaint:
    """An officer's end of it: `outcome`, and what the person is told (`text`). Raises as `notify`."""
    if outcome not in OUTCOMES:
        raise InvalidInput(f"One of: {', '.join(OUTCOMES)}", pointer="/outcome")
    if not text.strip():
        raise InvalidInput("Say what the person is told", pointer="/text")
    row = _held(complaint_id)
    return _take(row, "close", "regulator", clock=clock, user=user, text=text, outcome=outcome, match_at=None)


@transaction.atomic
def withdraw(*, complaint_id: int, clock: datetime) -> Complaint:
    """The person takes it back. Raises `NotFound`, `ComplaintNotOpen`."""
    return _take(_held(complaint_id), "withdraw", "complainant", clock=clock, match_at=None)


def _held(complaint_id: int) -> Complaint:
    """The complaint, locked to the end of the transaction. Raises `NotFound`."""
    row = Complaint.objects.select_for_update().filter(pk=complaint_id).first()
    if row is None:
        raise NotFound
    return row


def _take(
    row: Complaint,
    step: str,
    by: str,
    *,
    clock: datetime,
    user: Any = None,
    text: str = "",
    evidence: Sequence[Any] = (),
    **values: Any,
) -> Complaint:
    """Take a step of a locked complaint, with `values` for its other columns. Raises `ComplaintNotOpen`."""
    state = complaint_steps.leads_to(row.state, step, by)
    if state is None:
        raise ComplaintNotOpen(f"The complaint is {row.state}; it cannot be: {step}")
    in_time = None if row.due_at is None else clock < row.due_at
    place = Place(row.calendar, row.zone)
    if state != row.state:
        row.clock, row.due_at = running(
            row.policy.terms, state, place=place, received_at=row.received_at, at=clock
        )
    row.tell_at = _tell_at(row, step, clock)
    row.state = state
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "clock", "due_at", "tell_at", *values])
    _step(row, step, by, clock=clock, user=user, text=text, evidence=evidence, in_time=in_time)
    if row.erase_at_end and row.state in complaint_erasure.ENDED:
        complaint_erasure.erase_row(row, clock=clock)
    return row


def _tell_at(row: Complaint, step: str, clock: datetime) -> datetime | None:
    """When the person is to be told, after a step; what another centre took is told by that centre."""
    if step == "answer" and row.source == "portal":
        return row.tell_at if row.state == "answered" else clock + TOLD_AFTER
    return clock if step in TOLD and row.text_updates else None


def _step(
    row: Complaint,
    step: str,
    by: str,
    *,
    clock: datetime,
    user: Any = None,
    text: str = "",
    evidence: Sequence[Any] = (),
    in_time: bool | None = None,
) -> ComplaintStep:
    """Write down a step that was taken."""
    return ComplaintStep.objects.create(
        complaint=row,
        step=step,
        state=row.state,
        by=by,
        user=user,
        company=row.company if by == "company" or step == "relay" else None,
        at=clock,
        text=text,
        evidence=list(evidence),
        in_time=in_time,
        clock=row.clock,
        due_at=row.due_at,
    )
