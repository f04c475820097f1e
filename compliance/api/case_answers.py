"""How cases are told of to the company they are about: what it was given notice of, and no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from compliance.api.violation_answers import ProofIn, ResponseIn
from compliance.case_steps import STATES
from compliance.models import Case, CaseItem, CaseStep
from compliance.models.cases import REVIEWS
from compliance.penalties import ACTIONS
from registry import ids
from registry.api.fields import Sector
from registry.api.paging import Page

# Literal takes a tuple at run time, so the lists stay in one place.
State = Literal[STATES]  # type: ignore[valid-type]
Penalty = Literal[ACTIONS]  # type: ignore[valid-type]
Review = Literal[REVIEWS]  # type: ignore[valid-type]


class CaseResponseOut(msgspec.Struct, frozen=True):
    """An answer on record."""

    id: Annotated[str, Meta(examples=["cst_5"])]
    text: str
    evidence: list[ProofIn]
    created_at: datetime
    in_time: Annotated[bool | None, Meta(description="Null where no clock ran.")]


class CaseOut(msgspec.Struct, frozen=True):
    """A case against you."""

    id: Annotated[str, Meta(examples=["cse_3"])]
    title: str
    sector: Sector
    state: State
    opened_at: datetime
    noticed_at: Annotated[datetime, Meta(description="When you were last given notice.")]
    notice: Annotated[str, Meta(description="What you were told of the facts.")]
    violations: Annotated[list[str], Meta(description="As noticed to you.", examples=[["vio_3"]])]
    complaints: Annotated[list[str], Meta(description="As noticed to you; those relayed to you can be read.")]
    discrepancies: Annotated[
        list[str],
        Meta(description="Differences between your call logs and carriers' records; the notice tells them."),
    ]
    respond_by: Annotated[datetime | None, Meta(description="Null where the policy sets no time.")]
    responses: list[CaseResponseOut]
    penalty: Annotated[Penalty | None, Meta(description="Once it is decided.")]
    decided_at: datetime | None
    ends_at: Annotated[datetime | None, Meta(description="When the penalty ends by itself.")]
    appeal_by: datetime | None
    review: Annotated[Review | None, Meta(description="What came of your appeal.")]


class CasePage(Page[CaseOut], frozen=True):
    """Cases, the newest first."""


class CaseResponseIn(ResponseIn, frozen=True):
    """A company's answer to the notice of a case."""


def shown(row: Case, items: Sequence[CaseItem]) -> CaseOut:
    """A case as its company may see it; `row.steps` are fetched, `items` are those of the case."""
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    notice = [step for step in steps if step.step == "notify"][-1]
    told = [item for item in items if item.added_at <= notice.at]
    decided = row.decided_at is not None
    return CaseOut(
        id=ids.public("cse", row.pk),
        title=row.title,
        sector=row.sector,
        state=row.state,
        opened_at=row.opened_at,
        noticed_at=notice.at,
        notice=notice.text,
        violations=[ids.public("vio", item.object_id) for item in told if item.kind == "violation"],
        complaints=[ids.public("cmp", item.object_id) for item in told if item.kind == "complaint"],
        discrepancies=[ids.public("dis", item.object_id) for item in told if item.kind == "discrepancy"],
        respond_by=row.respond_by,
        responses=[response(step) for step in steps if step.step == "respond"],
        penalty=row.penalty if decided else None,
        decided_at=row.decided_at,
        ends_at=row.ends_at,
        appeal_by=row.appeal_by,
        review=row.review or None,
    )


def response(step: CaseStep) -> CaseResponseOut:
    """A company's answer on record."""
    return CaseResponseOut(
        ids.public("cst", step.pk),
        step.text,
        msgspec.convert(step.evidence, list[ProofIn]),
        step.at,
        step.in_time,
    )
