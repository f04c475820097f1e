"""Who plays in the demo: companies of the four worst sectors, a carrier, and the people they would like to call.

The numbers lie in blocks that look reserved; the names are made up. All moments are counted back from `day`, the
midnight (UTC) at which the day of the calls begins.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from registry import companies, consents, disputes, opt_outs, reassignments, relationships, suspensions
from registry.lists import consents as consent_files
from registry.lists import opt_outs as opt_out_lists
from registry.lists.rows import Rejected
from registry.lists.text import Source
from registry.models import Company, Consent
from registry.periods import Moment
from registry.phone import e164

#: What the companies of the demo have instead of a number in the company register.
REGISTRATION = "DEMO"
#: How many days before the day of the calls they were entered.
ENTERED = 400


@dataclass(frozen=True)
class Part:
    """A company of the demo. `block` is where its people's numbers begin."""

    name: str
    sectors: tuple[str, ...]
    callers: tuple[int, ...]
    block: int
    kind: str = "company"


INSURER = Part("Taihe Life 泰和人寿 (demo)", ("insurance",), (861055550101, 861055550102), 8613900010000)
LENDER = Part("Dinghui Finance 鼎汇金融 (demo)", ("finance", "insurance"), (862155550111,), 8613900020000)
BUILDER = Part("Jincheng Homes 锦城置业 (demo)", ("real_estate",), (862855550121,), 8613900030000)
TEACHER = Part("Qiming Education 启明教育 (demo)", ("education",), (862055550131,), 8613900040000)
CARRIER = Part("Demo Telecom 示范电信 (demo)", (), (), 0, kind="carrier")
CALLING = (INSURER, LENDER, BUILDER, TEACHER)

#: The people of each company, by their place in its block. Up to `CUSTOMER` they agreed to calls, then come customers
#: who bought something, then people who never heard of the company, up to `PEOPLE`.
CUSTOMER, STRANGER, PEOPLE = 40, 55, 70
#: What became of some who had agreed.
OPTED_OUT, OPTED_OUT_OF_SECTOR, REFUSED, REVOKED, DISPUTED, CONFIRMED, MOVED, EXPIRED = range(8)
#: From here on they agreed, and that is all.
AGREED = 20
#: People who want no calls at all, and whom the companies do not know.
REGISTERED = range(8613900090000, 8613900090300)
#: The one abroad: a number that the North American plan keeps for fiction.
AMERICAN = 12125550123

_NOTICE = {
    INSURER: "我同意泰和人寿通过电话向我介绍保险产品,可随时撤回。",
    LENDER: "我同意鼎汇金融就贷款产品与我电话联系,可随时撤回。",
    BUILDER: "我同意锦城置业来电介绍新楼盘,可随时撤回。",
    TEACHER: "我同意启明教育来电介绍课程,可随时撤回。",
}


def person(part: Part, place: int) -> int:
    """The number of a company's person."""
    return part.block + place


def ago(day: datetime, days: float) -> Moment:
    """Ten in the morning in China, so many days before the day."""
    return Moment.of(day + timedelta(hours=2) - timedelta(days=days))


def day_of(company: Company) -> datetime:
    """The day of the calls of a demo that was loaded before."""
    return company.created_at - timedelta(hours=2) + timedelta(days=ENTERED)


def since(day: datetime, clock: datetime, share: float) -> datetime:
    """A moment between the end of the day (0) and `clock` (1): what came of the day happened in some order."""
    ended = day + timedelta(days=1)
    return ended + max(clock - ended, timedelta()) * share


def enter(day: datetime) -> dict[Part, Company]:
    """Companies, their licences, and what people told them, in the order in which it happened."""
    entered = {part: _company(part, ago(day, ENTERED)) for part in (*CALLING, CARRIER)}
    _lists(entered[CARRIER], day)
    for part in CALLING:
        _agree(part, entered[part], day)
        _buy(part, entered[part], day)
        _change_their_minds(part, entered[part], day)
    # The builder loses its licence in the middle of the day, and goes on calling.
    suspensions.suspend(
        company=entered[BUILDER],
        moment=Moment.of(day + timedelta(hours=4)),
        note="Complaints to 12321 (demo)",
    )
    return entered


def _company(part: Part, moment: Moment) -> Company:
    company = companies.enter(name=part.name, kind=part.kind, registration=REGISTRATION, moment=moment)
    companies.license(company=company, sectors=part.sectors, moment=moment, note="Demo")
    for number in part.callers:
        companies.add_caller(company=company, number=number, moment=moment)
    return company


def _lists(carrier: Company, day: datetime) -> None:
    """A carrier's list of people who want no sales calls, and a shorter one about real estate."""
    for days, numbers, scope, sector in (
        (90, REGISTERED, "all", None),
        (80, REGISTERED[::6], "sector", "real_estate"),
    ):
        terms = opt_out_lists.Terms(
            moment=ago(day, days), scope=scope, sector=sector, source="carrier", reporter=carrier
        )
        text = "".join(f"{e164(number)}\n" for number in numbers)
        opt_out_lists.load(Source(io.BytesIO(text.encode())), terms, on_reject=_refuse)


def _agree(part: Part, company: Company, day: datetime) -> None:
    """The people who agreed, each on a day of their own, recorded by the company in one file the day after."""
    recorded = ago(day, 55)
    out = io.StringIO()
    writer = csv.DictWriter(out, consent_files.COLUMNS)
    writer.writeheader()
    numbers = [person(part, place) for place in range(CUSTOMER)] + ([AMERICAN] if part is LENDER else [])
    for place, number in enumerate(numbers):
        given_at = recorded.at - timedelta(days=1, minutes=7 * place)
        writer.writerow(
            {
                "number": e164(number),
                "sectors": "|".join(part.sectors),
                "channels": "live|sms" if place % 3 else "live",
                "given_at": given_at.isoformat(),
                "expires_at": ago(day, 5).at.isoformat() if place == EXPIRED else "",
                "method": "voice_recording" if place % 4 == 0 else "web_form",
                "notice": _NOTICE[part],
                "evidence_sha256": sha256(f"{part.name} {number}".encode()).hexdigest(),
                "evidence_uri": "",
                "source_url": "https://demo.example/consent",
                "reference": _reference(place),
            }
        )
    consent_files.load(
        Source(io.BytesIO(out.getvalue().encode())), company=company, moment=recorded, on_reject=_refuse
    )


def _buy(part: Part, company: Company, day: datetime) -> None:
    """The customers: a purchase a month ago, reported by the company at once."""
    moment = ago(day, 30)
    for place in range(CUSTOMER, STRANGER):
        relationships.record(
            company=company,
            number=person(part, place),
            kind="purchase",
            last_at=moment.at,
            reference=f"order-{place:03}",
            sector=part.sectors[0],
            moment=moment,
        )


def _change_their_minds(part: Part, company: Company, day: datetime) -> None:
    """What some who had agreed said later."""

    def consent(place: int) -> int:
        return (
            Consent.objects.current().filter(company=company, reference=_reference(place)).first().record_id
        )

    opt_outs.register(number=person(part, OPTED_OUT), scope="all", source="portal", moment=ago(day, 10))
    opt_outs.register(
        number=person(part, OPTED_OUT_OF_SECTOR),
        scope="sector",
        sector=part.sectors[0],
        source="sms",
        moment=ago(day, 9),
    )
    opt_outs.register(
        number=person(part, REFUSED), scope="company", company=company, source="phone", moment=ago(day, 8)
    )
    consents.revoke(record_id=consent(REVOKED), moment=ago(day, 20))
    consents.dispute(record_id=consent(DISPUTED), moment=ago(day, 12))
    if part is INSURER:
        # The others have not answered so far.
        disputes.answer(
            record_id=consent(DISPUTED),
            company_id=company.pk,
            text="您在我司回访电话中口头同意,录音可供核对。",
            evidence=[],
            moment=ago(day, 6),
        )
    consents.confirm(record_id=consent(CONFIRMED), moment=ago(day, 18))
    reassignments.record(
        number=person(part, MOVED), changed_at=ago(day, 16).at, source=CARRIER.name, moment=ago(day, 15)
    )
    # One who only wants to be left alone on weekends and holidays.
    opt_outs.register(
        number=person(part, AGREED + 1),
        scope="all",
        days=["sat", "sun", "holiday"],
        source="portal",
        moment=ago(day, 7),
    )


def _reference(place: int) -> str:
    return f"form-{place:03}"


def _refuse(rejected: Rejected) -> None:
    raise RuntimeError(f"The demo's own list is refused at line {rejected.line}: {rejected.message}")
