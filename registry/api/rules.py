"""Rules: every reason code with its sentence, its severity and the article it rests on."""

from typing import Annotated, Literal

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from msgspec import Meta
from rest_framework.request import Request

from registry import policies
from registry.api.bodies import answer
from registry.api.documents import documented
from registry.api.endpoint import PublicEndpoint
from registry.decision import RULE_DIGEST
from registry.reasons import REASONS, citation


class RuleOut(msgspec.Struct, frozen=True):
    """One reason code."""

    code: str
    verdict: Annotated[
        Literal["allow", "deny", "audit"], Meta(description="`audit`: found in call logs, never at a check.")
    ]
    detail: Annotated[str, Meta(description="One sentence for people.")]
    severity: Literal["info", "minor", "major", "severe"]
    parameter: Annotated[str, Meta(description="The value of the policy it rests on.")]
    citation: Annotated[str, Meta(description="The article of the policy asked about.")]


class Rules(msgspec.Struct, frozen=True):
    """Every reason code. For checks, in the order in which the rule is asked."""

    rule: Annotated[str, Meta(description="Digest of the rule in force; receipts name it.")]
    policy: Annotated[str, Meta(description="The policy whose articles are cited.", examples=["cn"])]
    items: list[RuleOut]


class RuleList(PublicEndpoint):
    """The law as codes."""

    @documented(
        id="listRules",
        tag="rules",
        summary="List every reason code",
        parameters=[
            OpenApiParameter(
                "policy",
                {"type": "string", "minLength": 1},
                description="Whose articles to cite; the default pack's, if left out.",
            )
        ],
        answers={200: (Rules, "Every code.")},
        problems=[404],
        public=True,
    )
    def get(self, request: Request) -> HttpResponse:
        pack, citations = policies.citations_of(request.query_params.get("policy", ""), request.clock)
        items = [
            RuleOut(
                code,
                reason.verdict,
                reason.detail,
                reason.severity,
                reason.parameter,
                citation(code, citations),
            )
            for code, reason in REASONS.items()
        ]
        return answer(Rules(RULE_DIGEST, pack, items))
