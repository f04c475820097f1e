"""How complaints are told of to the company they were relayed to: of the person, no more than they agreed to."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from compliance.api.violation_answers import ProofIn, ResponseIn
from compliance.models import Complaint, ComplaintStep
from compliance.models.complaints import CATEGORIES, OUTCOMES, VOICES
from registry import ids, phone
from registry.api.fields import Sector
from registry.api.paging import Page, Paging

#: The states a company can meet a complaint in.
STATES = ("relayed", "answered", "notified", "objected", "closed", "withdrawn")
# Literal takes a tuple at run time, so the lists stay in one place.
State = Literal[STATES]  # type: ignore[valid-type]
Category = Literal[CATEGORIES]  # type: ignore[valid-type]
Voice = Literal[VOICES]  # type: ignore[valid-type]
Outcome = Literal[OUTCOMES]  # type: ignore[valid-type]


class ComplaintRow(msgspec.Struct, frozen=True):
    """A complaint in a list."""

    id: Annotated[str, Meta(examples=["cmp_7"])]
    state: State
    category: Category
    sector: Annotated[Sector, Meta(description="What was sold, as the person understood it.")]
    voice: Annotated[Voice, Meta(description="Who spoke.")]
    said_no: Annotated[bool | None, Meta(description="Whether the person had refused you before.")]
    caller: Annotated[str | None, Meta(description="The calling number; null where it was hidden.")]
    number: Annotated[
        str | None,
        Meta(
            description="The number called, masked. In full only where the person agreed, to a key that may see it "
            "and asks. Null where it was not given."
        ),
    ]
    called_from: Annotated[datetime, Meta(description="The call lies between this…")]
    called_until: Annotated[datetime, Meta(description="…and this.")]
    text: Annotated[str, Meta(description="What the person wrote.")]
    language: str
    relayed_at: datetime
    answer_by: Annotated[datetime | None, Meta(description="When the clock that runs now runs out.")]
    updated_at: datetime


class ComplaintPage(Page[ComplaintRow], frozen=True):
    """Complaints, the newest first."""


class CallOfComplaint(msgspec.Struct, frozen=True):
    """A call in your log that the complaint is about."""

    id: Annotated[str, Meta(examples=["cal_12"])]
    started_at: datetime
    check: Annotated[str | None, Meta(description="The check it rests on.", examples=["chk_81"])]


class ComplaintResponseOut(msgspec.Struct, frozen=True):
    """An answer on record."""

    id: Annotated[str, Meta(examples=["cas_5"])]
    text: str
    evidence: list[ProofIn]
    created_at: datetime
    in_time: bool | None


class ComplaintOut(ComplaintRow, frozen=True):
    """A complaint with what it was matched with and the answers to it."""

    grounds: Annotated[list[str], Meta(description="Why it came to you.", examples=[["call_without_check"]])]
    calls: Annotated[
        list[CallOfComplaint],
        Meta(description="Named only where the person agreed that you see their number."),
    ]
    outcome: Annotated[Outcome | None, Meta(description="What the regulator found.")]
    responses: list[ComplaintResponseOut]


class ComplaintResponseIn(ResponseIn, frozen=True):
    """A company's answer to a complaint, which the person reads as it stands."""


def _row(row: Complaint, asked: Paging) -> dict[str, Any]:
    steps = list(row.steps.all())
    number = None
    if row.number is not None:
        number = asked.number(row.number) if row.show_number else phone.mask(row.number)
    return {
        "id": ids.public("cmp", row.pk),
        "state": row.state,
        "category": row.category,
        "sector": row.sector,
        "voice": row.voice,
        "said_no": row.said_no,
        "caller": phone.e164(row.caller) if row.caller is not None else None,
        "number": number,
        "called_from": row.called_at - row.tolerance,
        "called_until": row.called_at + row.tolerance,
        "text": row.text,
        "language": row.language,
        "relayed_at": next(step.at for step in steps if step.step == "relay"),
        "answer_by": row.due_at if row.state == "relayed" else None,
        "updated_at": steps[-1].at,
    }


def listed(row: Complaint, asked: Paging) -> ComplaintRow:
    """A complaint as a list shows it."""
    return ComplaintRow(**_row(row, asked))


def shown(row: Complaint, asked: Paging) -> ComplaintOut:
    """A complaint with all that its company may see."""
    matches = [match for match in row.matches.all() if match.company_id == row.company_id]
    return ComplaintOut(
        **_row(row, asked),
        grounds=list(dict.fromkeys(match.ground for match in matches)),
        calls=[
            CallOfComplaint(
                ids.public("cal", match.call),
                match.call_started_at,
                ids.public("chk", match.check_id) if match.check_id is not None else None,
            )
            for match in matches
            if row.show_number and match.call is not None
        ],
        outcome=row.outcome or None,
        responses=[response(step) for step in row.steps.all() if step.step == "answer"],
    )


def response(step: ComplaintStep) -> ComplaintResponseOut:
    """A company's answer on record."""
    return ComplaintResponseOut(
        ids.public("cas", step.pk),
        step.text,
        msgspec.convert(step.evidence, list[ProofIn]),
        step.at,
        step.in_time,
    )
