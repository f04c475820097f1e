"""Relationships: put on record that a person is, or was, your customer; see what you recorded."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.http import HttpResponse
from msgspec import Meta
from rest_framework.request import Request

from registry import ids, phone, relationships
from registry.api import paging, sandbox
from registry.api.bodies import Body, answer, read
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import Instant, Line, Number, Reading, Region, Sector, public_id
from registry.api.idempotency import idempotent
from registry.api.paging import Page
from registry.api.questions import licensed_sectors
from registry.codes import RELATIONSHIP_KINDS, SECTORS
from registry.errors import NotFound
from registry.models import Relationship
from registry.periods import Moment

Kind = Literal[RELATIONSHIP_KINDS]  # type: ignore[valid-type]


class RelationshipIn(Body):
    """A person is, or was, your customer."""

    number: Number
    kind: Annotated[Kind, Meta(description="What it rests on.")]
    last_at: Annotated[
        Instant, Meta(description="The last purchase, the end of the contract, or the inquiry.")
    ]
    reference: Annotated[
        Line, Meta(description="Your own id for it. Sent again, it names the same relationship.")
    ]
    sector: Annotated[
        Sector | None,
        Meta(description="Whose terms say how long it lasts; your first licensed sector if left out."),
    ] = None
    region: Region | None = None


class RelationshipOut(msgspec.Struct, frozen=True):
    """A relationship on record. Whether it can carry a call, the policy of the day says."""

    id: Annotated[str, Meta(examples=["rel_3"])]
    number: str
    kind: Kind
    last_at: datetime
    expires_at: datetime | None
    reference: str
    recorded_at: datetime
    livemode: bool


class RelationshipPage(Page[RelationshipOut], frozen=True):
    """Relationships, the newest first."""


class Relationships(Endpoint):
    """Record a relationship, and list yours."""

    scopes = {"POST": ("consent",), "GET": ("consent", "read")}

    @documented(
        id="createRelationship",
        tag="relationships",
        summary="Record an existing business relationship",
        description="It lasts as the policy of the number's place says. The same reference with a later `last_at` "
        "renews it.",
        body=RelationshipIn,
        answers={
            201: (RelationshipOut, "It is on record."),
            200: (RelationshipOut, "It was on record already, or is renewed."),
        },
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "number": "+8613800138000",
            "kind": "purchase",
            "last_at": "2026-02-01T09:00:00+08:00",
            "reference": "order-4711",
        },
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        given, reading, moment = read(self.http, RelationshipIn), Reading(), Moment.of(request.clock)
        number = reading.number(given.number, given.region)
        last_at = reading.instant(given.last_at, "/last_at") or request.clock
        reading.settle()
        if not self.access.livemode:
            shown, created = sandbox.relationship(given, number, last_at, self.access, request.clock)
            return answer(shown, 201 if created else 200)
        row, created = relationships.record(
            company=self.access.company,
            number=number,
            kind=given.kind,
            last_at=last_at,
            reference=given.reference,
            sector=given.sector or (licensed_sectors(self.access.company_id, moment) or SECTORS)[0],
            moment=moment,
        )
        return answer(show(row), 201 if created else 200)

    @documented(
        id="listRelationships",
        tag="relationships",
        summary="List your relationships",
        answers={200: (RelationshipPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        if not self.access.livemode:
            return answer(sandbox.page("relationship", asked, self.access, RelationshipOut))
        rows = Relationship.objects.current().filter(company_id=self.access.company_id)
        return answer(
            paging.newest(rows, asked, lambda row: show(row, asked.number(row.number)), "record_id")
        )


class RelationshipById(Endpoint):
    """One relationship of yours."""

    scopes = {"GET": ("consent", "read")}

    @documented(
        id="readRelationship",
        tag="relationships",
        summary="Read a relationship",
        answers={200: (RelationshipOut, "As it stands.")},
        problems=[404],
    )
    def get(self, request: Request, relationship: str) -> HttpResponse:
        record = public_id("rel", relationship)
        if not self.access.livemode:
            return answer(sandbox.find(record, "relationship", self.access, RelationshipOut))
        row = (
            Relationship.objects.current().filter(company_id=self.access.company_id, record_id=record).first()
        )
        if row is None:
            raise NotFound
        return answer(show(row))


def show(row: Relationship, number: str | None = None) -> RelationshipOut:
    """A relationship as it is answered; `number` as a list shows it."""
    return RelationshipOut(
        id=ids.public("rel", row.record_id),
        number=number or phone.e164(row.number),
        kind=row.kind,
        last_at=row.last_at,
        expires_at=row.valid.upper,
        reference=row.reference,
        recorded_at=row.on_record_since,
        livemode=True,
    )
