"""What test keys are answered, in the shapes of the live API. The magic numbers are in `registry/sandbox.py`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from rest_framework.request import Request

from registry import ids, phone, sandbox
from registry.api import check_answers, paging
from registry.api.access import Access
from registry.api.consent_answers import ConsentEvidence, ConsentOut, ConsentWithHistory, Stretch
from registry.api.fields import clock_time
from registry.api.opt_out_answers import HoursOut, OptOutOut
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.decision import ALLOW_CODES, RULE_DIGEST, TIMING_CODES
from registry.errors import ConsentNotOpen, InvalidInput
from registry.models import SandboxRecord
from registry.predial.facts import Question
from registry.reasons import REASONS

if TYPE_CHECKING:
    # The live faces import this module; it needs their shapes only where it makes one.
    from registry.api.consents import Agreement
    from registry.api.opt_outs import Wish
    from registry.api.relationships import RelationshipIn, RelationshipOut

Shape = TypeVar("Shape", bound=msgspec.Struct)

#: How long a test allow may be used, and when a test denial for its time passes.
VALID_FOR = timedelta(hours=24)
WAIT = timedelta(hours=1)
#: What a test refusal dates from.
SINCE = datetime(2026, 1, 15, tzinfo=UTC)
PREFIXES = {"check": "chk", "opt_out": "opt", "consent": "con", "relationship": "rel"}


def check(question: Question, access: Access, clock: datetime) -> check_answers.CheckOut:
    """The answer that a test number stands for, signed as live ones are, with `livemode` false."""
    code = sandbox.reason_for(question.number, key_id=access.key_id)
    row = sandbox.keep(
        key_id=access.key_id,
        kind="check",
        number=question.number,
        reference=question.reference or "",
        clock=clock,
    )
    allowed = code in ALLOW_CODES
    kind = {"consent_on_record": "consent", "relationship_on_record": "relationship"}.get(code)
    shown = check_answers.CheckOut(
        id=ids.public("chk", row.pk),
        number=phone.e164(question.number),
        verdict="allow" if allowed else "deny",
        reasons=check_answers.dated(
            [check_answers.ReasonOut(code, REASONS[code].detail, "A test answer rests on no law.")], SINCE
        ),
        basis=check_answers.Basis(kind, f"{PREFIXES[kind]}_1", clock + 30 * VALID_FOR) if kind else None,  # type: ignore[arg-type]
        next_allowed_at=clock + WAIT if code in TIMING_CODES else None,
        coverage=check_answers.ALL_CHECKED,
        policy=check_answers.PolicyName("test", sandbox.DIGEST),
        checked_at=clock,
        valid_until=clock + VALID_FOR if allowed else None,
        receipt=None,
        livemode=False,
        caller=phone.e164(question.caller),
        sector=SECTORS[question.sector],
        channel=CHANNELS[question.channel],
        purpose=PURPOSES[question.purpose],
        seller=ids.public("com", question.seller_id),
        campaign=question.campaign,
        reference=question.reference,
    )
    return settle(row, check_answers.signed(shown, access.company_id, RULE_DIGEST))


def settle(row: SandboxRecord, shown: Shape) -> Shape:
    """Keep the object under its record, and answer with it."""
    row.document = msgspec.to_builtins(shown)
    row.save(update_fields=["document"])
    return shown


def find(record: int, kind: str, access: Access, shape: type[Shape]) -> Shape:
    """What the test key made under an id. Raises `NotFound`."""
    return msgspec.convert(sandbox.find(key_id=access.key_id, kind=kind, record=record).document, shape)


def page(kind: str, asked: paging.Paging, access: Access, shape: type[Shape]) -> paging.Page[Shape]:
    """A page of what the test key made, the newest first."""

    def show(row: SandboxRecord) -> Shape:
        return msgspec.convert({**row.document, "number": asked.number(row.number)}, shape)

    before = asked.after[-1] if asked.after is not None else None
    rows = sandbox.listed(key_id=access.key_id, kind=kind, before=before, limit=asked.size + 1)
    return paging.page(rows, asked, show, lambda row: (row.pk,) if asked.parts == 1 else (0, row.pk))


def checks(request: Request, access: Access) -> paging.Page[Any]:
    """The checks of a test key, in the shape of the live list."""
    asked = paging.read(request, access, parts=2)
    listed = page("check", asked, access, check_answers.CheckOut)
    rows = [
        check_answers.CheckRow(
            **{
                name: getattr(item, name)
                for name in check_answers.CheckRow.__struct_fields__
                if name != "reasons"
            },
            reasons=[reason.code for reason in item.reasons],
        )
        for item in listed.items
    ]
    return paging.Page(rows, listed.next_page_token)


def opt_out(wish: Wish, access: Access, clock: datetime) -> tuple[OptOutOut, bool]:
    """Keep a test opt-out; the same, standing, is answered again. Changes no verdict: the numbers say those."""
    sandbox.demand(wish.number)
    if wish.said_at > clock:
        raise InvalidInput("An opt-out cannot be said in the future", pointer="/said_at")
    shown = OptOutOut(
        id="",
        number=phone.e164(wish.number),
        scope=wish.scope,
        sector=wish.sector,
        company=ids.public("com", wish.company.pk) if wish.company is not None else None,
        channels=wish.channels,
        days=wish.days,
        hours=HoursOut(*map(clock_time, wish.hours)) if wish.hours is not None else None,
        said_at=wish.said_at,
        source=wish.source,
        recorded_at=clock,
        withdrawn_at=None,
        livemode=False,
    )
    said = ("number", "scope", "sector", "company", "channels", "days", "hours", "withdrawn_at")
    for row in sandbox.listed(key_id=access.key_id, kind="opt_out", before=None, limit=1000):
        held = msgspec.convert(row.document, OptOutOut)
        if all(getattr(held, name) == getattr(shown, name) for name in said):
            return held, False
    row = sandbox.keep(key_id=access.key_id, kind="opt_out", number=wish.number, clock=clock)
    return settle(row, msgspec.structs.replace(shown, id=ids.public("opt", row.pk))), True


def withdraw(record: int, access: Access, clock: datetime) -> OptOutOut:
    """End a test opt-out."""
    row = sandbox.find(key_id=access.key_id, kind="opt_out", record=record)
    held = msgspec.convert(row.document, OptOutOut)
    if held.withdrawn_at is not None:
        return held
    return settle(row, msgspec.structs.replace(held, withdrawn_at=clock))


def consent(agreement: Agreement, access: Access, clock: datetime) -> tuple[ConsentOut, bool]:
    """Keep a test consent; its reference names it from then on."""
    sandbox.demand(agreement.number)
    known = sandbox.by_reference(key_id=access.key_id, kind="consent", reference=agreement.reference)
    if known is not None:
        return msgspec.convert(known.document, ConsentOut), False
    row = sandbox.keep(
        key_id=access.key_id,
        kind="consent",
        number=agreement.number,
        reference=agreement.reference,
        clock=clock,
    )
    kept = ConsentWithHistory(
        id=ids.public("con", row.pk),
        number=phone.e164(agreement.number),
        status="recorded",
        sectors=agreement.sectors,
        channels=agreement.channels,
        given_at=agreement.given_at,
        expires_at=agreement.expires_at,
        method=agreement.method,
        notice=ids.public("not", row.pk),
        evidence=msgspec.convert(agreement.evidence, list[ConsentEvidence]),
        source_url=agreement.source_url or None,
        reference=agreement.reference,
        recorded_at=clock,
        late=False,
        livemode=False,
        history=[Stretch("recorded", agreement.given_at, agreement.expires_at, clock, None)],
    )
    return msgspec.convert(msgspec.to_builtins(settle(row, kept)), ConsentOut), True


def revoke(record: int, access: Access, clock: datetime) -> ConsentWithHistory:
    """Revoke a test consent. Raises `ConsentNotOpen` for one that is revoked."""
    row = sandbox.find(key_id=access.key_id, kind="consent", record=record)
    held = msgspec.convert(row.document, ConsentWithHistory)
    if held.status == "revoked":
        raise ConsentNotOpen("The consent is revoked")
    first = held.history[0]
    history = [
        msgspec.structs.replace(first, replaced_at=clock),
        Stretch("recorded", first.since, clock, clock, None),
        Stretch("revoked", clock, None, clock, None),
    ]
    return settle(row, msgspec.structs.replace(held, status="revoked", history=history))


def relationship(
    given: RelationshipIn, number: int, last_at: datetime, access: Access, clock: datetime
) -> tuple[RelationshipOut, bool]:
    """Keep a test relationship; its reference names it from then on."""
    from registry.api.relationships import RelationshipOut

    sandbox.demand(number)
    known = sandbox.by_reference(key_id=access.key_id, kind="relationship", reference=given.reference)
    if known is not None:
        return msgspec.convert(known.document, RelationshipOut), False
    row = sandbox.keep(
        key_id=access.key_id, kind="relationship", number=number, reference=given.reference, clock=clock
    )
    shown = RelationshipOut(
        id=ids.public("rel", row.pk),
        number=phone.e164(number),
        kind=given.kind,
        last_at=last_at,
        expires_at=last_at + 180 * VALID_FOR,
        reference=given.reference,
        recorded_at=clock,
        livemode=False,
    )
    return settle(row, shown), True
