"""Disputes: a company answers for a consent that the person denies."""

from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from msgspec import Meta
from rest_framework.request import Request

from registry import disputes
from registry.api.bodies import Body, answer, read
from registry.api.consent_answers import ConsentEvidence, DisputeResponse, response
from registry.api.consents import Evidence
from registry.api.documents import IDEMPOTENCY_KEY, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.idempotency import idempotent
from registry.errors import NotFound
from registry.periods import Moment


class DisputeResponseIn(Body):
    """Why the consent is one, and what shows it."""

    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=disputes.MAX_TEXT,
            pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*\S[^\u0000-\u0008\u000b-\u001f\u007f]*$",
            description="The person reads it as it stands.",
        ),
    ]
    evidence: Annotated[
        list[Evidence],
        Meta(max_length=50, description="Digests that were put on record with the consent, best of all."),
    ] = []


class DisputeResponses(Endpoint):
    """Answer for a disputed consent."""

    scopes = {"POST": ("consent",)}

    @documented(
        id="answerDispute",
        tag="consents",
        summary="Answer for a disputed consent",
        description="A disputed consent carries no call. Say how it was given, within the time of `dispute.answer_by`. "
        "The person may then confirm it, take it back, or object, whereupon the regulator decides. You may add to "
        "your answer until they object. Find what is disputed with `GET /consents?status=disputed`.",
        body=DisputeResponseIn,
        answers={201: (DisputeResponse, "Your answer, on record.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409],
        example={
            "text": "You ticked the box on our page on 1 March; the picture shows it.",
            "evidence": [{"type": "screenshot", "sha256": "0" * 64}],
        },
    )
    @idempotent()
    def post(self, request: Request, consent: str) -> HttpResponse:
        given = read(self.http, DisputeResponseIn)
        record = public_id("con", consent)
        if not self.access.livemode:
            # Nobody disputes what a test key made.
            raise NotFound
        step = disputes.answer(
            record_id=record,
            company_id=self.access.company_id,
            text=given.text,
            evidence=[_plain(piece) for piece in given.evidence],
            moment=Moment.of(request.clock),
        )
        return answer(response(step), status=201)


def _plain(piece: Evidence) -> dict[str, Any]:
    return msgspec.to_builtins(ConsentEvidence(piece.type, piece.sha256.lower(), piece.uri))
