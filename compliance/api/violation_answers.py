"""How violations are told of: what a list, a single one and the answers to it look like, and how rows become that."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from compliance.models import Call, Violation, ViolationResponse
from compliance.models.violations import VIOLATION_STATES
from registry import ids, phone
from registry.api.bodies import Body
from registry.api.fields import Channel, Line, Sector
from registry.api.paging import Page, Paging
from registry.models import Policy
from registry.reasons import REASONS, Severity, citation

# Literal takes a tuple at run time, so the list stays in one place.
Status = Literal[VIOLATION_STATES]  # type: ignore[valid-type]
#: Text of several lines; NUL and its like cannot be stored.
Text = Annotated[
    str, Meta(min_length=1, max_length=10_000, pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$")
]


class CallOfViolation(msgspec.Struct, frozen=True):
    """The call a violation is about."""

    id: Annotated[str, Meta(examples=["cal_12"])]
    call_id: Annotated[str | None, Meta(description="The company's own id of it.")]
    started_at: datetime


class ViolationRow(msgspec.Struct, frozen=True):
    """A violation in a list."""

    id: Annotated[str, Meta(examples=["vio_3"])]
    code: Annotated[str, Meta(description="A code of GET /rules.", examples=["no_check"])]
    detail: Annotated[str, Meta(description="What the code means, in one sentence.")]
    severity: Severity
    status: Annotated[
        Status, Meta(description="`withdrawn`: a later audit of that day did not find it any more.")
    ]
    call: CallOfViolation
    number: Annotated[str, Meta(description="The number called; masked, unless the key may see it and asks.")]
    caller: Annotated[str | None, Meta(description="The number it was called from.")]
    sector: Sector
    channel: Channel
    check: Annotated[str | None, Meta(description="The check the call rests on.", examples=["chk_81"])]
    opened_at: datetime
    updated_at: datetime


class ViolationPage(Page[ViolationRow], frozen=True):
    """Violations, that of the latest call first."""


class CheckOfCall(msgspec.Struct, frozen=True):
    """The check a call rests on, as it was answered."""

    id: str
    kind: Literal["dial", "scrub"]
    verdict: Literal["allow", "deny"]
    checked_at: datetime
    valid_until: datetime | None


class PolicyOfCall(msgspec.Struct, frozen=True):
    """The terms a call was judged under."""

    id: str | None
    digest: str | None


class EvidenceOut(msgspec.Struct, frozen=True):
    """What was so, and known, when the call was made."""

    as_of: Annotated[datetime, Meta(description="The moment it was judged at: the start of the call.")]
    verdict: Annotated[Literal["allow", "deny"] | None, Meta(description="Null: no verdict could be given.")]
    reasons: Annotated[list[str] | None, Meta(description="Of the verdict; the first decided.")]
    facts: Annotated[dict[str, str | bool | None], Meta(description="What the rule was asked about.")]
    findings: Annotated[dict[str, bool], Meta(description="What was true of the call and its check.")]
    check: CheckOfCall | None
    consent: str | None
    relationship: str | None
    refused_since: Annotated[
        str | None, Meta(description="The month of the refusal that decided.", examples=["2026-03"])
    ]
    policy: PolicyOfCall
    rule: Annotated[str | None, Meta(description="Digest of the rule it was judged by.")]


class ProofIn(Body, frozen=True):
    """Something a company can show for its answer."""

    type: Line
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    uri: Annotated[str, Meta(max_length=500, pattern=r"^https?://[^\u0000-\u0020]+$")] | None = None


class ResponseIn(Body, frozen=True):
    """A company's answer to a violation."""

    text: Text
    evidence: Annotated[list[ProofIn], Meta(max_length=50)] = []


class ResponseOut(msgspec.Struct, frozen=True):
    """An answer on record."""

    id: Annotated[str, Meta(examples=["res_5"])]
    text: str
    evidence: list[ProofIn]
    created_at: datetime


class ViolationOut(ViolationRow, frozen=True):
    """A violation with its evidence and the answers to it."""

    citation: Annotated[
        str, Meta(description="The article of the policy it rests on; empty where there is none.")
    ]
    evidence: EvidenceOut
    responses: list[ResponseOut]


def own_ids(rows: Iterable[Violation]) -> dict[int, str]:
    """What the company itself calls the calls of these violations; by their rows. Opens only the months they are of."""
    started = {row.call: row.call_started_at for row in rows}
    if not started:
        return {}
    calls = Call.objects.filter(
        pk__in=started, started_at__gte=min(started.values()), started_at__lte=max(started.values())
    )
    return dict(calls.values_list("pk", "call_id"))


def _listed(row: Violation, own_ids: dict[int, str], asked: Paging) -> dict[str, Any]:
    return {
        "id": ids.public("vio", row.pk),
        "code": row.code,
        "detail": REASONS[row.code].detail,
        "severity": row.severity,
        "status": row.status,
        "call": CallOfViolation(ids.public("cal", row.call), own_ids.get(row.call), row.call_started_at),
        "number": asked.number(row.number),
        "caller": phone.e164(row.caller) if row.caller is not None else None,
        "sector": row.sector,
        "channel": row.channel,
        "check": ids.public("chk", row.check_id) if row.check_id is not None else None,
        "opened_at": row.opened_at,
        "updated_at": row.updated_at,
    }


def listed(row: Violation, own_ids: dict[int, str], asked: Paging) -> ViolationRow:
    """A violation as a list shows it."""
    return ViolationRow(**_listed(row, own_ids, asked))


def shown(row: Violation, asked: Paging) -> ViolationOut:
    """A violation with all that its company may see."""
    return ViolationOut(
        **_listed(row, own_ids([row]), asked),
        citation=_citation(row),
        evidence=_evidence(row.evidence),
        responses=[response(each) for each in row.responses.all()],
    )


def _evidence(kept: dict[str, Any]) -> EvidenceOut:
    """The evidence as a company may see it: of a refusal only the month, since the day would be the person's own."""
    since = kept["refused_since"]
    return msgspec.convert(kept | {"refused_since": since and since[:7]}, EvidenceOut)


def _citation(row: Violation) -> str:
    """The article that the code rests on, in the policy the call was judged under."""
    policy = Policy.objects.filter(digest=row.evidence["policy"]["digest"]).first()
    return citation(row.code, policy.citations) if policy is not None else ""


def response(row: ViolationResponse) -> ResponseOut:
    """A company's answer on record."""
    proofs = msgspec.convert(row.evidence, list[ProofIn])
    return ResponseOut(ids.public("res", row.pk), row.text, proofs, row.created_at)
