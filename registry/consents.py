"""Consents: record, confirm, dispute, settle, revoke; and the status that follows from a consent's rows."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from registry import announcements, change_events, opt_outs, policies
from registry.codes import SECTORS
from registry.durations import Duration
from registry.errors import ConsentNotOpen, ConsentOverlaps, InvalidInput, NotFound
from registry.models import Company, Consent, Notice, OptOut
from registry.periods import Moment, since


def notice(*, company: Company, text: str, clock: datetime) -> Notice:
    """The company's notice with that literal text, kept once. A known id (`not_12`) names one already kept."""
    if text.startswith("not_") and text[4:].isascii() and text[4:].isdigit():
        found = Notice.objects.filter(company=company, pk=int(text[4:])).first()
        if found is None:
            raise InvalidInput("No such notice of yours is registered", pointer="/notice")
        return found
    digest = sha256(text.encode()).hexdigest()
    return Notice.objects.get_or_create(
        company=company, sha256=digest, defaults={"text": text, "created_at": clock}
    )[0]


@transaction.atomic
def record(
    *,
    company: Company,
    number: int,
    sectors: Iterable[str],
    channels: Iterable[str],
    given_at: datetime,
    method: str,
    notice_text: str,
    evidence: list[dict[str, Any]],
    reference: str,
    moment: Moment,
    expires_at: datetime | None = None,
    source_url: str = "",
) -> tuple[Consent, bool]:
    """Put a consent on record, in effect from `given_at`; and whether it is new.

    The same company and reference give the consent already on record. A consent of the same scope given earlier is
    superseded from `given_at` on. Raises `InvalidInput` for dates that cannot be, `ConsentOverlaps` where one of the
    same scope given later is on record.
    """
    known = Consent.objects.current().filter(company=company, reference=reference).order_by("valid").first()
    if known is not None:
        return known, False
    if given_at > moment.at:
        raise InvalidInput("A consent cannot be given in the future", pointer="/given_at")
    if expires_at is not None and expires_at <= given_at:
        raise InvalidInput("A consent cannot end before it was given", pointer="/expires_at")
    sectors, channels = sorted(set(sectors)), sorted(set(channels))
    terms = policies.for_number(number, _strictest_sector(sectors), moment).terms
    row = Consent(
        number=number,
        company=company,
        sectors=sectors,
        channels=channels,
        status="recorded",
        given_at=given_at,
        expires_at=expires_at or _end_by_policy(terms, given_at),
        on_record_since=moment.known_at,
        late=Duration.parse(terms["consent_grace"]).after(given_at) < moment.known_at,
        method=method,
        notice=notice(company=company, text=notice_text, clock=moment.known_at),
        evidence=evidence,
        source_url=source_url,
        reference=reference,
        recorded=since(moment.known_at),
    )
    row.valid = since(given_at, row.expires_at)
    _demand_undisputed(row)
    row.recorded = since(_supersede_earlier(row, moment))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "consent_one_at_a_time":
            raise
        raise ConsentOverlaps(pointer="/given_at") from error
    row.refresh_from_db(fields=["record_id"])
    announcements.plan(row, terms, moment)
    return row, True


def _strictest_sector(sectors: list[str]) -> str:
    """The sector whose overlay governs a consent of several: the first in the register's list."""
    return min(sectors, key=SECTORS.index)


def _end_by_policy(terms: dict[str, Any], given_at: datetime) -> datetime | None:
    lasts = terms["consent_lasts"]
    return None if lasts == "unlimited" else Duration.parse(lasts).after(given_at)


def _supersede_earlier(newer: Consent, moment: Moment) -> datetime:
    """Cut every row of the same scope that was given earlier at the newer consent's `given_at`.

    Answers with when the newer one is on record: after what it supersedes, also where one reading of the clock (a
    batch, a list) recorded both. Raises `ConsentOverlaps` where the person disputed or took back a consent of that
    scope since: their "no" never gives way to a consent of an earlier date.
    """
    recorded = moment.known_at
    rows = (
        Consent.objects.current()
        .select_for_update()
        .filter(
            number=newer.number,
            company=newer.company,
            sectors=newer.sectors,
            channels=newer.channels,
            given_at__lt=newer.given_at,
            valid__overlap=newer.valid,
        )
    )
    for row in rows:
        if row.valid.lower >= newer.given_at and row.status in ("disputed", "revoked"):
            # The person said no after that date. Nothing a company records can take that back.
            raise ConsentOverlaps(
                "The person has disputed or taken back a consent since then", pointer="/given_at"
            )
        cut = Consent.objects.get(pk=row.pk)
        cut.valid = since(row.valid.lower, newer.given_at)
        cut.superseded = True
        if row.valid.lower >= newer.given_at:
            # This stretch begins only after the newer consent: it gives way whole, and stays in history.
            closed = row.supersede(moment.known_at)
        else:
            closed = row.supersede(moment.known_at, cut)
        recorded = max(recorded, closed)
    return recorded


def _demand_undisputed(newer: Consent) -> None:
    """Raise `ConsentOverlaps` where the person disputed a consent for one of its sectors and channels since.

    A consent of another scope is no way around a dispute. (Around a revocation it is none either: `facts.sql`.)
    """
    disputed = Consent.objects.current().filter(
        number=newer.number,
        company=newer.company,
        status="disputed",
        valid__startswith__gte=newer.given_at,
        valid__overlap=newer.valid,
    )
    for row in disputed:
        if set(row.sectors) & set(newer.sectors) and set(row.channels) & set(newer.channels):
            raise ConsentOverlaps("The person has disputed a consent since then", pointer="/given_at")


#: Which statuses a step may start from.
STEPS = {
    "confirmed": frozenset({"recorded", "disputed"}),
    "disputed": frozenset({"recorded", "confirmed"}),
    "recorded": frozenset({"disputed"}),
    "revoked": frozenset({"recorded", "confirmed", "disputed"}),
}


@transaction.atomic
def move(*, record_id: int, to: str, moment: Moment, company: Company | None = None) -> Consent:
    """Give a consent another status from `moment.at` on.

    `company` restricts it to that company's own. Raises `NotFound`, or `ConsentNotOpen` if its status does not allow
    the step (`STEPS`), it is no longer in effect, or a newer consent of the same scope stands where the step would be.
    """
    rows = Consent.objects.current().select_for_update().filter(record_id=record_id)
    if company is not None:
        rows = rows.filter(company=company)
    stretches = list(rows.order_by("valid"))
    if not stretches:
        raise NotFound("No such consent is on record")
    held = stretches[-1]
    if held.status not in STEPS[to]:
        raise ConsentNotOpen(f"The consent is {held.status}")
    if to != "revoked" and held.valid.upper is not None and held.valid.upper <= moment.at:
        raise ConsentNotOpen("The consent has ended")
    begins = max(moment.at, held.valid.lower)
    following = Consent.objects.get(pk=held.pk)
    following.status = to
    # A revocation has no end of its own: the person's "no" outlasts the consent it ended.
    following.valid = since(begins, None if to == "revoked" else held.valid.upper)
    parts = [following]
    if held.valid.lower < begins:
        before = Consent.objects.get(pk=held.pk)
        ends = begins if held.valid.upper is None else min(begins, held.valid.upper)
        before.valid = since(held.valid.lower, ends)
        parts.insert(0, before)
    try:
        with transaction.atomic():
            held.supersede(moment.known_at, *parts)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "consent_one_at_a_time":
            raise
        raise ConsentNotOpen(
            "A newer consent of the same scope has taken its place; that one can be moved"
        ) from error
    if to in ("revoked", "disputed"):
        change_events.consent_moved(following, moment=moment)
    return following


@transaction.atomic
def give(
    *,
    company: Company,
    number: int,
    sectors: Iterable[str],
    channels: Iterable[str],
    notice_text: str,
    moment: Moment,
) -> Consent:
    """The person lets a company call: a consent given here, confirmed by who gave it, under the text they saw.

    What they refused this company before is taken back with it; general refusals stand for everybody else.
    """
    for refusal in OptOut.objects.current().filter(
        number=number, scope="company", company=company, valid__upper_inf=True
    ):
        opt_outs.withdraw(record_id=refusal.record_id, moment=moment)
    row, _ = record(
        company=company,
        number=number,
        sectors=sectors,
        channels=channels,
        given_at=moment.at,
        method="web_form",
        notice_text=notice_text,
        evidence=[{"type": "register", "sha256": sha256(notice_text.encode()).hexdigest()}],
        reference=_given_reference(number, company, secrets.token_hex(8)),
        moment=moment,
    )
    return confirm(record_id=row.record_id, moment=moment)


def _given_reference(number: int, company: Company, nonce: str) -> str:
    """The reference of a consent given here. Nobody else can make one: a company might write what looks like it."""
    said = salted_hmac("registry.consents.give", f"{number} {company.pk} {nonce}", algorithm="sha256")
    return f"register-{nonce}-{said.hexdigest()[:32]}"


def given_here(row: Consent) -> bool:
    """Whether the person gave the consent at the register itself (`give`), and no company claims it."""
    parts = row.reference.split("-")
    return len(parts) == 3 and constant_time_compare(
        row.reference, _given_reference(row.number, row.company, parts[1])
    )


def confirm(*, record_id: int, moment: Moment) -> Consent:
    """The person says: yes, I agreed to that. Lifts earlier refusals of the company."""
    return move(record_id=record_id, to="confirmed", moment=moment)


def dispute(*, record_id: int, moment: Moment) -> Consent:
    """The person says: I never agreed to that. The consent carries nothing while it is disputed."""
    return move(record_id=record_id, to="disputed", moment=moment)


def settle(*, record_id: int, moment: Moment) -> Consent:
    """The regulator finds that the company has proved a disputed consent: it is on record again, unconfirmed."""
    return move(record_id=record_id, to="recorded", moment=moment)


def revoke(*, record_id: int, moment: Moment, company: Company | None = None) -> Consent:
    """The person takes the consent back. What they gave the company before, for a sector and channel that it covers,
    ends with it there; a consent given later stands."""
    return move(record_id=record_id, to="revoked", moment=moment, company=company)


def status(stretches: list[Consent], at: datetime) -> str:
    """A consent's status at `at`, from its rows on record: what is written, or `expired` or `superseded`."""
    held = [
        row
        for row in stretches
        if row.valid.lower <= at and (row.valid.upper is None or at < row.valid.upper)
    ]
    if held:
        return held[0].status
    last = max(stretches, key=lambda row: row.valid.lower)
    return "superseded" if last.superseded else "expired"
