"""Relationships: put one on record, for as long as the policy there lets it carry calls."""

from datetime import datetime

from django.db import transaction

from registry import policies
from registry.durations import Duration
from registry.errors import InvalidInput, RelationshipNotAdmitted
from registry.models import Company, Relationship
from registry.periods import Moment, since


@transaction.atomic
def record(
    *,
    company: Company,
    number: int,
    kind: str,
    last_at: datetime,
    reference: str,
    moment: Moment,
    sector: str,
) -> tuple[Relationship, bool]:
    """Put a relationship on record, in effect until the time the policy gives its kind has passed since `last_at`.

    `last_at` is the last purchase, the inquiry, or the end of the contract; a contract that still runs ends in the
    future, and is in effect from now on. Returns the relationship and whether it is new: the same company and
    reference give the one on record, or renew it if `last_at` is later. Raises `InvalidInput` for a purchase or
    inquiry in the future, `RelationshipNotAdmitted` where the policy admits no such kind.
    """
    if last_at > moment.at and kind != "contract":
        raise InvalidInput("Only a contract may end in the future", pointer="/last_at")
    lasts = policies.for_number(number, sector, moment).terms["relationship"].get(kind)
    if lasts is None:
        raise RelationshipNotAdmitted(pointer="/kind")
    row = Relationship(
        company=company,
        number=number,
        kind=kind,
        last_at=last_at,
        reference=reference,
        on_record_since=moment.known_at,
        valid=since(min(last_at, moment.at), Duration.parse(lasts).after(last_at)),
        recorded=since(moment.known_at),
    )
    known = (
        Relationship.objects.current()
        .select_for_update()
        .filter(company=company, reference=reference)
        .first()
    )
    if known is None:
        row.save(force_insert=True)
        row.refresh_from_db(fields=["record_id"])
        return row, True
    if known.last_at >= last_at:
        return known, False
    known.supersede(moment.known_at, row)
    return row, False
