"""What the tests of the reconciliation are told in: calls as carriers recorded them, one company-day reconciled."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import count

from django.db import connection

from compliance.models import CarrierCoverage, CarrierRecord, Discrepancy
from compliance.models.calls import DISPOSITIONS
from compliance.reconciliation.reconciliation import reconcile, request
from registry import partitions
from registry.models import Company
from registry.periods import since
from tests.compliance.calls_made import DAY, LATER, at
from tests.story import ACME_CALLER, ANA

_ids = count(1)


def carried(
    carrier: Company,
    clock: str | datetime,
    *,
    number: int = ANA,
    caller: int | None = ACME_CALLER,
    disposition: str = "answered",
    seconds: int = 60,
    received: datetime | None = None,
) -> int:
    """The carrier carried a call, and its records say so; the id of the row."""
    started = at(clock) if isinstance(clock, str) else clock
    partitions.ensure("compliance_carriercall", [partitions.month_of(started)])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO compliance_carriercall (started_at, answered_at, ended_at, received_at, company_id, number, "
            "caller, carrier_record_id, duration_s, disposition, call_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s) RETURNING id",
            [
                started,
                started if disposition == "answered" else None,
                started + timedelta(seconds=seconds),
                received or started + timedelta(hours=1),
                carrier.pk,
                number,
                caller,
                seconds if disposition == "answered" else 0,
                DISPOSITIONS.index(disposition),
                f"x{next(_ids)}",
            ],
        )
        return cursor.fetchone()[0]


def covers(
    carrier: Company,
    caller: int = ACME_CALLER,
    *,
    begins: str = "2026-03-09 00:00",
    ends: str = "2026-03-12 00:00",
) -> None:
    """The carrier says that its records hold every call of the caller in a time."""
    row = CarrierRecord.objects.create(
        company=carrier,
        format="native",
        file="",
        sha256="",
        bytes_total=1,
        state="completed",
        created_at=at("2026-03-11 00:00"),
    )
    CarrierCoverage.objects.create(
        carrier_record=row,
        company=carrier,
        caller=caller,
        valid=since(at(begins), at(ends)),
        recorded_at=row.created_at,
    )


def reconciled(company: Company | None, day: date = DAY, clock: datetime = LATER) -> dict:
    """Queue the day's reconciliation and do it."""
    request(day, day, [company.pk] if company else None, clock=clock)
    return reconcile(company.pk if company else None, day, clock=clock)


def standing() -> Counter:
    """How many discrepancies of each kind are open."""
    return Counter(Discrepancy.objects.filter(state="open").values_list("kind", flat=True))
