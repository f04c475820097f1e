"""Companies: enter and license them; their callers; their keys. `suspensions.py` takes licences and gives them back."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from registry import phone
from registry.caller_ranges import Range
from registry.errors import CallerTaken, InvalidInput, LicenceBarred, LicenceOverlaps, NotFound
from registry.models import ApiKey, Caller, Company, CompanyChange, Document, Licence
from registry.periods import Moment, since

#: What a new key may do unless it is told: ask and report, not read people's numbers in full.
DEFAULT_SCOPES = ("check", "consent", "calls", "optout")


_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def enter(
    *,
    name: str,
    moment: Moment,
    kind: str = "company",
    registration: str = "",
    region: str = "",
    user: Any = None,
) -> Company:
    """Put a company in the register; without a licence it may not call anybody.

    `region` is where it is registered (ISO 3166-2: `CN-SH`). Raises `InvalidInput` for one that is none.
    """
    if region and not _REGION.fullmatch(region):
        raise InvalidInput("Write the region as ISO 3166-2 does: CN-SH", pointer="/region")
    company = Company.objects.create(
        name=name, kind=kind, registration=registration, region=region, created_at=moment.known_at
    )
    write_down(company, "entered", moment, user)
    return company


def write_down(
    company: Company, change: str, moment: Moment, user: Any, *, what: str = "", why: str = ""
) -> None:
    """Write down what was done with a company."""
    CompanyChange.objects.create(
        company=company, change=change, user=user, at=moment.known_at, what=what[:500], why=why[:500]
    )


@transaction.atomic
def license(  # noqa: A001  (called as `companies.license(…)`, which is what it does)
    *,
    company: Company,
    sectors: Iterable[str],
    moment: Moment,
    begins: datetime | None = None,
    ends: datetime | None = None,
    note: str = "",
    conditions: str = "",
    user: Any = None,
) -> list[Licence]:
    """Give a company leave to call for `sectors`, from `begins` (default: now) to `ends`, bound to `conditions`.

    Raises `LicenceOverlaps` where it holds one for that sector and time, `LicenceBarred` where a decision takes its
    leave for them, `InvalidInput` for an end before the start.
    """
    hold(company)
    begins = begins or moment.at
    if ends is not None and ends <= begins:
        raise InvalidInput("A licence cannot end before it begins", pointer="/ends")
    given = []
    for sector in sectors:
        row = Licence(
            company=company,
            sector=sector,
            note=note,
            conditions=conditions,
            valid=since(begins, ends),
            recorded=since(moment.known_at),
        )
        give(row)
        given.append(row)
    if given:
        write_down(company, "licensed", moment, user, what=", ".join(row.sector for row in given), why=note)
    return given


def hold(company: Company) -> None:
    """Let nobody else give or take the company's licences until the end of the transaction."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def give(row: Licence) -> None:
    """Put a licence on record. Raises `LicenceOverlaps`, `LicenceBarred`."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        refused = _REFUSALS.get(error.__cause__.diag.constraint_name)
        if refused is None:
            raise
        raise refused(pointer="/sectors") from error


#: What may be in the way of a licence: another one, or a decision in a case.
_REFUSALS = {"licence_one_at_a_time": LicenceOverlaps, "licence_barred": LicenceBarred}


@transaction.atomic
def add_caller(
    *,
    company: Company,
    number: int,
    moment: Moment,
    begins: datetime | None = None,
    proof: Document | None = None,
    user: Any = None,
) -> Caller:
    """Register a number the company calls from. Raises `CallerTaken` where a company holds it for that time."""
    row = Caller(
        company=company,
        number=number,
        proof=proof,
        valid=since(begins or moment.at),
        recorded=since(moment.known_at),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "caller_one_at_a_time":
            raise
        raise CallerTaken(pointer="/callers") from error
    write_down(company, "callers_added", moment, user, what=phone.mask(number))
    return row


@transaction.atomic
def add_range(
    *, company: Company, numbers: Range, moment: Moment, proof: Document | None = None, user: Any = None
) -> int:
    """Register every number of a range that the company does not hold yet; how many.

    All or nothing: raises `CallerTaken` where another company holds one of them.
    """
    held = Caller.objects.current().filter(
        number__range=(numbers.first, numbers.last), valid__overlap=since(moment.at)
    )
    holders = dict(held.values_list("number", "company_id"))
    taken = sum(company_id != company.pk for company_id in holders.values())
    if taken:
        detail = f"{taken:,} of these numbers are registered to another company"
        raise CallerTaken(detail, pointer="/callers")
    fresh = [
        Caller(
            company=company,
            number=number,
            proof=proof,
            valid=since(moment.at),
            recorded=since(moment.known_at),
        )
        for number in range(numbers.first, numbers.last + 1)
        if number not in holders
    ]
    try:
        with transaction.atomic():
            Caller.objects.bulk_create(fresh, batch_size=2000)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "caller_one_at_a_time":
            raise
        raise CallerTaken(pointer="/callers") from error
    if fresh:
        ends = dict.fromkeys(phone.mask(number) for number in numbers)
        write_down(company, "callers_added", moment, user, what=f"{len(fresh):,}: {' – '.join(ends)}")
    return len(fresh)


@transaction.atomic
def remove_caller(*, company: Company, number: int, moment: Moment, user: Any = None) -> None:
    """End the company's use of a calling number at the moment. Raises `NotFound`."""
    row = Caller.objects.as_of(moment).select_for_update().filter(company=company, number=number).first()
    if row is None:
        raise NotFound("The company does not call from that number")
    ended = Caller.objects.get(pk=row.pk)
    ended.valid = since(row.valid.lower, moment.at)
    row.supersede(moment.known_at, ended)
    write_down(company, "callers_removed", moment, user, what=phone.mask(number))


@transaction.atomic
def remove_range(*, company: Company, numbers: Range, moment: Moment, user: Any = None) -> int:
    """End the company's use of those numbers of a range that it calls from; how many."""
    held = (
        Caller.objects.as_of(moment)
        .select_for_update()
        .filter(company=company, number__range=(numbers.first, numbers.last))
    )
    rows = list(held)
    for row in rows:
        ended = Caller.objects.get(pk=row.pk)
        ended.valid = since(row.valid.lower, moment.at)
        row.supersede(moment.known_at, ended)
    if rows:
        ends = dict.fromkeys(phone.mask(number) for number in numbers)
        write_down(company, "callers_removed", moment, user, what=f"{len(rows):,}: {' – '.join(ends)}")
    return len(rows)


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
