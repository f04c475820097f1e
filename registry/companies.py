"""Companies: enter, license, suspend, reinstate; their callers; their keys."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from registry.errors import CallerTaken, InvalidInput, LicenceOverlaps, NotFound
from registry.models import ApiKey, Caller, Company, Licence
from registry.periods import Moment, since

#: What a new key may do unless it is told: ask and report, not read people's numbers in full.
DEFAULT_SCOPES = ("check", "consent", "calls", "optout")


def enter(*, name: str, moment: Moment, kind: str = "company", registration: str = "") -> Company:
    """Put a company in the register; without a licence it may not call anybody."""
    return Company.objects.create(name=name, kind=kind, registration=registration, created_at=moment.known_at)


@transaction.atomic
def license(  # noqa: A001  (called as `companies.license(…)`, which is what it does)
    *,
    company: Company,
    sectors: Iterable[str],
    moment: Moment,
    begins: datetime | None = None,
    ends: datetime | None = None,
    note: str = "",
) -> list[Licence]:
    """Give a company leave to call for `sectors`, from `begins` (default: now) to `ends`.

    Raises `LicenceOverlaps` where it holds one for that sector and time, `InvalidInput` for an end before the start.
    """
    begins = begins or moment.at
    if ends is not None and ends <= begins:
        raise InvalidInput("A licence cannot end before it begins", pointer="/ends")
    given = []
    for sector in sectors:
        row = Licence(
            company=company,
            sector=sector,
            note=note,
            valid=since(begins, ends),
            recorded=since(moment.known_at),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name != "licence_one_at_a_time":
                raise
            raise LicenceOverlaps(pointer="/sectors") from error
        given.append(row)
    return given


@transaction.atomic
def suspend(
    *,
    company: Company,
    moment: Moment,
    note: str = "",
    sectors: Iterable[str] | None = None,
    until: datetime | None = None,
) -> list[int]:
    """Take a company's leave to call (or that for `sectors`) from the moment; the numbers of the rows cut short.

    Checks deny from that instant. With `until` the licences are in effect again from then on by themselves, for what
    they had left; without, they end. Licences that begin in between are cut as well. Raises `InvalidInput` for an end
    that does not come after the moment.
    """
    if until is not None and until <= moment.at:
        raise InvalidInput("A suspension cannot end before it begins", pointer="/until")
    rows = Licence.objects.current().select_for_update().filter(company=company)
    rows = rows.filter(valid__overlap=since(moment.at, until))
    if sectors is not None:
        rows = rows.filter(sector__in=list(sectors))
    cut = []
    for row in rows.order_by("id"):
        parts = []
        if row.valid.lower < moment.at:
            parts.append(since(row.valid.lower, moment.at))
        if until is not None and (row.valid.upper is None or until < row.valid.upper):
            parts.append(since(until, row.valid.upper))
        cut.append(row.pk)
        row.supersede(moment.known_at, *(_part(row, part, note) for part in parts))
    return cut


def _part(row: Licence, valid: DateTimeTZRange, note: str) -> Licence:
    """Another version of a licence, in effect for a part of its time."""
    return Licence(company=row.company, sector=row.sector, note=note or row.note, valid=valid)


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
) -> int:
    """Give back from the moment on what a suspension took; how many stretches of licences.

    `cut` is what `suspend` answered, `until` the end it was given. `barred`: until when another suspension stands, by
    sector; None for one without an end. What was so between the suspension and the moment stays as it was: checks
    denied then were denied rightly, by what was known.
    """
    given = 0
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
                valid=since(valid.lower, valid.upper),
                recorded=since(moment.known_at),
            )
        given += len(missing)
    return given


@transaction.atomic
def add_caller(*, company: Company, number: int, moment: Moment, begins: datetime | None = None) -> Caller:
    """Register a number the company calls from. Raises `CallerTaken` where a company holds it for that time."""
    row = Caller(
        company=company, number=number, valid=since(begins or moment.at), recorded=since(moment.known_at)
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "caller_one_at_a_time":
            raise
        raise CallerTaken(pointer="/callers") from error
    return row


@transaction.atomic
def remove_caller(*, company: Company, number: int, moment: Moment) -> None:
    """End the company's use of a calling number at the moment. Raises `NotFound`."""
    row = Caller.objects.as_of(moment).select_for_update().filter(company=company, number=number).first()
    if row is None:
        raise NotFound("The company does not call from that number")
    ended = Caller.objects.get(pk=row.pk)
    ended.valid = since(row.valid.lower, moment.at)
    row.supersede(moment.known_at, ended)


class Owner(NamedTuple):
    """Whom a calling number is registered to, and for which sectors that company is licensed now."""

    company: Company
    since: datetime
    sectors: list[str]


def owner(*, number: int, moment: Moment) -> Owner | None:
    """The company that calls from a number at a moment, or None. Public: no subscriber has such a number."""
    row = Caller.objects.as_of(moment).select_related("company").filter(number=number).first()
    if row is None:
        return None
    licences = Licence.objects.as_of(moment).filter(company=row.company).order_by("sector")
    return Owner(row.company, row.valid.lower, [licence.sector for licence in licences])


def digest(key: str) -> str:
    """What is stored of a key."""
    return sha256(key.encode()).hexdigest()


def issue_key(
    *,
    company: Company,
    moment: Moment,
    scopes: Iterable[str] = DEFAULT_SCOPES,
    test: bool = False,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the secret, which is shown once and not kept."""
    secret = f"{'test' if test else 'live'}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        company=company,
        prefix=secret[:12],
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        livemode=not test,
        created_at=moment.known_at,
        expires_at=expires_at,
    )
    return row, secret


def revoke_key(*, key: ApiKey, moment: Moment) -> ApiKey:
    """End a key at the moment. A key that ended before stays as it was."""
    if key.revoked_at is None:
        key.revoked_at = moment.at
        key.save(update_fields=["revoked_at"])
    return key
