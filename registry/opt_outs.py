"""Opt-outs: register one, register many, withdraw one."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction

from registry import places, timetables
from registry.codes import CHANNELS
from registry.errors import InvalidInput, NotFound, OptOutNotYours, OptOutOnRecord
from registry.models import Company, OptOut
from registry.periods import Moment, since

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
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "opt_out_one_at_a_time":
            raise
        raise OptOutOnRecord from error
    row.refresh_from_db(fields=["record_id"])
    return row


class Refusal(NamedTuple):
    """A refusal of one company, heard during a call or read from a list."""

    number: int
    company_id: int
    said_at: datetime


def register_refusals(refusals: Iterable[Refusal], *, moment: Moment, source: int) -> int:
    """Put many refusals of companies on record in one statement; how many were new.

    Runs in the caller's transaction. A refusal that stands already is left alone. `source` is its place in
    `codes.OPT_OUT_SOURCES`.
    """
    rows = list(refusals)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registry_optout (number, scope, company_id, channels, said_at, source, reporter_id,
                                         valid, recorded)
            SELECT number, 2, company_id, 15, min(said_at), %s, company_id,
                   tstzrange(min(said_at), NULL), tstzrange(%s, NULL)
            FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS said (number, company_id, said_at)
            GROUP BY number, company_id
            ON CONFLICT DO NOTHING
            """,
            [
                source,
                moment.known_at,
                [row.number for row in rows],
                [row.company_id for row in rows],
                [row.said_at for row in rows],
            ],
        )
        return cursor.rowcount


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
