"""Checks: ask before dialling, one number at a time; see what was asked and answered. Batches: `check_batches.py`."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from registry import ids, phone
from registry.api import metrics, paging, sandbox
from registry.api.access import ApiKeyAuthentication
from registry.api.bodies import answer, read
from registry.api.check_answers import CheckOut, CheckRow, render, sources
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint, demand_address
from registry.api.fields import Reading, public_id
from registry.api.idempotency import idempotent
from registry.api.paging import Page, Paging
from registry.api.questions import Asker, CheckIn
from registry.errors import KeyNotValid, NotFound, RegistryError, TooManyRequests
from registry.models import Check, Decision
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Answer, Question
from registry.predial.recall import recall

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CheckPage(Page[CheckRow], frozen=True):
    """Checks, the newest first."""


class CheckEndpoint(Endpoint):
    """Base of what asks the rule: the key may come from memory, since the statement looks at its row (`access.py`)."""

    quota = "check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What DRF does, less what a question has no use for: parsers, renderers, a request around the request.

        The same steps in the same order: the address, what is accepted, the key, its scope, its quota.
        """
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)
        self.args, self.kwargs, self.request = args, kwargs, request
        request.auth = None  # type: ignore[attr-defined]
        try:
            demand_address(request)
            self.content_negotiation_class().select_renderer(request, ())
            for authenticator in self.get_authenticators():
                found = authenticator.authenticate(request)
                request.auth = found and found[1]  # type: ignore[attr-defined]
            for permission in self.permission_classes:
                permission().has_permission(request, self)
            for throttle in self.throttle_classes:
                throttle().allow_request(request, self)
            return self.post(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - every error becomes a problem, as in DRF
            return self.handle_exception(error)

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [ApiKeyAuthentication(remembers=True)]

    def ask(self, questions: list[Question], clock: datetime) -> Iterable[Answer | RegistryError]:
        """Put live questions to the rule. A key that was revoked meanwhile gets its refusal from the database."""
        try:
            return check(questions, Moment.of(clock), key_id=self.access.key_id)
        except KeyNotValid:
            self.access.confirm(clock, self.scopes["POST"])
            # In force after all: the row was being changed. What was refused once is not asked twice.
            raise

    def handle_exception(self, exc: Exception) -> HttpResponse:
        """An error is an answer too: a key from memory is looked up before it gets one. A 429 says nothing."""
        access = getattr(self.http, "access", None)
        if access is not None and access.remembered and not isinstance(exc, TooManyRequests | KeyNotValid):
            try:
                access.confirm(self.request.clock, self.scopes.get(str(self.request.method), ()))
            except Exception as refusal:  # noqa: BLE001 - whatever is wrong with the key is the answer
                exc = refusal
        return super().handle_exception(exc)


class Checks(CheckEndpoint):
    """Ask, and list what was asked."""

    scopes = {"POST": ("check",), "GET": ("check", "read")}

    @documented(
        id="createCheck",
        tag="checks",
        summary="Ask whether a number may be called now",
        description="Answers 200 whether allowed or denied. Each answer is on record before it is given, and binds: "
        "an opt-out registered before the question started denies it. An allow may be used until `valid_until`.",
        body=CheckIn,
        answers={200: (CheckOut, "The verdict, with its reasons and a signed receipt.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "number": "+8613800138000",
            "caller": "+861065551234",
            "sector": "insurance",
            "channel": "live",
            "reference": "lead-4711",
        },
    )
    @idempotent()
    def post(self, request: Request) -> HttpResponse:
        reading = Reading()
        question = Asker(self.access, Moment.of(request.clock)).question(read(self.http, CheckIn), reading)
        reading.settle()
        if not self.access.livemode:
            return answer(sandbox.check(question, self.access, request.clock))
        (found,) = self.ask([question], request.clock)
        shown = live(found, request.clock)
        metrics.count_checks(shown.verdict, shown.reasons[0].code)
        return answer(shown)

    @documented(
        id="listChecks",
        tag="checks",
        summary="List your checks",
        answers={200: (CheckPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        if not self.access.livemode:
            return answer(sandbox.checks(request, self.access))
        asked = paging.read(request, self.access, parts=2)
        rows = list(_after(asked, self.access.company_id)[: asked.size + 1])
        reasons = dict(
            Decision.objects.filter(pk__in={row.decision_id for row in rows}).values_list("pk", "reasons")
        )
        return answer(paging.page(rows, asked, lambda row: _row(row, reasons[row.decision_id], asked), _key))


class CheckById(Endpoint):
    """One check again."""

    scopes = {"GET": ("check", "read")}

    @documented(
        id="readCheck",
        tag="checks",
        summary="Read a check again",
        description="The answer as it was given, with the same receipt.",
        answers={200: (CheckOut, "The answer as it was given.")},
        problems=[404],
    )
    def get(self, request: Request, check: str) -> HttpResponse:
        number = public_id("chk", check)
        if not self.access.livemode:
            return answer(sandbox.find(number, "check", self.access, CheckOut))
        row = (
            Check.objects.select_related("policy")
            .filter(pk=number, company_id=self.access.company_id)
            .first()
        )
        if row is None:
            raise NotFound
        found, rule = recall(row)
        return answer(render(found, row.pk, sources.coverage(request.clock), rule))


def live(found: Answer | RegistryError, clock: datetime, *, receipt: bool = True) -> CheckOut:
    """A live answer as it is sent, signed unless it shall not be. Raises what stands in its place if there is none."""
    if not isinstance(found, Answer):
        raise found
    if found.check_id is None:
        raise AssertionError("an answer that was not written is no answer")
    return render(found, found.check_id, sources.coverage(clock), receipt=receipt)


def _after(asked: Paging, company_id: int) -> QuerySet[Check]:
    """A company's checks below the page token, newest first; a walk down the index `check_company`."""
    rows = Check.objects.filter(company_id=company_id).order_by("-checked_at", "-id")
    if asked.after is None:
        return rows
    try:
        at = _EPOCH + asked.after[0] * _MICROSECOND
    except OverflowError:
        return rows.none()
    return rows.filter(Q(checked_at__lte=at) & (Q(checked_at__lt=at) | Q(id__lt=asked.after[1])))


def _key(row: Check) -> tuple[int, int]:
    return (row.checked_at - _EPOCH) // _MICROSECOND, row.pk


def _row(row: Check, reasons: list[str], asked: Paging) -> CheckRow:
    return CheckRow(
        id=ids.public("chk", row.pk),
        number=asked.number(row.number),
        verdict="allow" if row.allowed else "deny",
        reasons=reasons,
        checked_at=row.checked_at,
        valid_until=row.valid_until,
        caller=phone.e164(row.caller),
        sector=row.sector,
        channel=row.channel,
        purpose=row.purpose,
        seller=ids.public("com", row.seller_id),
        campaign=row.campaign,
        reference=row.reference,
        livemode=True,
    )
