"""What the carrier of the demo carried on its day: nearly what the companies reported, and a swindler beside them.

Set against the logs it leaves calls that nobody carried, two and a complained-of one that nobody reported, and a
number of no company that dials as a machine does.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from compliance import carrier_records
from compliance.formats import native
from compliance.models import Call, CarrierRecord
from compliance.reconciliation.reconciliation import reconcile, request
from config.demo import cast
from config.demo.cast import AGREED, CARRIER, INSURER, person
from config.demo.complaints import SWINDLER, UNREPORTED
from registry.models import Company
from registry.periods import Moment
from registry.phone import e164

FILE_NAME = "demo-carried.csv"
#: People of the insurer whose calls the carrier does not know, and whom it called without saying so.
NOT_CARRIED, NOT_REPORTED = (AGREED + 10, AGREED + 11, AGREED + 12), (cast.STRANGER + 8, cast.STRANGER + 9)
#: How many numbers in a row the swindler's machine dials; each so many-th answers, and hangs up.
DIALLED, ANSWERED = 90, 10


def finish(*, day: datetime, clock: datetime) -> None:
    """Have the carrier's file loaded and every company's day reconciled, unless that was done."""
    carrier = Company.objects.filter(name=CARRIER.name).earliest("id")
    held = CarrierRecord.objects.filter(company=carrier, file_name=FILE_NAME).first()
    if held is None:
        held = carrier_records.accept(
            company=carrier,
            file=io.BytesIO(_file(day)),
            file_name=FILE_NAME,
            format="native",
            complete_from=day.isoformat(),
            complete_until=(day + timedelta(days=1)).isoformat(),
            moment=Moment.of(clock),
        )
    elif held.state == "completed":
        return
    carrier_records.load(held.pk, clock=clock)
    for company_id, each in request(day.date(), day.date(), clock=clock):
        reconcile(company_id, each, clock=clock)


def _file(day: datetime) -> bytes:
    rows = sorted([*_reported(day), *_hidden(day), *_swindled(day)], key=lambda row: row["started_at"])
    out = io.StringIO()
    writer = csv.DictWriter(out, native.COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for place, row in enumerate(rows):
        writer.writerow({**row, "call_id": f"cdr-{place:05}", "started_at": row["started_at"].isoformat()})
    return out.getvalue().encode()


def _reported(day: datetime) -> Iterator[dict[str, Any]]:
    """The calls of the companies' logs, begun a second later by the carrier's clock."""
    left_out = {person(INSURER, place) for place in NOT_CARRIED}
    for call in Call.objects.filter(started_at__gte=day, started_at__lt=day + timedelta(days=1)):
        if call.number not in left_out and call.caller is not None:
            yield _row(call.number, call.caller, call.started_at + timedelta(seconds=1), call.duration_s)


def _hidden(day: datetime) -> Iterator[dict[str, Any]]:
    """What the insurer did not report: two calls in the evening, and the one that somebody complained of."""
    for place in NOT_REPORTED:
        yield _row(person(INSURER, place), INSURER.callers[1], day + timedelta(hours=11, minutes=place), 75)
    complained_of = day + timedelta(hours=6, minutes=20)
    yield _row(person(INSURER, UNREPORTED), INSURER.callers[1], complained_of, 40)


def _swindled(day: datetime) -> Iterator[dict[str, Any]]:
    """One number after the other, late in the evening in China; hardly anybody answers, and not for long."""
    for place in range(DIALLED):
        at = day + timedelta(hours=14, seconds=25 * place)
        yield _row(cast.REGISTERED[0] + 2 * place, SWINDLER, at, 0 if place % ANSWERED else 4)


def _row(number: int, caller: int, at: datetime, talked: int) -> dict[str, Any]:
    """One row of the file, but for its id. Nobody answered where nobody talked."""
    answered = at + timedelta(seconds=9)
    return {
        "number": e164(number),
        "caller": e164(caller),
        "started_at": at,
        "answered_at": answered.isoformat() if talked else "",
        "ended_at": (answered + timedelta(seconds=talked or 15)).isoformat(),
        "duration_s": talked,
        "disposition": "answered" if talked else "no_answer",
    }
