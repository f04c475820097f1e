"""Receipts: verify one, and the keys to verify them with without asking anybody."""

from typing import Annotated, Literal

import msgspec
from django.http import HttpResponse
from msgspec import Meta
from rest_framework.request import Request

from registry import receipts
from registry.api.bodies import Body, answer, read
from registry.api.check_answers import Claims
from registry.api.documents import documented
from registry.api.endpoint import PublicEndpoint


class ReceiptIn(Body):
    """A receipt, as a check answered with it."""

    receipt: Annotated[
        str, Meta(min_length=1, max_length=8000, examples=["eyJhbGciOiJFZDI1NTE5IiwidHlwIjoi…"])
    ]


class ReceiptOut(msgspec.Struct, frozen=True):
    """What a receipt that this register signed says."""

    valid: Literal[True]
    expired: Annotated[
        bool, Meta(description="Whether an allow may no longer be used. It stays proof of the check.")
    ]
    claims: Claims


class PublicKey(msgspec.Struct, frozen=True):
    """An Ed25519 key (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class PublicKeys(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[PublicKey]


class ReceiptVerification(PublicEndpoint):
    """Anybody may have a receipt verified: it is proof, and whoever holds it knows what it says."""

    @documented(
        id="verifyReceipt",
        tag="receipts",
        summary="Verify a receipt",
        description="Says what the receipt says if this register signed it. The same can be done without asking, with "
        "the keys of `/.well-known/jwks.json`.",
        body=ReceiptIn,
        answers={200: (ReceiptOut, "This register signed it.")},
        public=True,
    )
    def post(self, request: Request) -> HttpResponse:
        claims = msgspec.json.decode(receipts.verify(read(self.http, ReceiptIn).receipt), type=Claims)
        expired = claims.exp is not None and request.clock.timestamp() >= claims.exp
        return answer(ReceiptOut(True, expired, claims))


class Keys(PublicEndpoint):
    """The keys that receipts are signed with."""

    @documented(
        id="readKeys",
        tag="receipts",
        summary="The public keys of receipts",
        answers={200: (PublicKeys, "A JSON Web Key Set.")},
        public=True,
    )
    def get(self, request: Request) -> HttpResponse:
        response = answer(receipts.public_keys())
        response["Cache-Control"] = "public, max-age=3600"
        return response
