"""Cases against a company: those it was given notice of, and its answer to one."""

import msgspec
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from compliance import cases
from compliance.api.case_answers import CaseOut, CasePage, CaseResponseIn, CaseResponseOut, response, shown
from compliance.case_steps import STATES
from compliance.models import Case
from registry.api import paging
from registry.api.bodies import answer, read
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.idempotency import idempotent
from registry.errors import NotFound

_STATE = OpenApiParameter(
    "state", {"type": "string", "enum": list(STATES)}, description="Only those in this state."
)


class Cases(Endpoint):
    """List cases."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="listCases",
        tag="cases",
        summary="List cases against you",
        description="Those you were given notice of.",
        answers={200: (CasePage, "A page, the newest first.")},
        parameters=[*PAGING[:2], _STATE],
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        state = paging.state(request, STATES)
        if not self.access.livemode:
            return answer(CasePage([], None))
        rows = cases.told_to(self.access.company_id).prefetch_related("steps", "items")
        if state:
            rows = rows.filter(state=state)
        return answer(paging.newest(rows, asked, _shown))


class CaseById(Endpoint):
    """One case."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="readCase",
        tag="cases",
        summary="Read a case",
        answers={200: (CaseOut, "The case.")},
        problems=[404],
    )
    def get(self, request: Request, case: str) -> HttpResponse:
        row = None
        if self.access.livemode:
            rows = cases.told_to(self.access.company_id).prefetch_related("steps", "items")
            row = rows.filter(pk=public_id("cse", case)).first()
        if row is None:
            raise NotFound
        return answer(_shown(row))


class CaseResponse(Endpoint):
    """Answer a case."""

    scopes = {"POST": ("calls",)}

    @documented(
        id="answerCase",
        tag="cases",
        summary="Answer the notice of a case",
        description="Say why the calls were made and what you have done. You may add to it until a penalty is "
        "proposed; one that comes after `respond_by` is taken, and marked late.",
        body=CaseResponseIn,
        answers={201: (CaseResponseOut, "Your answer, on record.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409],
        example={"text": "Our dialler did not ask. It was mended on 25 March.", "evidence": []},
    )
    @idempotent()
    def post(self, request: Request, case: str) -> HttpResponse:
        given = read(self.http, CaseResponseIn)
        if not self.access.livemode:
            raise NotFound
        step = cases.respond(
            case_id=public_id("cse", case),
            company_id=self.access.company_id,
            text=given.text,
            evidence=msgspec.to_builtins(given.evidence),
            clock=request.clock,
        )
        return answer(response(step), status=201)


def _shown(row: Case) -> CaseOut:
    return shown(row, sorted(row.items.all(), key=lambda item: item.object_id))


urlpatterns = [
    path("cases", Cases.as_view()),
    path("cases/<str:case>", CaseById.as_view()),
    path("cases/<str:case>/response", CaseResponse.as_view()),
]
