"""Random histories put on record: the shared stage, the rows of every history, a statement a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import connection, transaction
from django.db.models import AutoField

from registry import models, packs, places, policies, timetables
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.periods import since
from registry.predial.facts import Question
from tests import histories
from tests.oracle_rows import Place, Record, Terms
from tests.tape import LONG_AGO, Cast, Tape, Teller

#: Where each number begins: China, New York, Miami, an Australian mobile (eight zones), Paris, London, India, Milan.
FIRST = (
    8613800130000,
    12125550000,
    13055550000,
    61412340000,
    33142340000,
    442079460000,
    919820010000,
    390212340000,
)
#: Histories of one statement, sellers they share.
MOST = 50
SELLERS = 3
#: Bytes of one history: as many as nearly all of them read.
TAPE = 148
NOBODY = 861099990000
#: From here on the register knows other terms for finance: what no pack asks for today, some of it at once.
VERSION = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
VARIANTS = (
    {
        "basis": "consent_required",
        "consent_confirmation": "required",
        "consent_survives_opt_out": True,
        "relationship": {"purchase": "P6M", "inquiry": "P1M"},
        "caps": [{"max": 2, "window": "calendar_month", "per": "company_number"}],
    },
    {
        "basis": "opt_out",
        "windows": {},
        "exempt_purposes": [],
        "caps": [
            {"max": 1, "window": "rolling", "duration": "PT1H", "per": "company_number"},
            {"max": 3, "window": "rolling", "duration": "P30D", "per": "company_number"},
        ],
    },
    {
        "basis": "consent_required",
        "consent_confirmation": "required",
        "consent_survives_opt_out": False,
        "exempt_purposes": ["service", "survey"],
        "relationship": {},
        "caps": [],
        "windows": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
        | {"sun": [], "holiday": [["10:00", "12:00"]], "pre_holiday": []},
    },
)


class Stage:
    """The places, terms and companies that every history shares, put in the database."""

    def __init__(self):
        self.found = {first: places.of(first) for first in FIRST}
        self.terms = {}
        for n, jurisdiction in enumerate(sorted({place.jurisdiction for place in self.found.values()})):
            vary(jurisdiction, VARIANTS[n % len(VARIANTS)])
            self.terms[jurisdiction] = terms_of(jurisdiction)
        for place in self.found.values():
            make_calendars(place)
        companies = models.Company.objects.bulk_create(
            models.Company(name=f"Company {n}", created_at=LONG_AGO) for n in range(MOST + SELLERS)
        )
        self.companies = [company.pk for company in companies]
        self.notice = models.Notice.objects.create(
            company=companies[0], sha256="0" * 64, text="May we call?", created_at=LONG_AGO
        ).pk
        self.callers = {company: 861060000000 + n for n, company in enumerate(self.companies)} | {0: NOBODY}
        self.sellers = self.companies[MOST:]

    def cast(self, first, index):
        """Who plays in the history at `index`."""
        row = self.found[first]
        region, _, subdivision = row.calendar.partition("-")
        place = Place(tuple(row.zone_key.split(",")), region, subdivision or None)
        return Cast(self.companies[index], self.sellers, first + index, place, self.callers)


def make_calendars(place):
    """Make the holidays and calling hours of a place, which are otherwise made when first asked for."""
    timetables.ensure_holidays(place.calendar, 2025, 2027)
    rows = models.Policy.objects.filter(jurisdiction=place.jurisdiction).exclude(windows_key="")
    for key in set(rows.values_list("windows_key", flat=True)):
        timetables.ensure(key, place.calendar, place.zone_key, datetime(2026, 1, 1, tzinfo=UTC))


def vary(jurisdiction, changes):
    """Give the finance sector of a place other terms, on record from `VERSION` on."""
    for row in models.Policy.objects.current().filter(jurisdiction=jurisdiction, sector="finance"):
        values = row.terms | changes
        row.recorded = since(row.recorded.lower, VERSION)
        row.save(update_fields=["recorded"])
        terms = packs.Terms(
            row.valid.lower,
            row.valid.upper,
            row.pack,
            (row.pack,),
            values,
            row.citations,
            packs.digest_of(values),
        )
        policies.as_row(jurisdiction, "finance", terms, VERSION).save()


def terms_of(jurisdiction):
    """The terms of a place as the oracle reads them."""
    rows = models.Policy.objects.filter(jurisdiction=jurisdiction)
    return [
        Terms(
            sector=row.sector,
            values=row.terms,
            valid=(row.valid.lower, row.valid.upper),
            recorded=(row.recorded.lower, row.recorded.upper),
        )
        for row in rows
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Undo what was written: rows of these tables cannot be deleted."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def copy_in(rows):
    """Insert model instances of one kind, as fast as the database takes them."""
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(field.column for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {rows[0]._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            )


def put_on_record(stage, records):
    """Insert every row of the histories, a statement a table."""
    ids = count(10**9)

    def two_clocks(model, name, **more):
        made = []
        for record in records:
            for row in getattr(record, name):
                values = vars(row) | {name: fill(row) for name, fill in more.items()}
                values["valid"], values["recorded"] = since(*row.valid), since(*row.recorded)
                for told_name, column in (("company", "company_id"), ("record", "record_id")):
                    if told_name in values:
                        values[column] = values.pop(told_name)
                if "hours" in values:
                    values["from_minute"], values["to_minute"] = values.pop("hours") or (None, None)
                made.append(model(**values))
        copy_in(made)

    two_clocks(models.Licence, "licences")
    two_clocks(models.Caller, "callers")
    two_clocks(models.Reassignment, "reassignments", source=lambda row: "Telco")
    two_clocks(models.Relationship, "relationships", reference=lambda row: f"r-{row.record}")
    two_clocks(models.OptOut, "opt_outs", source=lambda row: "portal")
    two_clocks(
        models.Consent,
        "consents",
        notice_id=lambda row: stage.notice,
        evidence=lambda row: [],
        method=lambda row: "web_form",
        reference=lambda row: f"c-{row.record}",
    )
    copy_in([earlier_check(next(ids), row) for record in records for row in record.checks])


def earlier_check(pk, row):
    """An earlier check as the table has it; what the attempts do not look at is made up."""
    return models.Check(
        id=pk,
        number=row.number,
        company_id=NOBODY,
        seller_id=row.seller,
        caller=NOBODY,
        decision_id=0,
        policy_id=0,
        sector="insurance",
        channel="live",
        purpose="marketing",
        kind=row.kind,
        allowed=row.allowed,
        checked_at=row.checked_at,
        valid_until=row.checked_at + timedelta(hours=1) if row.allowed else None,
    )


def question_of(asked):
    return Question(
        company_id=asked.company,
        seller_id=asked.seller,
        number=asked.number,
        caller=asked.caller,
        sector=SECTORS.index(asked.sector),
        channel=CHANNELS.index(asked.channel),
        purpose=PURPOSES.index(asked.purpose),
    )


def told(stage, seller_tapes, history_tapes):
    """The histories with their questions, and what must be put on record for all of them."""
    sellers = {}
    for company, tape in zip(stage.sellers, seller_tapes, strict=True):
        cast = replace(stage.cast(FIRST[0], 0), company=company)
        teller = Teller(
            Tape(tape),
            histories.question_time(Tape(tape), cast.place),
            cast,
            Record(cast.place),
            0,
        )
        histories.tell_company(teller, company)
        sellers[company] = teller.record
    pairs = []
    for index, tape in enumerate(history_tapes):
        first = FIRST[tape[-1] % len(FIRST)]
        terms = stage.terms[stage.found[first].jurisdiction]
        pairs.append(histories.tell(tape[:-1], stage.cast(first, index), terms, 10**12 + index * 100))
    return sellers, pairs


def whole(record, sellers):
    """A history's record with what is known of the sellers, which several histories share."""
    return replace(
        record,
        licences=[*record.licences, *(row for seller in sellers.values() for row in seller.licences)],
        callers=[*record.callers, *(row for seller in sellers.values() for row in seller.callers)],
    )
