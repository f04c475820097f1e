"""Batches of checks: up to a thousand questions in one request, one answer out for each in, in their order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from django.http import HttpResponse
from msgspec import UNSET, Meta
from rest_framework.request import Request

from registry.api import metrics, sandbox
from registry.api.bodies import Body, answer, decode, one_by_one, raw
from registry.api.check_answers import CheckOut
from registry.api.checks import CheckEndpoint, live
from registry.api.documents import IDEMPOTENCY_KEY, documented, ref
from registry.api.fields import Reading
from registry.api.idempotency import idempotent
from registry.api.problems import Problem, problem
from registry.api.questions import Asker, BatchDefaults, BatchItem, merged
from registry.errors import Fault, InvalidInput, RegistryError
from registry.periods import Moment
from registry.predial.facts import Question

LARGEST = 1000

_encode = msgspec.json.Encoder().encode


Receipts = Annotated[
    bool,
    Meta(
        description="False: answer sooner, without receipts; signing them is half of the work. A check that is read "
        "again by its id has its receipt all the same."
    ),
]


class BatchIn(Body):
    """Questions that are answered together."""

    items: Annotated[list[BatchItem], Meta(max_length=LARGEST)]
    defaults: BatchDefaults | None = None
    receipts: Receipts = True


class BatchEnvelope(Body):
    """The same, its items not yet looked into: one bad item must not spoil the rest."""

    items: Annotated[list[Any], Meta(max_length=LARGEST)]
    defaults: BatchDefaults | None = None
    receipts: Receipts = True


class BatchResult(CheckOut, frozen=True, kw_only=True):
    """A check, with the item's `ref`."""

    ref: str | None


class BatchFailure(msgspec.Struct, frozen=True):
    """What went wrong with one item. Nothing was decided for it: do not dial."""

    ref: str | None
    error: Problem


class BatchCounts(msgspec.Struct, frozen=True):
    """How many items were answered how."""

    allowed: int
    denied: int
    failed: int


#: A result is written as a check with a `ref` put in front, not copied into another shape; hence the hand-made union.
Results = Annotated[
    list[msgspec.Raw], Meta(extra_json_schema={"items": {"anyOf": [ref(BatchResult), ref(BatchFailure)]}})
]


class BatchOut(msgspec.Struct, frozen=True):
    """One result for each item, in their order."""

    results: Results
    counts: BatchCounts


class Batch(NamedTuple):
    """A batch as it was read."""

    items: "list[Item]"
    receipts: bool


class Item(NamedTuple):
    """An item as it was read: its `ref`, and what it asks or why it cannot be asked."""

    ref: str | None
    asked: Question | RegistryError


class CheckBatches(CheckEndpoint):
    """Ask about many numbers at once."""

    scopes = {"POST": ("check",)}

    @documented(
        id="createCheckBatch",
        tag="checks",
        summary="Ask about up to 1,000 numbers",
        description="Every item gets a result, in the order of the items: a check, or the problem with that item. A "
        "bad item never spoils the rest. `defaults` hold for every item that does not say otherwise.",
        body=BatchIn,
        answers={200: (BatchOut, "One result for each item.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "defaults": {"caller": "+861065551234", "sector": "insurance"},
            "items": [{"ref": "a", "number": "+8613800138000"}, {"ref": "b", "number": "+8613800138001"}],
        },
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        batch = read_batch(raw(self.http), Asker(self.access, Moment.of(request.clock)))
        outcomes = self.outcomes(batch, request.clock)
        count(outcomes)
        return answer(written(batch.items, outcomes, self.http.request_id))  # type: ignore[attr-defined]

    def outcomes(self, batch: Batch, clock: datetime) -> list[CheckOut | RegistryError]:
        """What each item is answered, in their order."""
        asked = [item.asked for item in batch.items]
        if not self.access.livemode:
            return [self.tried(question, clock) for question in asked]
        questions = [question for question in asked if not isinstance(question, RegistryError)]
        if not questions:
            self.access.confirm(clock, self.scopes["POST"])
        found = iter(self.ask(questions, clock) if questions else ())
        return [
            question if isinstance(question, RegistryError) else answered(next(found), clock, batch.receipts)
            for question in asked
        ]

    def tried(self, question: Question | RegistryError, clock: datetime) -> CheckOut | RegistryError:
        """What a test key is answered to one item."""
        try:
            if isinstance(question, RegistryError):
                raise question
            return sandbox.check(question, self.access, clock)
        except RegistryError as error:
            return error


def answered(found: Any, clock: datetime, receipt: bool) -> CheckOut | RegistryError:
    """A live answer as it is sent, or what stands in its place."""
    return found if isinstance(found, RegistryError) else live(found, clock, receipt=receipt)


def count(outcomes: Iterable[CheckOut | RegistryError]) -> None:
    """Add live answers to the figures, a thousand at once."""
    kinds = Counter(
        (outcome.verdict, outcome.reasons[0].code)
        for outcome in outcomes
        if isinstance(outcome, CheckOut) and outcome.livemode
    )
    for (verdict, reason), number in kinds.items():
        metrics.count_checks(verdict, reason, number)


def read_batch(body: bytes, asker: Asker) -> Batch:
    """A batch, its items read. Raises `InvalidInput` for what is wrong with the batch as a whole."""
    try:
        batch = decode(body, BatchIn)
        given: list[BatchItem | RegistryError] = list(batch.items)
        refs = [None if item.ref is UNSET else item.ref for item in batch.items]
        defaults, receipts = batch.defaults, batch.receipts
    except InvalidInput:
        given, refs, defaults, receipts = read_one_by_one(body)
    demand_distinct(refs)
    items = [Item(name, question_of(item, defaults, asker)) for name, item in zip(refs, given, strict=True)]
    return Batch(items, receipts)


def read_one_by_one(
    body: bytes,
) -> tuple[list[BatchItem | RegistryError], list[str | None], BatchDefaults | None, bool]:
    """Items, refs, defaults, and whether receipts are wanted, of a batch of which something is wrong.

    Raises `InvalidInput`.
    """
    value, items = one_by_one(body, BatchEnvelope, BatchItem)
    refs = [item.get("ref") if isinstance(item, dict) else None for item in value["items"]]
    defaults = msgspec.convert(value.get("defaults"), BatchDefaults | None)
    names = [name if isinstance(name, str) else None for name in refs]
    return list(items), names, defaults, value.get("receipts", True)


def demand_distinct(refs: Sequence[str | None]) -> None:
    """Raise `InvalidInput` if two items carry the same `ref`: the results could not be told apart."""
    seen: set[str] = set()
    wrong = []
    for place, name in enumerate(refs):
        if name is None:
            continue
        if name in seen:
            wrong.append(Fault(f"/items/{place}/ref", "duplicate_ref", "Another item carries the same ref"))
        seen.add(name)
    if wrong:
        raise InvalidInput(faults=wrong)


def question_of(
    item: BatchItem | RegistryError, defaults: BatchDefaults | None, asker: Asker
) -> Question | RegistryError:
    """What an item asks, or why it cannot be asked."""
    if isinstance(item, RegistryError):
        return item
    reading = Reading()
    try:
        given = merged(item, defaults, reading)
        question = asker.question(given, reading) if given is not None else None
        reading.settle()
    except RegistryError as error:
        return error
    assert question is not None  # noqa: S101 - `settle` raised otherwise
    return question


def written(items: Sequence[Item], outcomes: Sequence[CheckOut | RegistryError], request_id: str) -> BatchOut:
    """The answer to a batch."""
    results = []
    allowed = failed = 0
    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, RegistryError):
            failed += 1
            results.append(msgspec.Raw(_encode(BatchFailure(item.ref, problem(outcome, request_id)))))
            continue
        allowed += outcome.verdict == "allow"
        results.append(msgspec.Raw(b'{"ref":' + _encode(item.ref) + b"," + _encode(outcome)[1:]))
    return BatchOut(results, BatchCounts(allowed, len(results) - allowed - failed, failed))
