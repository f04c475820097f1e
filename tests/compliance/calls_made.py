"""What the tests of the audit are told in: checks asked and calls made, at Chinese wall times on 10 March 2026."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.db import connection

from compliance.audit import audit
from compliance.models import Violation
from compliance.models.calls import DISPOSITIONS
from registry import companies, consents, opt_outs, partitions
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.models import Company
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.story import ACME_CALLER, ANA, SELLER_CALLER, when

DAY = date(2026, 3, 10)
#: When the audits of the tests run: long after.
LATER = datetime(2026, 3, 20, tzinfo=UTC)
_ids = count(1)


def client() -> Company:
    """A seller that Acme may dial for, licensed as Acme is."""
    since_2025 = Moment.of(when("2025-01-01 00:00"))
    company = companies.enter(name="Seller Life", moment=since_2025)
    companies.license(company=company, sectors=["insurance", "finance"], moment=since_2025)
    companies.add_caller(company=company, number=SELLER_CALLER, moment=since_2025)
    return company


def at(clock: str) -> datetime:
    """`10:00` or `10:00:05` on the day, or a whole date and time; Chinese wall time."""
    return when(clock if "-" in clock else f"2026-03-10 {clock}")


def asked(
    company: Company,
    clock: str | datetime,
    *,
    number: int = ANA,
    caller: int = ACME_CALLER,
    seller=None,
    sector: str = "insurance",
    channel: str = "live",
    purpose: str = "marketing",
) -> int:
    """The company asks; the id of its check."""
    question = Question(
        company.pk,
        (seller or company).pk,
        number,
        caller,
        SECTORS.index(sector),
        CHANNELS.index(channel),
        PURPOSES.index(purpose),
    )
    (answer,) = check([question], Moment.of(at(clock) if isinstance(clock, str) else clock))
    return answer.check_id


def called(
    company: Company,
    clock: str | datetime,
    *,
    number: int = ANA,
    caller: int | None = ACME_CALLER,
    check_id: int | None = None,
    sector: str = "insurance",
    channel: str = "live",
    disposition: str = "answered",
    call_log: int = 1,
) -> int:
    """The company calls, and its log says so; the id of the call."""
    started = at(clock) if isinstance(clock, str) else clock
    partitions.ensure("compliance_call", [partitions.month_of(started)])
    n = next(_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO compliance_call (started_at, received_at, company_id, number, caller, check_id, call_log_id, "
            "disposition, channel, sector, opt_out_requested, call_id, natural_key) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s, %s) RETURNING id",
            [
                started,
                started + timedelta(hours=1),
                company.pk,
                number,
                caller,
                check_id,
                call_log,
                DISPOSITIONS.index(disposition),
                CHANNELS.index(channel),
                SECTORS.index(sector),
                f"c{n}",
                f"k{n}",
            ],
        )
        return cursor.fetchone()[0]


def agreed(
    company: Company,
    clock: str = "2026-02-01 09:00",
    *,
    number: int = ANA,
    recorded: str | None = None,
    sectors=("insurance",),
    channels=("live",),
) -> int:
    """The person agrees to calls, and the company records it; the consent's record."""
    row, _ = consents.record(
        company=company,
        number=number,
        sectors=sectors,
        channels=channels,
        given_at=at(clock),
        method="web_form",
        notice_text="We may call you.",
        evidence=[{"type": "page", "sha256": "0" * 64}],
        reference=f"consent-{next(_ids)}",
        moment=Moment.of(at(recorded or clock)),
    )
    return row.record_id


def refused(company: Company | None, clock: str, *, number: int = ANA, recorded: str | None = None) -> int:
    """The person refuses the company (or everybody); the opt-out's record."""
    row = opt_outs.register(
        number=number,
        scope="company" if company else "all",
        company=company,
        said_at=at(clock),
        source="portal",
        moment=Moment.of(at(recorded or clock)),
    )
    return row.record_id


def audited(company: Company, day: date = DAY, clock: datetime = LATER) -> dict:
    """Queue the day's audit and do it."""
    audit.request(day, day, [company.pk], clock=clock)
    return audit.audit(company.pk, day, clock=clock)


def found(call: int) -> list[str]:
    """The codes that stand against a call, in alphabetical order."""
    return sorted(
        Violation.objects.filter(call=call).exclude(status="withdrawn").values_list("code", flat=True)
    )


def standing() -> Counter:
    """How many violations of each code stand."""
    return Counter(Violation.objects.exclude(status="withdrawn").values_list("code", flat=True))
