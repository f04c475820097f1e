"""Opt-outs: register one, register many, withdraw one."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction

from registry import change_events, places, timetables
from registry.codes import CHANNELS
from registry.errors import InvalidInput, NotFound, OptOutNotYours, OptOutOnRecord
from registry.models import Company, OptOut
from registry.periods import Moment, since
from registry.sql import read

#: A wish about holidays needs the calendar of the years it will be asked about.
HOLIDAY_YEARS = 5


@transaction.atomic
def register(
    *,
    number: int,
    scope: str,
    moment: Moment,
    source: str,
    sector: str | None = None,
    company: Company | None = None,
    channels: Iterable[str] = CHANNELS,
    said_at: datetime | None = None,
    days: list[str] | None = None,
    hours: tuple[int, int] | None = None,
    reporter: Company | None = None,
) -> OptOut:
    """Put a person's "no" on record: in effect from `said_at` (default: now), binding every check from here on.

    One that stands already and was said earlier ends at `said_at`, since a consent given in between lifts it.
    `hours` are minutes of the local day, the end exclusive. Raises `OptOutNotYours` if a plain company reports
    anything but a refusal of itself, `OptOutOnRecord` if the same stands already, `InvalidInput` for a future date.
    """
    said_at = said_at or moment.at
    if said_at > moment.at:
        raise InvalidInput("An opt-out cannot be said in the future", pointer="/said_at")
    if reporter is not None and reporter.kind == "company" and (scope != "company" or company != reporter):
        raise OptOutNotYours(pointer="/scope")
    if days and "holiday" in days:
        year = moment.at.year
        timetables.ensure_holidays(places.of(number).calendar, year - 1, year + HOLIDAY_YEARS)
    row = OptOut(
        number=number,
        scope=scope,
        sector=sector,
        company=company,
        channels=list(channels),
        days=days,
        from_minute=hours[0] if hours else None,
        to_minute=hours[1] if hours else None,
        said_at=said_at,
        source=source,
        reporter=reporter,
        valid=since(said_at),
        recorded=since(moment.known_at),
    )
    new = True
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "opt_out_one_at_a_time":
            raise
        new = _say_again(row, moment, error)
    row.refresh_from_db(fields=["record_id"])
    if new:
        change_events.opt_outs_registered([row.pk], [number], moment=moment)
    return row


def _say_again(row: OptOut, moment: Moment, error: IntegrityError) -> bool:
    """Put `row` on record after the same opt-out, which stands since it was said before; whether it says more.

    One that the refused company relayed itself goes over to who heard it from the person. Raises `OptOutOnRecord`
    where there is neither a later time nor a better source.
    """
    held = (
        OptOut.objects.current()
        .select_for_update()
        .filter(
            number=row.number,
            scope=row.scope,
            sector=row.sector,
            company=row.company,
            channels=row.channels,
            days=row.days,
            from_minute=row.from_minute,
            to_minute=row.to_minute,
            valid__upper_inf=True,
        )
        .first()
    )
    if held is None:
        raise OptOutOnRecord from error
    # What a company relayed about itself it may take back; what others heard from the person, it may not.
    relayed_by_itself = held.reporter_id is not None and held.reporter_id == held.company_id
    if row.said_at > held.valid.lower:
        ended = OptOut.objects.get(pk=held.pk)
        ended.valid = since(held.valid.lower, row.said_at)
        if row.reporter_id == row.company_id and not relayed_by_itself:
            row.reporter_id = held.reporter_id
        row.recorded = since(held.supersede(moment.known_at, ended))
        row.save(force_insert=True)
        return True
    if relayed_by_itself and row.reporter_id != held.reporter_id:
        heard = OptOut.objects.get(pk=held.pk)
        heard.reporter_id, heard.source = row.reporter_id, row.source
        held.supersede(moment.known_at, heard)
        row.pk = heard.pk
        row.refresh_from_db()
        return False
    raise OptOutOnRecord from error


class Refusal(NamedTuple):
    """A refusal of one company, heard during a call or read from a list."""

    number: int
    company_id: int
    said_at: datetime


_SAID = "unnest(%(number)s::bigint[], %(company)s::bigint[], %(said_at)s::timestamptz[]) AS s (number, company_id, at)"
_REFUSE = f"""
INSERT INTO registry_optout (number, scope, company_id, channels, said_at, source, reporter_id, valid, recorded)
SELECT number, 2, company_id, 15, min(at), %(source)s, company_id,
    tstzrange(min(at), NULL), tstzrange(%(known_at)s, NULL)
FROM {_SAID} GROUP BY number, company_id
ON CONFLICT DO NOTHING
RETURNING id, number"""
_REFUSE_AGAIN = f"""
WITH said AS (
    SELECT number, 2 AS scope, NULL::smallint AS sector, company_id, 15 AS channels, company_id AS reporter,
        max(at) AS again_at
    FROM {_SAID} GROUP BY number, company_id
){read(Path(__file__).parent / "lists" / "opt_outs_again.sql")}
RETURNING id, number, upper_inf(valid)"""


def register_refusals(refusals: Iterable[Refusal], *, moment: Moment, source: int) -> int:
    """Put many refusals of companies on record, set by set; how many were new or said again.

    Runs in the caller's transaction. One that stands already and was said no earlier is left alone. `source` is its
    place in `codes.OPT_OUT_SOURCES`.
    """
    rows = list(refusals)
    if not rows:
        return 0
    values = {
        "number": [row.number for row in rows],
        "company": [row.company_id for row in rows],
        "said_at": [row.said_at for row in rows],
        "source": source,
        "known_at": moment.known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE, values)
        new = cursor.fetchall()
        cursor.execute(_REFUSE_AGAIN, values)
        # Each that was said again is two rows: what ends and what begins.
        new += [(pk, number) for pk, number, begins in cursor.fetchall() if begins]
    change_events.opt_outs_registered([pk for pk, _ in new], {number for _, number in new}, moment=moment)
    return len(new)


@transaction.atomic
def withdraw(*, record_id: int, moment: Moment) -> OptOut:
    """End an opt-out at the moment; it stays in history. Raises `NotFound` if none stands under that id."""
    row = (
        OptOut.objects.current()
        .select_for_update()
        .filter(record_id=record_id, valid__upper_inf=True)
        .first()
    )
    if row is None:
        raise NotFound("No such opt-out stands")
    ended = OptOut.objects.get(pk=row.pk)
    ended.valid = since(row.valid.lower, moment.at)
    row.supersede(moment.known_at, ended)
    return ended
