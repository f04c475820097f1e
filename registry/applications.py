"""Applications for a licence: file one, send it back, amend it, approve or refuse it.

Which step may be taken from where, and by whom, is the table of `application_steps.py`. An approval enters the company,
licenses it and registers its numbers, all in one transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from registry import application_steps, companies
from registry.caller_ranges import Range
from registry.codes import SECTORS
from registry.errors import ApplicationNotOpen, InvalidInput, NotFound
from registry.models import Application, ApplicationStep, Company, Document
from registry.periods import Moment

#: The most ranges of numbers of one application.
MOST_RANGES = 200


@transaction.atomic
def file(
    *,
    name: str,
    sectors: Iterable[str],
    contact_name: str,
    contact: str,
    moment: Moment,
    callers: Sequence[Range] = (),
    registration: str = "",
    region: str = "",
    document: Document | None = None,
    company: Company | None = None,
    user: Any = None,
) -> Application:
    """Put an application on record: by an officer (`user`) for whoever handed it in, or by a company itself.

    Raises `InvalidInput`.
    """
    row = Application(company=company, filed_at=moment.at)
    _fill(
        row,
        name=name,
        sectors=sectors,
        callers=callers,
        registration=registration,
        region=region,
        contact_name=contact_name,
        contact=contact,
        document=document,
    )
    row.save(force_insert=True)
    _step(row, "file", moment, user)
    return row


def _fill(row: Application, *, sectors: Iterable[str], callers: Sequence[Range], **values: Any) -> None:
    """Write what is asked for into a row that is not saved yet. Raises `InvalidInput`."""
    wanted = set(sectors)
    if not wanted or not wanted <= set(SECTORS):
        raise InvalidInput(f"Some of: {', '.join(SECTORS)}", pointer="/sectors")
    if len(callers) > MOST_RANGES:
        raise InvalidInput(f"At most {MOST_RANGES} ranges of numbers", pointer="/callers")
    row.sectors = [sector for sector in SECTORS if sector in wanted]
    row.callers = [list(numbers) for numbers in callers]
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)


@transaction.atomic
def amend(
    *, application_id: int, moment: Moment, text: str = "", user: Any = None, **values: Any
) -> Application:
    """Change what is asked for (the names of `file`); it is received again. Raises as `send_back`, `InvalidInput`."""
    row = _held(application_id)
    state = _next(row, "amend", user)
    _fill(row, **values)
    return _take(row, "amend", state, moment, user, text)


@transaction.atomic
def send_back(*, application_id: int, text: str, moment: Moment, user: Any) -> Application:
    """Say what is missing. Raises `NotFound`, `ApplicationNotOpen`, `InvalidInput`."""
    row = _held(application_id)
    return _take(row, "return", _next(row, "return", user), moment, user, _reason(text))


@transaction.atomic
def refuse(*, application_id: int, text: str, moment: Moment, user: Any) -> Application:
    """Refuse it for good. Raises as `send_back`."""
    row = _held(application_id)
    return _take(row, "refuse", _next(row, "refuse", user), moment, user, _reason(text))


@transaction.atomic
def approve(
    *,
    application_id: int,
    moment: Moment,
    user: Any,
    begins: datetime | None = None,
    ends: datetime | None = None,
    conditions: str = "",
    text: str = "",
) -> Application:
    """Enter the company, unless one of its registration is there; license it from `begins` (default: now) to `ends`.

    Its numbers are registered. Raises as `send_back`, and what `companies.license` and `companies.add_range` raise;
    nothing is done then.
    """
    row = _held(application_id)
    state = _next(row, "approve", user)
    if row.company is None and row.registration:
        # Whoever is in the register stays who they are: a new entry would shake off what was decided about the old one.
        row.company = Company.objects.filter(registration=row.registration).order_by("pk").first()
    if row.company is None:
        row.company = companies.enter(
            name=row.name, registration=row.registration, region=row.region, moment=moment, user=user
        )
    if row.document is not None and row.document.company_id is None:
        row.document.company = row.company
        row.document.save(update_fields=["company"])
    companies.license(
        company=row.company,
        sectors=row.sectors,
        moment=moment,
        begins=begins,
        ends=ends,
        conditions=conditions,
        note=text[:200],
        user=user,
    )
    for first, last in row.callers:
        companies.add_range(
            company=row.company, numbers=Range(first, last), moment=moment, proof=row.document, user=user
        )
    return _take(row, "approve", state, moment, user, text)


def _held(application_id: int) -> Application:
    row = Application.objects.select_for_update(of=("self",)).filter(pk=application_id).first()
    if row is None:
        raise NotFound
    return row


def _next(row: Application, step: str, user: Any) -> str:
    by = "company" if user is None else "regulator"
    state = application_steps.leads_to(row.state, step, by)
    if state is None:
        raise ApplicationNotOpen(f"The application is {row.state}; it cannot be: {step}")
    return state


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput("Say why, as the company is told", pointer="/text")
    return text.strip()


def _take(  # noqa: PLR0917  (a step in the order of its columns)
    row: Application, step: str, state: str, moment: Moment, user: Any, text: str
) -> Application:
    row.state = state
    row.save()
    _step(row, step, moment, user, text)
    return row


def _step(row: Application, step: str, moment: Moment, user: Any, text: str = "") -> None:
    ApplicationStep.objects.create(
        application=row,
        step=step,
        state=row.state,
        by="company" if user is None else "regulator",
        user=user,
        at=moment.known_at,
        text=text,
    )
