"""Suspensions: take a company's leave to call, for a time or without an end, and give it back.

A suspension cuts licences short, so that the next check denies. What it took is given back by hand (`reinstate`), or by
whoever took it (`lift`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from registry import companies
from registry.errors import InvalidInput
from registry.models import Company, Licence
from registry.periods import Moment, since


@transaction.atomic
def suspend(
    *,
    company: Company,
    moment: Moment,
    note: str = "",
    sectors: Iterable[str] | None = None,
    until: datetime | None = None,
    user: Any = None,
) -> list[int]:
    """Take a company's leave to call (or that for `sectors`) from the moment; the numbers of the rows cut short.

    Checks deny from that instant. With `until` the licences are in effect again from then on by themselves, for what
    they had left; without, they end. Licences that begin in between are cut as well. Raises `InvalidInput` for an end
    that does not come after the moment.
    """
    if until is not None and until <= moment.at:
        raise InvalidInput("A suspension cannot end before it begins", pointer="/until")
    companies.hold(company)
    rows = Licence.objects.current().select_for_update().filter(company=company)
    rows = rows.filter(valid__overlap=since(moment.at, until))
    if sectors is not None:
        rows = rows.filter(sector__in=list(sectors))
    cut, ended = [], []
    for row in rows.order_by("id"):
        parts = []
        if row.valid.lower < moment.at:
            parts.append(since(row.valid.lower, moment.at))
        if until is not None and (row.valid.upper is None or until < row.valid.upper):
            parts.append(since(until, row.valid.upper))
        cut.append(row.pk)
        ended.append(row.sector)
        row.supersede(moment.known_at, *(_part(row, part, note) for part in parts))
    if ended:
        companies.write_down(company, "suspended", moment, user, what=", ".join(sorted(set(ended))), why=note)
    return cut


def _part(row: Licence, valid: DateTimeTZRange, note: str) -> Licence:
    """Another version of a licence, in effect for a part of its time."""
    return Licence(
        company=row.company, sector=row.sector, note=note or row.note, conditions=row.conditions, valid=valid
    )


#: What a suspension took of a licence, from an instant on, and no licence on record gives meanwhile.
_MISSING = """
SELECT unnest(
    tstzmultirange(row.valid * tstzrange(%(since)s::timestamptz, %(until)s::timestamptz))
    - coalesce(
        (SELECT range_agg(held.valid) FROM registry_licence AS held
         WHERE held.company_id = row.company_id AND held.sector = row.sector AND upper_inf(held.recorded)),
        '{}'
    )
)
FROM registry_licence AS row
WHERE row.id = %(row)s
"""


@transaction.atomic
def lift(
    *,
    company: Company,
    cut: Iterable[int],
    moment: Moment,
    until: datetime | None = None,
    barred: Mapping[str, datetime | None] | None = None,
    note: str = "",
    user: Any = None,
) -> int:
    """Give back from the moment on what a suspension took; how many stretches of licences.

    `cut` is what `suspend` answered, `until` the end it was given. `barred`: until when another suspension stands, by
    sector; None for one without an end. What was so between the suspension and the moment stays as it was: checks
    denied then were denied rightly, by what was known.
    """
    companies.hold(company)
    given, sectors = 0, set()
    # One row after the other: what the first gives back the second must not give again.
    for row in Licence.objects.filter(company=company, pk__in=list(cut)).order_by("id"):
        begins = (barred or {}).get(row.sector, moment.at)
        if begins is None or (until is not None and until <= begins):
            continue
        with connection.cursor() as cursor:
            cursor.execute(_MISSING, {"row": row.pk, "since": begins, "until": until})
            missing = [valid for (valid,) in cursor.fetchall()]
        for valid in missing:
            Licence.objects.create(
                company=company,
                record_id=row.record_id,
                sector=row.sector,
                note=note,
                conditions=row.conditions,
                valid=since(valid.lower, valid.upper),
                recorded=since(moment.known_at),
            )
        given += len(missing)
        sectors.update([row.sector] if missing else [])
    if given:
        companies.write_down(company, "reinstated", moment, user, what=", ".join(sorted(sectors)), why=note)
    return given


def suspended_since(*, company: Company, cut: Iterable[int], besides: Iterable[int]) -> set[str]:
    """The sectors that were suspended once more after a suspension that took `cut`, and not by those of `besides`."""
    taken = Licence.objects.filter(company=company, recorded__upper_inf=False)
    begun = [row.recorded.upper for row in taken.filter(pk__in=list(cut))]
    if not begun:
        return set()
    later = taken.filter(recorded__endswith__gte=min(begun)).exclude(pk__in=[*cut, *besides])
    return set(later.values_list("sector", flat=True))


def suspended(*, company: Company, moment: Moment) -> dict[str, Licence]:
    """By sector, the licence that would be in effect had it not been cut short; none where one is in effect."""
    held = list(Licence.objects.filter(company=company).order_by("id"))
    covering = [row for row in held if _covers(row.valid, moment.at)]
    standing = {row.sector for row in covering if row.recorded.upper is None}
    return {
        row.sector: row for row in covering if row.recorded.upper is not None and row.sector not in standing
    }


def _covers(valid: DateTimeTZRange, at: datetime) -> bool:
    return not valid.isempty and valid.lower <= at and (valid.upper is None or at < valid.upper)


def _free_until(row: Licence, at: datetime) -> datetime | None:
    """To when a licence may be given again: its own end, or where the next one on record begins."""
    later = Licence.objects.current().filter(company=row.company, sector=row.sector, valid__startswith__gt=at)
    ends = [end for end in (row.valid.upper, *(held.valid.lower for held in later)) if end is not None]
    return min(ends, default=None)


@transaction.atomic
def reinstate(
    *,
    company: Company,
    moment: Moment,
    note: str = "",
    sectors: Iterable[str] | None = None,
    user: Any = None,
) -> list[Licence]:
    """Give the suspended licences again from the moment on, to the end and on the conditions they had.

    Raises `LicenceBarred` where a decision takes the leave to call.
    """
    companies.hold(company)
    wanted = None if sectors is None else set(sectors)
    given = []
    for sector, row in suspended(company=company, moment=moment).items():
        if wanted is None or sector in wanted:
            again = Licence(
                company=company,
                sector=sector,
                note=note,
                conditions=row.conditions,
                valid=since(moment.at, _free_until(row, moment.at)),
                recorded=since(moment.known_at),
            )
            companies.give(again)
            given.append(again)
    if given:
        companies.write_down(
            company, "reinstated", moment, user, what=", ".join(row.sector for row in given), why=note
        )
    return given
