"""Policies: the packs that are loaded, and what one of them says on a day."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from msgspec import Meta
from rest_framework.request import Request

from registry import policies
from registry.api.bodies import answer
from registry.api.documents import documented
from registry.api.endpoint import PublicEndpoint
from registry.api.fields import YEARS
from registry.errors import InvalidInput
from registry.models import PolicyPack

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class PolicySummary(msgspec.Struct, frozen=True):
    """One pack, as it was loaded last."""

    id: Annotated[str, Meta(examples=["cn"])]
    title: str
    jurisdictions: Annotated[list[str], Meta(description="ISO 3166 codes of the places it is the law of.")]
    sectors: Annotated[list[str], Meta(description="Empty: all.")]
    extends: Annotated[str | None, Meta(description="The pack it is laid over.")]
    authority: str
    digest: Annotated[str, Meta(description="SHA-256 of the pack's file.")]
    loaded_at: datetime


class Policies(msgspec.Struct, frozen=True):
    """Every pack."""

    items: list[PolicySummary]


class DatedValue(msgspec.Struct, frozen=True):
    """One value of a parameter, with the days it is in force and where it was found."""

    value: Any
    start: str | None = msgspec.field(name="from")
    until: str | None
    citation: str
    citation_in: Annotated[
        dict[str, str], Meta(description="The citation in other languages, by code (`zh-hans`).")
    ]
    source: str
    evidence: Annotated[str, Meta(description="How far to trust it: C, K, L or V.")]
    evidence_meaning: str
    note: str


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of law: every value it ever had here, and the one in force at the moment asked about."""

    role: str
    meaning: str
    in_force: Annotated[
        DatedValue | None, Meta(description="Null where this pack says nothing at that moment.")
    ]
    values: list[DatedValue]


class PolicyOut(PolicySummary, frozen=True, kw_only=True):
    """A pack, whole."""

    language: str
    note: str
    in_force_from: str | None
    at: datetime
    parameters: dict[str, Parameter]


class PolicyList(PublicEndpoint):
    """The packs."""

    @documented(
        id="listPolicies",
        tag="policies",
        summary="List the policies",
        answers={200: (Policies, "Every pack, as it was loaded last.")},
        public=True,
    )
    def get(self, request: Request) -> HttpResponse:
        latest = (
            PolicyPack.objects.filter(loaded_at__lte=request.clock)
            .order_by("pack", "-loaded_at", "-pk")
            .distinct("pack")
        )
        return answer(Policies([msgspec.convert(_summary(row), PolicySummary) for row in latest]))


class PolicyByPack(PublicEndpoint):
    """One pack."""

    @documented(
        id="readPolicy",
        tag="policies",
        summary="Read a policy, and what it says at a moment",
        parameters=[
            OpenApiParameter(
                "at",
                {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
                description="A moment (RFC 3339) or a day (from its midnight UTC); now, if left out.",
            )
        ],
        answers={200: (PolicyOut, "The pack, every value with its dates, source and evidence mark.")},
        problems=[404, 422],
        public=True,
    )
    def get(self, request: Request, pack: str) -> HttpResponse:
        at = read_moment(request.query_params.get("at", ""), request.clock)
        row = policies.latest_pack(pack, request.clock)
        parameters = {
            name: _at(parameter, at.date()) for name, parameter in row.document["parameters"].items()
        }
        document = {**row.document, **_summary(row), "at": at, "parameters": parameters}
        return answer(msgspec.convert(document, PolicyOut))


def _summary(row: PolicyPack) -> dict[str, Any]:
    names = set(PolicySummary.__struct_fields__)
    return {**{name: row.document[name] for name in names & set(row.document)}, "loaded_at": row.loaded_at}


def _at(parameter: dict[str, Any], day: date) -> dict[str, Any]:
    """A parameter with the value in force on a day. A law's date begins at midnight UTC (`packs.Terms`)."""
    text = day.isoformat()
    held = [
        entry
        for entry in parameter["values"]
        if (entry["from"] is None or entry["from"] <= text)
        and (entry["until"] is None or text < entry["until"])
    ]
    return {**parameter, "in_force": held[-1] if held else None}


def read_moment(text: str, clock: datetime) -> datetime:
    """A moment or a day in a query, in UTC. Raises `InvalidInput`."""
    if not text:
        return clock
    # A plus that was not encoded arrives as a space.
    written = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text.replace(" ", "+")
    try:
        found = msgspec.convert(written, datetime)
    except msgspec.ValidationError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise InvalidInput("A time as in RFC 3339, with its offset, or a day", pointer="/at")
    return found.astimezone(UTC)
