"""One day of the demo: the companies ask before they dial, call, and report; most keep to the answers.

`ask` leaves the checks of the day. `finish` writes the call logs from them, has them loaded as an upload would be, and
audits the day. It may be run again: what is loaded and audited already is left alone.
"""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from compliance import calls
from compliance.audit import audit
from compliance.formats import native
from compliance.models import CallLog
from config.demo import cast
from config.demo.cast import AGREED, AMERICAN, BUILDER, CALLING, INSURER, LENDER, TEACHER, Part, person
from registry import ids
from registry.codes import CHANNELS, SECTORS
from registry.models import Check, Company
from registry.periods import Moment
from registry.phone import e164
from registry.predial.check import check
from registry.predial.facts import Question

#: How many numbers a company asks about at once, and how long it then dials.
BATCH, PAUSE = 12, timedelta(minutes=45)
#: People whom the insurer and the school call without asking on that day.
NOT_ASKED = (AGREED + 4, AGREED + 5)
#: Whom the insurer asked about the day before, and calls on that answer.
ASKED_BEFORE = AGREED + 6
FILE_NAME = "demo-calls.csv"


def ask(entered: dict[Part, Company], day: datetime) -> None:
    """The checks of the day, and one of the day before, in the order of their moments."""
    _ask(INSURER, entered[INSURER], [person(INSURER, ASKED_BEFORE)], day - timedelta(hours=21))
    left_out = {person(part, place) for part in (INSURER, TEACHER) for place in NOT_ASKED}
    left_out.add(person(INSURER, ASKED_BEFORE))
    for turn in range(-(-cast.PEOPLE // BATCH)):
        for place, part in enumerate(CALLING):
            numbers = [person(part, n) for n in range(cast.PEOPLE)][turn * BATCH : (turn + 1) * BATCH]
            moment = day + timedelta(hours=2, minutes=place) + turn * PAUSE
            _ask(part, entered[part], [number for number in numbers if number not in left_out], moment)
    # Nobody is called in New York before it is eleven there.
    _ask(LENDER, entered[LENDER], [AMERICAN], day + timedelta(hours=16))


def _ask(part: Part, company: Company, numbers: list[int], at: datetime) -> None:
    sector = SECTORS.index(part.sectors[0])
    live = CHANNELS.index("live")
    questions = [
        Question(company.pk, company.pk, number, part.callers[0], sector, live) for number in numbers
    ]
    check(questions, Moment.of(at))


def finish(*, day: datetime, clock: datetime, audited_at: datetime) -> None:
    """Have every company's calls of the day loaded, and audited at `audited_at`, unless that was done."""
    for part in CALLING:
        company = Company.objects.get(name=part.name)
        log = CallLog.objects.filter(company=company, file_name=FILE_NAME).first()
        if log is None:
            log = calls.accept(
                company=company,
                file=io.BytesIO(_file(part, company, day)),
                file_name=FILE_NAME,
                format="native",
                moment=Moment.of(clock),
            )
        if log.state != "completed":
            calls.load(log.pk, clock=clock)
        audit.audit(company.pk, day.date(), clock=audited_at)


def _file(part: Part, company: Company, day: datetime) -> bytes:
    """The company's call log, from the checks it made and what it did besides."""
    asked = {
        row.number: row
        for row in Check.objects.filter(company=company, checked_at__gte=day - timedelta(days=1)).order_by(
            "checked_at"
        )
    }
    rows = _honest(part, asked)
    if part is INSURER:
        rows += _insurers_offences(asked, day)
    elif part is BUILDER:
        rows += _builders_offences(asked)
    elif part is TEACHER:
        rows += _schools_offences(asked, day)
    rows.sort(key=lambda row: row["started_at"])
    out = io.StringIO()
    writer = csv.DictWriter(out, native.COLUMNS)
    writer.writeheader()
    for place, row in enumerate(rows):
        writer.writerow({**row, "call_id": f"demo-{place:04}", "started_at": row["started_at"].isoformat()})
    return out.getvalue().encode()


def _honest(part: Part, asked: dict[int, Check]) -> list[dict[str, Any]]:
    """Every number that the register allowed, within minutes of the answer."""
    left_for_later = {person(INSURER, ASKED_BEFORE)}
    rows = []
    for place, row in enumerate(asked.values()):
        if row.allowed and row.number not in left_for_later:
            talked = 0 if place % 5 == 4 else 20 + 37 * place % 160
            rows.append(
                _call(part, row.number, row.checked_at + timedelta(minutes=1 + place % 20), row, talked)
            )
    # One of them said in the call that they want no more of them.
    if part is LENDER and rows:
        rows[-2]["opt_out_requested"] = "true"
    return rows


def _insurers_offences(asked: dict[int, Check], day: datetime) -> list[dict[str, Any]]:
    def number(place: int) -> int:
        return person(INSURER, place)

    def check_of(place: int) -> Check:
        return asked[number(place)]

    opted_out, stranger, mismatched, late, pestered = (
        cast.OPTED_OUT,
        cast.STRANGER,
        AGREED + 7,
        AGREED + 8,
        AGREED + 9,
    )
    rows = [
        # Called though the register had said no.
        _call(
            INSURER,
            number(opted_out),
            check_of(opted_out).checked_at + timedelta(minutes=3),
            check_of(opted_out),
        ),
        _call(
            INSURER,
            number(stranger),
            check_of(stranger).checked_at + timedelta(minutes=3),
            check_of(stranger),
        ),
        # Called on yesterday's answer.
        _call(INSURER, number(ASKED_BEFORE), day + timedelta(hours=3), check_of(ASKED_BEFORE)),
        # Called from a number that was not the one asked for.
        _call(
            INSURER,
            number(mismatched),
            day + timedelta(hours=7),
            check_of(mismatched),
            caller=INSURER.callers[1],
        ),
        # Called at half past ten at night.
        _call(INSURER, number(late), day + timedelta(hours=14, minutes=30), check_of(late)),
    ]
    # Called without asking.
    rows += [
        _call(INSURER, number(place), day + timedelta(hours=5, minutes=place), None) for place in NOT_ASKED
    ]
    # Called again and again.
    rows += [
        _call(INSURER, number(pestered), day + timedelta(hours=8, minutes=20 * n), check_of(pestered), 0)
        for n in range(4)
    ]
    return rows


def _builders_offences(asked: dict[int, Check]) -> list[dict[str, Any]]:
    """It goes on calling its customers after its licence was suspended."""
    known = person(BUILDER, cast.STRANGER)
    denied = [row for row in asked.values() if not row.allowed and row.number < known][-4:]
    return [_call(BUILDER, row.number, row.checked_at + timedelta(minutes=5), row) for row in denied]


def _schools_offences(asked: dict[int, Check], day: datetime) -> list[dict[str, Any]]:
    """It calls somebody who had refused it, and people without asking."""
    refused = asked[person(TEACHER, cast.REFUSED)]
    rows = [_call(TEACHER, refused.number, refused.checked_at + timedelta(minutes=4), refused, 6)]
    strangers = [person(TEACHER, place) for place in (*NOT_ASKED, cast.PEOPLE, cast.PEOPLE + 1)]
    return rows + [
        _call(TEACHER, number, day + timedelta(hours=9, minutes=3 * n), None)
        for n, number in enumerate(strangers)
    ]


def _call(
    part: Part, number: int, at: datetime, asked: Check | None, talked: int = 45, *, caller: int | None = None
) -> dict[str, Any]:
    """One row of the log, but for its id. Nobody answered where nobody talked."""
    return {
        "number": e164(number),
        "caller": e164(caller or part.callers[0]),
        "started_at": at,
        "answered_at": (at + timedelta(seconds=9)).isoformat() if talked else "",
        "ended_at": (
            at + timedelta(seconds=9 + talked) if talked else at + timedelta(seconds=25)
        ).isoformat(),
        "duration_s": talked,
        "disposition": "answered" if talked else "no_answer",
        "channel": "live",
        "sector": part.sectors[0],
        "check_id": ids.public("chk", asked.pk) if asked else "",
        "opt_out_requested": "false",
        "campaign": "demo",
        "agent": f"agent-{number % 4 + 1}",
    }
