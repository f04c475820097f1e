"""Questions of many moments, about numbers whose histories differ in one thing or another."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from registry.models import OptOut
from registry.periods import since
from registry.predial import many
from tests.histories_stage import FIRST, MOST, SELLERS, TAPE, copy_in, put_on_record, question_of, told

#: A number of no country: the numbering plan has no place for it.
NOWHERE = 881612345678


def neighbours(generator, at):
    """Numbers beside those of the histories, most with one plain opt-out or none."""
    found = [first + 5000 + n for first in FIRST for n in range(10)]
    made = []
    for record, number in enumerate(found, 5 * 10**12):
        if generator.random() < 0.4:
            continue
        scope = generator.choice(["all", "all", "sector"])
        hours = generator.choice([(None, None), (None, None), (0, 1440), (540, 720)])
        said = at + timedelta(hours=generator.choice([-400, -300, -5, 2]))
        made.append(
            OptOut(
                record_id=record,
                number=number,
                scope=scope,
                sector=generator.choice(["insurance", "finance"]) if scope == "sector" else None,
                channels=generator.choice(
                    [("live",), ("live", "autodialed", "prerecorded", "sms"), ("sms",)]
                ),
                days=generator.choice([None, None, None, ("sat", "sun"), ("tue", "holiday")]),
                from_minute=hours[0],
                to_minute=hours[1],
                said_at=said,
                source="portal",
                valid=since(said),
                recorded=since(said + timedelta(minutes=generator.choice([0, 90]))),
            )
        )
    copy_in(made)
    return found


def retold(pairs, base, first):
    """Every history once more, as that of a number from `first` on: told to the company and at the time of `base`."""
    made = []
    for number, (record, asked) in enumerate(pairs, first):
        # They change places, so that what was told of two is not told of one.
        companies = {asked.seller: base.seller, base.seller: asked.seller}
        if asked.company != asked.seller and base.company != base.seller:
            companies |= {asked.company: base.company, base.company: asked.company}
        later = base.at - asked.at
        changed = {
            name: [
                moved(row, number, companies, later, (number % 10**7) * 10**5)
                for row in getattr(record, name)
            ]
            for name in ("opt_outs", "consents", "relationships", "reassignments", "checks")
        }
        made.append(replace(record, licences=[], callers=[], **changed))
    return made


def moved(row, number, companies, later, records):
    """A row of a history, of another number, by another company, at another time."""

    def shift(value):
        if isinstance(value, datetime):
            return value + later
        return tuple(map(shift, value)) if isinstance(value, tuple) else value

    values = {name: shift(value) for name, value in vars(row).items()} | {"number": number}
    for name in ("company", "seller"):
        if name in values:
            values[name] = companies.get(values[name], values[name])
    if "record" in values:
        values["record"] += records
    return type(row)(**values)


def put(questions):
    """Fill the table of questions: (question, at, known_at, before) each."""
    many.open_tables()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY many_question (n, company_id, seller_id, number, caller, sector, channel, purpose, at, known_at, "
            "before) FROM STDIN"
        ) as copy,
    ):
        for n, (asked, *times) in enumerate(questions):
            copy.write_row((n, *asked[:7], *times))


def a_days_questions(generator, base, numbers):
    """Questions within a day of one history's moment: its own about every number, and those of other parties."""
    lag = base.known_at - base.at
    minutes = generator.choice([[0], [0, 0, 0, 0, -600, -30, 45]])
    found = []
    for number in numbers:
        for _ in range(generator.choice([1, 1, 2])):
            party = question_of(base)._replace(number=number)
            if generator.random() < 0.1:
                party = party._replace(
                    sector=generator.randrange(2),
                    channel=generator.randrange(4),
                    purpose=generator.randrange(3),
                    company_id=generator.choice([base.company, base.seller]),
                )
            at = base.at + timedelta(minutes=generator.choice(minutes))
            early = timedelta(minutes=generator.choice([0, 0, 0, 1, 90, 6000]))
            found.append((party, at, at + lag, at - early))
    return found


def told_by(generator, stage):
    """Histories on record; bases of questions with the numbers to ask about."""
    tapes = (
        [generator.randbytes(TAPE) for _ in range(SELLERS)],
        [generator.randbytes(TAPE) for _ in range(MOST)],
    )
    sellers, pairs = told(stage, *tapes)
    around = neighbours(generator, min(min(asked.at, asked.known_at) for _, asked in pairs))
    records = [*sellers.values(), *(record for record, _ in pairs)]
    bases = []
    for n, (_, base) in enumerate(generator.sample(pairs, 4), 1):
        first = FIRST[0] + 10_000 * n if n % 2 else base.number // 1000 * 1000 + 10_000 * n
        records += retold(pairs, base, first)
        records += retold(pairs, base, first + MOST)
        bases.append((base, [*range(first, first + 2 * MOST), *around, base.number, NOWHERE]))
    put_on_record(stage, records)
    return bases
