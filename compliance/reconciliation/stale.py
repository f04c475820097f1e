"""Which reconciliations must be done again, because calls or records came in for their days.

Rows are written, and nothing else: `hints.reconciliations` finds them.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from compliance.models import Reconciliation

#: The nightly round looks back so many days for company-days that were never reconciled; earlier ones are put on the
#: list when something comes in for them.
LOOK_BACK_DAYS = 7


def owners(callers: Iterable[int]) -> set[int]:
    """The companies that any of the calling numbers is or was registered to, as is known now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT company_id FROM registry_caller "
            "WHERE number = ANY (%s::bigint[]) AND upper_inf(recorded)",
            [list(callers)],
        )
        return {company_id for (company_id,) in cursor.fetchall()}


def mark(days: Iterable[date], *, owners: Iterable[int], present: datetime) -> None:
    """Say that something came in for the days (UTC) of these companies, and of callers of nobody.

    What is on record is stale from now on, until it begins again; a day that the nightly round does not look at gets
    a row. Runs in the caller's transaction: the lock on the row makes a run that begins now wait for what came in.
    """
    days, companies = sorted(days), [*sorted(owners), None]
    Reconciliation.objects.filter(
        Q(company_id__in=companies[:-1]) | Q(company_id=None), day__in=days
    ).order_by().update(stale_since=Coalesce("stale_since", Value(present)))
    early = present.date() - timedelta(days=LOOK_BACK_DAYS)
    Reconciliation.objects.bulk_create(
        [
            Reconciliation(company_id=company_id, day=day, requested_at=present)
            for day in days
            if day < early
            for company_id in companies
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
