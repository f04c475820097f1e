"""Consents: put on record what a person agreed to, with its evidence; see its history; take it back for the person.

Many at once: `consent_batches.py`.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from msgspec import Meta
from rest_framework.request import Request

from registry import consents
from registry.api import paging, sandbox
from registry.api.access import Access
from registry.api.bodies import Body, answer, read
from registry.api.consent_answers import (
    ConsentEvidence,
    ConsentOut,
    ConsentPage,
    ConsentWithHistory,
    Method,
    of_company,
    show,
    with_history,
)
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import Channel, Instant, Line, Number, Reading, Region, Sector, public_id
from registry.api.idempotency import idempotent
from registry.errors import InvalidInput
from registry.models import Consent
from registry.periods import Moment

#: Text of several lines. NUL cannot be stored.
Prose = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"^[^\u0000]*$")]
Url = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[a-z][a-z0-9+.-]*:[^\u0000-\u0020]+$")]


_STATUS = OpenApiParameter(
    "status",
    {"type": "string", "enum": ["disputed"]},
    description="Only those that people dispute now, and that you must answer for.",
)


class Evidence(Body):
    """What proves it: a recording, a page, a paper, named by its digest and kept by the company."""

    type: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["screenshot"])]
    sha256: Annotated[
        str, Meta(pattern="^[0-9a-fA-F]{64}$", description="Digest of the evidence's bytes, in hex.")
    ]
    uri: Url | None = None


class ConsentIn(Body):
    """A person agreed to be called."""

    number: Number
    sectors: Annotated[list[Sector], Meta(min_length=1)]
    channels: Annotated[list[Channel], Meta(min_length=1)]
    given_at: Instant
    method: Method
    notice: Annotated[
        Prose,
        Meta(
            description="The literal text shown or read, or the id of a notice registered before (`not_4`)."
        ),
    ]
    evidence: Annotated[list[Evidence], Meta(min_length=1, max_length=50)]
    reference: Annotated[Line, Meta(description="Your own id for it. Sent again, it names the same consent.")]
    expires_at: Annotated[Instant | None, Meta(description="As the policy says, if left out.")] = None
    source_url: Annotated[Url | None, Meta(description="Where it was taken.")] = None
    region: Region | None = None


class Agreement(msgspec.Struct, frozen=True):
    """A consent as it was read, fit for the verb."""

    number: int
    sectors: list[str]
    channels: list[str]
    given_at: datetime
    expires_at: datetime | None
    method: str
    notice_text: str
    evidence: list[dict[str, Any]]
    source_url: str
    reference: str


class Consents(Endpoint):
    """Record a consent, and list yours."""

    scopes = {"POST": ("consent",), "GET": ("consent", "read")}

    @documented(
        id="createConsent",
        tag="consents",
        summary="Record a consent",
        description="It carries calls from its recording on, never earlier ones. `given_at` in the future is refused; "
        "later than the policy's grace it is accepted and marked `late`. The same reference names the same consent.",
        body=ConsentIn,
        answers={
            201: (ConsentOut, "It is on record."),
            200: (ConsentOut, "That reference was on record already."),
        },
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "number": "+8613800138000",
            "sectors": ["insurance"],
            "channels": ["live"],
            "given_at": "2026-03-01T09:00:00+08:00",
            "method": "web_form",
            "notice": "We may call you about insurance.",
            "evidence": [{"type": "screenshot", "sha256": "0" * 64}],
            "reference": "form-4711",
        },
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        shown, created = record(read(self.http, ConsentIn), self.access, request.clock)
        return answer(shown, 201 if created else 200)

    @documented(
        id="listConsents",
        tag="consents",
        summary="List your consents",
        answers={200: (ConsentPage, "A page, the newest first.")},
        parameters=[*PAGING, _STATUS],
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        status = request.query_params.get("status", "")
        if status not in ("", "disputed"):
            raise InvalidInput("Only `disputed` can be asked for", pointer="/status")
        if not self.access.livemode:
            if status:
                return answer(ConsentPage([], None))
            return answer(sandbox.page("consent", asked, self.access, ConsentOut))
        held = of_company(self.access)
        if status:
            held = held.filter(status=status, valid__contains=request.clock)
        if asked.after is not None:
            held = held.filter(record_id__lt=asked.after[0])
        records = list(
            held.order_by("-record_id").values_list("record_id", flat=True).distinct()[: asked.size + 1]
        )
        stretches: dict[int, list[Consent]] = {record: [] for record in records}
        for row in of_company(self.access).filter(record_id__in=records):
            stretches[row.record_id].append(row)
        return answer(
            paging.page(
                records,
                asked,
                lambda record: show(stretches[record], request.clock, asked),
                lambda record: (record,),
            )
        )


class ConsentById(Endpoint):
    """One consent."""

    scopes = {"GET": ("consent", "read")}

    @documented(
        id="readConsent",
        tag="consents",
        summary="Read a consent with its history",
        answers={200: (ConsentWithHistory, "As it stands, and how it came to.")},
        problems=[404],
    )
    def get(self, request: Request, consent: str) -> HttpResponse:
        record = public_id("con", consent)
        if not self.access.livemode:
            return answer(sandbox.find(record, "consent", self.access, ConsentWithHistory))
        return answer(with_history(record, self.access, request.clock))


class ConsentRevocation(Endpoint):
    """Take a consent back."""

    scopes = {"POST": ("consent",)}

    @documented(
        id="revokeConsent",
        tag="consents",
        summary="Revoke a consent for the person who gave it",
        description="From now on it carries nothing, and neither does anything the person gave you before it on these "
        "channels.",
        answers={200: (ConsentWithHistory, "It is revoked.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409, 413, 422],
    )
    @idempotent()
    def post(self, request: Request, consent: str) -> HttpResponse:
        record = public_id("con", consent)
        if not self.access.livemode:
            return answer(sandbox.revoke(record, self.access, request.clock))
        consents.revoke(record_id=record, moment=Moment.of(request.clock), company=self.access.company)
        return answer(with_history(record, self.access, request.clock))


def read_agreement(given: ConsentIn, clock: datetime) -> Agreement:
    """The consent in a body. Raises `InvalidInput` with every field at fault."""
    reading = Reading()
    number = reading.number(given.number, given.region)
    given_at = reading.instant(given.given_at, "/given_at")
    expires_at = reading.instant(given.expires_at, "/expires_at")
    if given_at is not None and given_at > clock:
        reading.fault("/given_at", "in_the_future", "A consent cannot be given in the future")
    if given_at is not None and expires_at is not None and expires_at <= given_at:
        reading.fault("/expires_at", "not_in_order", "A consent cannot end before it was given")
    reading.settle()
    assert given_at is not None  # noqa: S101 - `settle` raised otherwise
    return Agreement(
        number=number,
        sectors=list(given.sectors),
        channels=list(given.channels),
        given_at=given_at,
        expires_at=expires_at,
        method=given.method,
        notice_text=given.notice,
        evidence=[
            msgspec.to_builtins(ConsentEvidence(piece.type, piece.sha256.lower(), piece.uri))
            for piece in given.evidence
        ],
        source_url=given.source_url or "",
        reference=given.reference,
    )


def record(given: ConsentIn, access: Access, clock: datetime) -> tuple[ConsentOut, bool]:
    """Put a consent on record, live or in the sandbox; and whether it is new."""
    agreement = read_agreement(given, clock)
    if not access.livemode:
        return sandbox.consent(agreement, access, clock)
    row, created = consents.record(
        **msgspec.structs.asdict(agreement), company=access.company, moment=Moment.of(clock)
    )
    return show(list(of_company(access).filter(record_id=row.record_id)), clock), created
