"""A second loader of the facts, slow and plain: loops over rows in memory, one question at a time.

It is written from the words (the models, the codes, the policy's parameters, `docs/LAW.md`), not from
`predial/facts.sql`, so that `registry/test_oracle.py` can hold the one against the other. No SQL, no ORM.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from registry.codes import CHANNELS
from registry.decision import Facts
from tests.oracle_rows import Asked, Consent, OptOut, Record, Relationship, holds, known, within
from tests.oracle_times import exceeded, hours


def establish(record: Record, asked: Asked) -> Facts:
    """Every fact of one question. Raises ValueError where no terms, or two, are in force."""
    terms = terms_in_force(record, asked)
    carrying = carrying_consents(record, asked, terms)
    said = list(binding(record, asked))
    refusals, wishes = [row for row in said if not row.is_wish], [row for row in said if row.is_wish]
    survives = terms["consent_survives_opt_out"]

    def stands(said_at: datetime) -> bool:
        """Whether no consent in effect lifts a general or sector opt-out said then."""
        return not any(survives or consent.given_at > said_at for consent in carrying)

    general = [row for row in refusals if row.scope == "all" and set(row.channels) == set(CHANNELS)]
    by_channel = [row for row in refusals if row.scope == "all" and set(row.channels) != set(CHANNELS)]
    by_sector = [row for row in refusals if row.scope == "sector"]
    return Facts(
        standing=standing(record, asked),
        caller_registered=any(
            row.number == asked.caller and row.company in (asked.company, asked.seller) and holds(row, asked)
            for row in record.callers
        ),
        refused=is_refused([row for row in refusals if row.scope == "company"], carrying),
        out_of_all=any(stands(row.said_at) for row in general),
        out_of_sector=any(stands(row.said_at) for row in by_sector),
        out_of_channel=any(stands(row.said_at) for row in by_channel),
        ground=ground(record, asked, terms, carrying),
        regime="exempt" if asked.purpose in terms["exempt_purposes"] else terms["basis"],
        hours=hours(record.place, asked.at, terms["windows"], wishes),
        attempts_exceeded=any(exceeded(record, asked, cap) for cap in terms["caps"]),
    )


def terms_in_force(record: Record, asked: Asked) -> dict[str, Any]:
    """The parameters of the policy. Raises ValueError where none, or two, are in force."""
    (terms,) = [row for row in record.terms if row.sector == asked.sector and holds(row, asked)]
    return terms.values


def evidence(record: Record, asked: Asked) -> int | None:
    """The consent that the answer names: the one given last of those that carry the call."""
    carrying = carrying_consents(record, asked, terms_in_force(record, asked))
    return max(((row.given_at, row.record) for row in carrying), default=(None, None))[1]


def standing(record: Record, asked: Asked) -> str:
    """The worse of the company's and the seller's standing."""
    worst = "licensed"
    for company in (asked.company, asked.seller):
        sectors = [row.sector for row in record.licences if row.company == company and holds(row, asked)]
        if not sectors:
            return "unlicensed"
        if asked.sector not in sectors:
            worst = "sector_unlicensed"
    return worst


# What the person does not want.


def binding(record: Record, asked: Asked) -> Iterator[OptOut]:
    """Opt-outs in effect that speak about this company, this sector and this channel."""
    for row in record.opt_outs:
        if row.number != asked.number or asked.channel not in row.channels or not holds(row, asked):
            continue
        if row.scope == "sector" and row.sector != asked.sector:
            continue
        if row.scope == "company" and row.company not in (asked.company, asked.seller):
            continue
        yield row


def is_refused(refusals: list[OptOut], carrying: list[Consent]) -> bool:
    """A refusal of the company stands until a later consent that the person confirmed."""
    for refusal in refusals:
        later = [row for row in carrying if row.status == "confirmed" and row.given_at > refusal.said_at]
        if not later:
            return True
    return False


# What the company has.


def mine(record: Record, asked: Asked) -> list[Consent]:
    """What the register knows of consents given to the seller for this number and sector, begun by now."""
    return [
        row
        for row in record.consents
        if row.number == asked.number
        and row.company == asked.seller
        and asked.sector in row.sectors
        and known(row, asked)
        and row.valid[0] <= asked.at
    ]


def last_change_of_hands(record: Record, asked: Asked) -> datetime | None:
    """When the number last went to a new holder. Up to that instant, whoever spoke was another person."""
    instants = [
        row.valid[0] for row in record.reassignments if row.number == asked.number and holds(row, asked)
    ]
    return max(instants, default=None)


def was_another_holder(at: datetime, record: Record, asked: Asked) -> bool:
    """Whether what was said at `at` was said by a former holder of the number."""
    changed_at = last_change_of_hands(record, asked)
    return changed_at is not None and at <= changed_at


def was_taken_back(since: datetime, record: Record, asked: Asked) -> bool:
    """Whether what the person agreed to at `since` ended by a revocation for this sector and channel.

    A revocation ends whatever came before it, whenever the revoked consent came on record, and for good: that a
    newer consent superseded the revoked one does not bring the others back.
    """
    return any(
        row.status == "revoked" and asked.channel in row.channels and since <= row.valid[0]
        for row in mine(record, asked)
    )


def carries(row: Consent, record: Record, asked: Asked) -> bool:
    """Whether a consent would carry this call, but for its channel and the person's confirmation."""
    return (
        row.status in ("recorded", "confirmed")
        and within(row.valid, asked.at)
        and row.on_record_since <= asked.at
        and not was_another_holder(row.given_at, record, asked)
    )


def carrying_consents(record: Record, asked: Asked, terms: dict[str, Any]) -> list[Consent]:
    """Consents that carry this call."""
    return [
        row
        for row in mine(record, asked)
        if carries(row, record, asked)
        and asked.channel in row.channels
        and (row.status == "confirmed" or terms["consent_confirmation"] == "not_required")
        and not was_taken_back(row.given_at, record, asked)
    ]


def admitted_relationships(record: Record, asked: Asked, terms: dict[str, Any]) -> list[Relationship]:
    """Relationships in effect of a kind that the policy admits, whoever held the number when they began."""
    return [
        row
        for row in record.relationships
        if row.number == asked.number
        and row.company == asked.seller
        and holds(row, asked)
        and row.on_record_since <= asked.at
        and row.kind in terms["relationship"]
        and not was_taken_back(row.valid[0], record, asked)
    ]


def ground(record: Record, asked: Asked, terms: dict[str, Any], carrying: list[Consent]) -> str:
    """The best ground, or the first of the reasons why there is none."""
    if carrying:
        return "consent"
    related = admitted_relationships(record, asked, terms)
    if any(not was_another_holder(row.valid[0], record, asked) for row in related):
        return "relationship"
    for reason, applies in (
        ("revoked", is_revoked),
        ("disputed", is_disputed),
        ("unconfirmed", is_unconfirmed),
        ("not_for_channel", is_for_another_channel),
        ("expired", is_expired),
        ("reassigned", is_reassigned),
    ):
        if any(applies(row, record, asked) for row in mine(record, asked)):
            return reason
    return "reassigned" if related else "missing"


# A person's "no" counts as soon as it was said, though the consent it is about came on record later; it is the "no"
# of who held the number when it was said, whoever had given the consent.


def is_revoked(row: Consent, record: Record, asked: Asked) -> bool:
    """Taken back by today's holder."""
    return (
        row.status == "revoked"
        and asked.channel in row.channels
        and not was_another_holder(row.valid[0], record, asked)
    )


def is_disputed(row: Consent, record: Record, asked: Asked) -> bool:
    """Denied by today's holder, and not settled."""
    return (
        row.status == "disputed"
        and asked.channel in row.channels
        and within(row.valid, asked.at)
        and not was_another_holder(row.valid[0], record, asked)
    )


def is_unconfirmed(row: Consent, record: Record, asked: Asked) -> bool:
    """In effect for this channel, and all that it lacks is the confirmation which the caller knows to be needed."""
    return (
        asked.channel in row.channels
        and carries(row, record, asked)
        and not was_taken_back(row.given_at, record, asked)
    )


def is_for_another_channel(row: Consent, record: Record, asked: Asked) -> bool:
    """In effect, for other channels."""
    return asked.channel not in row.channels and carries(row, record, asked)


def is_expired(row: Consent, record: Record, asked: Asked) -> bool:
    """It ended for this channel: at its own date, or because a newer one took its place."""
    return (
        asked.channel in row.channels
        and row.on_record_since <= asked.at
        and not within(row.valid, asked.at)
        and not was_another_holder(row.given_at, record, asked)
    )


def is_reassigned(row: Consent, record: Record, asked: Asked) -> bool:
    """For this channel, from a former holder of the number."""
    return (
        asked.channel in row.channels
        and row.on_record_since <= asked.at
        and was_another_holder(row.given_at, record, asked)
    )
