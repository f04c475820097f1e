"""Complaints that were relayed to a company: list them, read one, answer it."""

import msgspec
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from compliance import complaints
from compliance.api.complaint_answers import (
    STATES,
    ComplaintOut,
    ComplaintPage,
    ComplaintResponseIn,
    ComplaintResponseOut,
    listed,
    response,
    shown,
)
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


class Complaints(Endpoint):
    """List what people complained of."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="listComplaints",
        tag="complaints",
        summary="List complaints relayed to you",
        answers={200: (ComplaintPage, "A page, the newest first.")},
        parameters=[*PAGING, _STATE],
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        state = paging.state(request, STATES)
        if not self.access.livemode:
            return answer(ComplaintPage([], None))
        rows = complaints.relayed_to(self.access.company_id).prefetch_related("steps")
        if state:
            rows = rows.filter(state=state)
        return answer(paging.newest(rows, asked, lambda row: listed(row, asked)))


class ComplaintById(Endpoint):
    """One complaint."""

    scopes = {"GET": ("calls", "read")}

    @documented(
        id="readComplaint",
        tag="complaints",
        summary="Read a complaint",
        description="With why it came to you, and what you answered. Of the person you learn what they agreed to.",
        answers={200: (ComplaintOut, "The complaint.")},
        parameters=[PAGING[2]],
        problems=[404, 422],
    )
    def get(self, request: Request, complaint: str) -> HttpResponse:
        asked = paging.read(request, self.access)
        row = None
        if self.access.livemode:
            rows = complaints.relayed_to(self.access.company_id).prefetch_related("steps", "matches")
            row = rows.filter(pk=public_id("cmp", complaint)).first()
        if row is None:
            raise NotFound
        return answer(shown(row, asked))


class ComplaintResponses(Endpoint):
    """Answer a complaint."""

    scopes = {"POST": ("calls",)}

    @documented(
        id="answerComplaint",
        tag="complaints",
        summary="Answer a complaint",
        description="Say why the person was called and what you have done. The person reads it as it stands. You may "
        "add to it until the person was told; the regulator sees whether it came in time.",
        body=ComplaintResponseIn,
        answers={201: (ComplaintResponseOut, "Your answer, on record.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409],
        example={"text": "We are sorry. The number was taken off our lists on 11 March.", "evidence": []},
    )
    @idempotent()
    def post(self, request: Request, complaint: str) -> HttpResponse:
        given = read(self.http, ComplaintResponseIn)
        if not self.access.livemode:
            raise NotFound
        step = complaints.answer(
            complaint_id=public_id("cmp", complaint),
            company_id=self.access.company_id,
            text=given.text,
            evidence=msgspec.to_builtins(given.evidence),
            clock=request.clock,
        )
        return answer(response(step), status=201)


urlpatterns = [
    path("complaints", Complaints.as_view()),
    path("complaints/<str:complaint>", ComplaintById.as_view()),
    path("complaints/<str:complaint>/responses", ComplaintResponses.as_view()),
]
