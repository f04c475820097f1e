"""Consents as they are answered: the status that follows from their rows, and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.db.models import QuerySet
from msgspec import Meta

from registry import consents, disputes, ids, phone
from registry.api import paging
from registry.api.access import Access
from registry.api.fields import Channel, Sector
from registry.api.paging import Page
from registry.codes import CONSENT_METHODS
from registry.errors import NotFound
from registry.models import Consent, DisputeStep
from registry.periods import Moment

Method = Literal[CONSENT_METHODS]  # type: ignore[valid-type]
Status = Literal["recorded", "confirmed", "disputed", "revoked", "expired", "superseded"]


class ConsentEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence."""

    type: str
    sha256: str
    uri: str | None = None


class Stretch(msgspec.Struct, frozen=True):
    """One line of a consent's history: its status over a stretch of time, and when the register held it for true."""

    status: Status
    since: Annotated[datetime, Meta(description="The status began, in the world.")]
    until: Annotated[datetime | None, Meta(description="And ended.")]
    recorded_at: Annotated[datetime, Meta(description="It came on record.")]
    replaced_at: Annotated[datetime | None, Meta(description="Another line took its place on record.")]


class ConsentOut(msgspec.Struct, frozen=True):
    """A consent on record. `late` means: recorded later than the policy's grace; it carries no earlier call."""

    id: Annotated[str, Meta(examples=["con_7"])]
    number: str
    status: Status
    sectors: list[Sector]
    channels: list[Channel]
    given_at: datetime
    expires_at: datetime | None
    method: Method
    notice: Annotated[str, Meta(description="The id of the notice.", examples=["not_4"])]
    evidence: list[ConsentEvidence]
    source_url: str | None
    reference: str
    recorded_at: datetime
    late: bool
    livemode: bool


class DisputeResponse(msgspec.Struct, frozen=True):
    """A company's answer in a dispute, on record."""

    id: Annotated[str, Meta(examples=["dis_3"])]
    text: str
    evidence: list[ConsentEvidence]
    created_at: datetime
    in_time: Annotated[bool | None, Meta(description="Null where the policy sets no clock.")]


class DisputeOut(msgspec.Struct, frozen=True):
    """A dispute that is going on."""

    since: datetime
    answer_by: Annotated[
        datetime | None, Meta(description="Your time to answer runs out. Null: no clock runs.")
    ]
    objected: Annotated[bool, Meta(description="The person objected to the answer; the regulator decides.")]
    responses: list[DisputeResponse]


class ConsentWithHistory(ConsentOut, frozen=True, kw_only=True):
    """A consent with every line of its history, the oldest on record first."""

    history: list[Stretch]
    dispute: Annotated[
        DisputeOut | None, Meta(description="While it is disputed: what you must answer, and have.")
    ] = None


class ConsentPage(Page[ConsentOut], frozen=True):
    """Consents, the newest first."""


def of_company(access: Access) -> QuerySet[Consent]:
    """A company's consents as they are on record now: one row for each stretch of a status."""
    return Consent.objects.current().filter(company_id=access.company_id)


def with_history(record: int, access: Access, clock: datetime) -> ConsentWithHistory:
    """A consent with every row there ever was of it. Raises `NotFound`."""
    rows = list(Consent.objects.filter(company_id=access.company_id, record_id=record))
    if not rows:
        raise NotFound
    rows.sort(key=lambda row: (row.recorded.lower, row.valid.lower))
    current = [row for row in rows if row.recorded.upper is None]
    # Where a newer consent took the place of every stretch, the last one tells what it was.
    shown = (
        show(current, clock)
        if current
        else msgspec.structs.replace(show(rows[-1:], clock), status="superseded")
    )
    return ConsentWithHistory(
        **msgspec.structs.asdict(shown),
        history=[
            Stretch(row.status, row.valid.lower, row.valid.upper, row.recorded.lower, row.recorded.upper)
            for row in rows
        ],
        dispute=_dispute(current, clock) if shown.status == "disputed" else None,
    )


def _dispute(current: list[Consent], clock: datetime) -> DisputeOut:
    held = disputes.of(max(current, key=lambda row: row.valid.lower), Moment.of(clock))
    return DisputeOut(held.since, held.answer_by, held.objected, [response(step) for step in held.answers])


def response(step: DisputeStep) -> DisputeResponse:
    """A company's answer as it is answered."""
    return DisputeResponse(
        ids.public("dis", step.pk),
        step.text,
        msgspec.convert(step.evidence, list[ConsentEvidence]),
        step.at,
        step.in_time,
    )


def show(stretches: Sequence[Consent], clock: datetime, asked: paging.Paging | None = None) -> ConsentOut:
    """A consent as it is answered, from its rows on record."""
    first = min(stretches, key=lambda row: row.valid.lower)
    return ConsentOut(
        id=ids.public("con", first.record_id),
        number=asked.number(first.number) if asked is not None else phone.e164(first.number),
        status=consents.status(list(stretches), clock),
        sectors=first.sectors,
        channels=first.channels,
        given_at=first.given_at,
        expires_at=first.expires_at,
        method=first.method,
        notice=ids.public("not", first.notice_id),
        evidence=msgspec.convert(first.evidence, list[ConsentEvidence]),
        source_url=first.source_url or None,
        reference=first.reference,
        recorded_at=first.on_record_since,
        late=first.late,
        livemode=True,
    )
