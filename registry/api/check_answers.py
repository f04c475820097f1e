"""What a check answers: the verdict with its reasons, what was looked at, how long it holds, and the signed receipt."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Annotated, Literal

import msgspec
from django.conf import settings
from msgspec import Meta

from registry import ids, phone, policies, receipts
from registry.api.fields import Channel, Purpose, Sector
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.decision import RULE_DIGEST
from registry.models import Reassignment
from registry.predial.facts import Answer
from registry.reasons import REASONS, citation

#: Reasons whose deciding refusal has a date, which `since` tells to the month: the day would be the person's own.
_REFUSALS = frozenset(
    {"opted_out_of_company", "opted_out_of_all", "opted_out_of_sector", "opted_out_of_channel"}
)


class ReasonOut(msgspec.Struct, frozen=True):
    """Why the verdict is what it is."""

    code: Annotated[str, Meta(description="A code of GET /rules.", examples=["opted_out_of_all"])]
    detail: Annotated[str, Meta(description="One sentence for people.")]
    citation: Annotated[str, Meta(description="The article of the policy it rests on.")]
    since: Annotated[
        str | None, Meta(description="The month in which the person refused, UTC.", examples=["2026-09"])
    ] = None


class Basis(msgspec.Struct, frozen=True):
    """What carries the call."""

    kind: Literal["consent", "relationship"]
    id: str
    expires_at: datetime | None


class Coverage(msgspec.Struct, frozen=True):
    """One source of facts: looked at, or not connected to this register so far."""

    source: Literal[
        "opt_outs", "consents", "relationships", "licences", "calling_hours", "attempts", "reassigned"
    ]
    status: Literal["checked", "not_configured"]


class PolicyName(msgspec.Struct, frozen=True):
    """The terms the answer rests on: the pack that speaks most specifically, and the digest of the terms."""

    id: str
    digest: str


class CheckOut(msgspec.Struct, frozen=True):
    """The answer to one question. Denied or allowed, it is 200; only what cannot be decided is an error."""

    id: Annotated[str, Meta(examples=["chk_81"])]
    number: str
    verdict: Literal["allow", "deny"]
    reasons: list[ReasonOut]
    basis: Basis | None
    next_allowed_at: Annotated[
        datetime | None,
        Meta(description="When the same call is allowed, if hours, days or attempts alone forbid it."),
    ]
    coverage: list[Coverage]
    policy: PolicyName
    checked_at: datetime
    valid_until: Annotated[datetime | None, Meta(description="How long an allow may be used.")]
    receipt: Annotated[
        str | None,
        Meta(
            description="JWS (Ed25519) over the answer; verify with /.well-known/jwks.json. Null if none was wanted."
        ),
    ]
    livemode: bool
    caller: str
    sector: Sector
    channel: Channel
    purpose: Purpose
    seller: Annotated[str, Meta(examples=["com_7"])]
    campaign: str | None
    reference: str | None


class CheckRow(msgspec.Struct, frozen=True):
    """A check in a list: without its receipt, which holds the number in full."""

    id: Annotated[str, Meta(examples=["chk_81"])]
    number: Annotated[str, Meta(description="Masked, unless the key may see it and the request asks.")]
    verdict: Literal["allow", "deny"]
    reasons: Annotated[list[str], Meta(description="Codes of GET /rules; the first decided.")]
    checked_at: datetime
    valid_until: datetime | None
    caller: str
    sector: Sector
    channel: Channel
    purpose: Purpose
    seller: str
    campaign: str | None
    reference: str | None
    livemode: bool


class Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a receipt says. `iss`, `aud`, `jti`, `iat`, `nbf`, `exp` are those of RFC 7519."""

    iss: str
    aud: Annotated[str, Meta(description="The company that asked.")]
    jti: Annotated[str, Meta(description="The check's id.")]
    iat: int
    nbf: int
    number: str
    caller: str
    sector: str
    channel: str
    purpose: str
    seller: str
    verdict: str
    reasons: list[str]
    policy: Annotated[str, Meta(description="Digest of the terms.")]
    rule: Annotated[str, Meta(description="Digest of the rule.")]
    livemode: bool
    exp: Annotated[int | None, Meta(description="End of an allow; a denial has none.")] = None


class Terms(msgspec.Struct, frozen=True):
    """What is the same in all answers of one kind: shared, not built anew."""

    policy: PolicyName
    reasons: list[ReasonOut]


@lru_cache(maxsize=4096)
def terms(policy_id: int, codes: tuple[str, ...]) -> Terms:
    """The policy and the reasons of an answer, in words."""
    policy = policies.by_id(policy_id)
    reasons = [ReasonOut(code, REASONS[code].detail, citation(code, policy.citations)) for code in codes]
    return Terms(PolicyName(policy.pack, policy.digest), reasons)


def dated(reasons: list[ReasonOut], since: datetime | None) -> list[ReasonOut]:
    """The reasons with the month of the refusal at the one that decides, which comes first."""
    if since is None or reasons[0].code not in _REFUSALS:
        return reasons
    return [msgspec.structs.replace(reasons[0], since=f"{since.year:04d}-{since.month:02d}"), *reasons[1:]]


def basis(answer: Answer) -> Basis | None:
    """What carries an allowed call."""
    if not answer.decision.allowed:
        return None
    if answer.consent is not None:
        return Basis("consent", ids.public("con", answer.consent), answer.basis_ends_at)
    if answer.relationship is not None:
        return Basis("relationship", ids.public("rel", answer.relationship), answer.basis_ends_at)
    return None


class Sources:
    """Which sources of facts are connected. Whether any number was ever reassigned is asked once a minute, until yes:
    the table only grows."""

    def __init__(self) -> None:
        self._reassigned = False
        self._asked_at: datetime | None = None

    def coverage(self, clock: datetime) -> list[Coverage]:
        """Every source and whether it was looked at."""
        stale = self._asked_at is None or not 0 <= (clock - self._asked_at).total_seconds() < 60
        if not self._reassigned and stale:
            self._reassigned = Reassignment.objects.exists()
            self._asked_at = clock
        return ALL_CHECKED if self._reassigned else _COVERAGE_WITHOUT

    def forget(self) -> None:
        """Ask again at the next answer."""
        self._reassigned, self._asked_at = False, None


sources = Sources()
_ALWAYS = [
    Coverage(name, "checked")
    for name in ("opt_outs", "consents", "relationships", "licences", "calling_hours", "attempts")
]
ALL_CHECKED = [*_ALWAYS, Coverage("reassigned", "checked")]
_COVERAGE_WITHOUT = [*_ALWAYS, Coverage("reassigned", "not_configured")]


def render(
    answer: Answer, check_id: int, coverage: list[Coverage], rule: str = RULE_DIGEST, *, receipt: bool = True
) -> CheckOut:
    """A live answer, with its receipt unless it shall have none. `rule` is the digest of the rule that gave it."""
    question = answer.question
    words = terms(answer.policy_id, answer.decision.reasons)
    shown = CheckOut(
        id=ids.public("chk", check_id),
        number=phone.e164(question.number),
        verdict=answer.decision.verdict,
        reasons=dated(words.reasons, answer.since),
        basis=basis(answer),
        next_allowed_at=answer.next_allowed_at,
        coverage=coverage,
        policy=words.policy,
        checked_at=answer.at,
        valid_until=answer.valid_until,
        receipt=None,
        livemode=True,
        caller=phone.e164(question.caller),
        sector=SECTORS[question.sector],
        channel=CHANNELS[question.channel],
        purpose=PURPOSES[question.purpose],
        seller=ids.public("com", question.seller_id),
        campaign=question.campaign,
        reference=question.reference,
    )
    return signed(shown, question.company_id, rule) if receipt else shown


@cache
def _issuer() -> str:
    """Who signs. Kept, since looking a setting up costs as much as half of an answer's words."""
    return str(settings.PUBLIC_URL)


def signed(check: CheckOut, company_id: int, rule: str) -> CheckOut:
    """The answer with its receipt. Ed25519 is deterministic: the same answer has the same receipt at any time."""
    at = int(check.checked_at.timestamp())
    claims = Claims(
        iss=_issuer(),
        aud=ids.public("com", company_id),
        jti=check.id,
        iat=at,
        nbf=at,
        number=check.number,
        caller=check.caller,
        sector=check.sector,
        channel=check.channel,
        purpose=check.purpose,
        seller=check.seller,
        verdict=check.verdict,
        reasons=[reason.code for reason in check.reasons],
        policy=check.policy.digest,
        rule=rule,
        livemode=check.livemode,
        exp=int(check.valid_until.timestamp()) if check.valid_until is not None else None,
    )
    return msgspec.structs.replace(check, receipt=receipts.sign(msgspec.json.encode(claims)))
