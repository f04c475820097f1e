"""Batches of consents: up to a thousand in one request, one result for each, in their order."""

from typing import Annotated, Any, Literal

import msgspec
from django.db import transaction
from django.http import HttpResponse
from msgspec import Meta
from rest_framework.request import Request

from registry.api.bodies import Body, answer, one_by_one, raw
from registry.api.consents import ConsentIn, record
from registry.api.documents import IDEMPOTENCY_KEY, documented
from registry.api.endpoint import Endpoint
from registry.api.idempotency import idempotent
from registry.api.problems import Problem, problem
from registry.errors import RegistryError

LARGEST = 1000


class ConsentBatchIn(Body):
    """Consents that are recorded together."""

    items: Annotated[list[ConsentIn], Meta(max_length=LARGEST)]


class ConsentBatchEnvelope(Body):
    """The same, its items not yet looked into: one bad item must not spoil the rest."""

    items: Annotated[list[Any], Meta(max_length=LARGEST)]


class ConsentResult(msgspec.Struct, frozen=True):
    """What became of one item."""

    reference: str | None
    status: Literal["created", "duplicate", "rejected"]
    id: Annotated[str | None, Meta(description="The consent's id.", examples=["con_7"])]
    error: Annotated[Problem | None, Meta(description="Why it was rejected.")]


class ConsentCounts(msgspec.Struct, frozen=True):
    """How many items became what."""

    created: int
    duplicate: int
    rejected: int


class ConsentBatchOut(msgspec.Struct, frozen=True):
    """One result for each item, in their order."""

    results: list[ConsentResult]
    counts: ConsentCounts


class ConsentBatches(Endpoint):
    """Record many consents."""

    scopes = {"POST": ("consent",)}

    @documented(
        id="createConsentBatch",
        tag="consents",
        summary="Record up to 1,000 consents",
        description="Every item gets a result, in the order of the items. A bad item never spoils the rest; an item "
        "whose reference is on record already is a `duplicate`.",
        body=ConsentBatchIn,
        answers={200: (ConsentBatchOut, "One result for each item.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        value, items = one_by_one(raw(self.http), ConsentBatchEnvelope, ConsentIn)
        # One transaction for all spares a thousand waits for the disk; each item is a savepoint of its own in it.
        with transaction.atomic():
            results = [self.result(item, given) for item, given in zip(items, value["items"], strict=True)]
        counts = dict.fromkeys(ConsentCounts.__struct_fields__, 0)
        for result in results:
            counts[result.status] += 1
        return answer(ConsentBatchOut(results, ConsentCounts(**counts)))

    def result(self, item: ConsentIn | RegistryError, given: Any) -> ConsentResult:
        """Record one item, or say why not."""
        reference = given.get("reference") if isinstance(given, dict) else None
        reference = reference if isinstance(reference, str) else None
        try:
            if isinstance(item, RegistryError):
                raise item
            shown, created = record(item, self.access, self.request.clock)
        except RegistryError as error:
            return ConsentResult(reference, "rejected", None, problem(error, self.http.request_id))  # type: ignore[attr-defined]
        return ConsentResult(reference, "created" if created else "duplicate", shown.id, None)
