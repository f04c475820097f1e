"""A scrub asks one number of each kind and spreads its answer; what comes out is what each would have been answered."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from registry.codes import CHANNELS
from registry.errors import Undecidable
from registry.models import Check, Consent, OptOut
from registry.periods import Moment, since
from registry.predial import scrub
from registry.predial.facts import ask
from tests.histories_stage import (
    FIRST,
    MOST,
    SELLERS,
    TAPE,
    Stage,
    copy_in,
    put_on_record,
    question_of,
    told,
    undone,
)

#: What a check keeps of its answer, here and there.
EVIDENCE = (
    ("decision_id", "decision_id"),
    ("policy_id", "policy_id"),
    ("consent", "consent"),
    ("relationship", "relationship"),
    ("opt_out", "opt_out"),
    ("since", "since"),
    ("basis_ends_at", "basis_ends_at"),
    ("valid_until", "valid_until"),
    ("free_at", "free_at"),
)
#: A number of no country: the numbering plan has no place for it.
NOWHERE = 881612345678


@pytest.fixture
def stage(db):
    return Stage()


def of_sellers(stage, generator, pairs, count):
    """Questions for the sellers that hold the consents of many."""
    held = [asked for _, asked in pairs if asked.seller in stage.sellers]
    return generator.sample(held, min(count, len(held)))


def neighbours(generator, at):
    """Numbers beside those of the histories, each with one opt-out or none."""
    found = [first + 5000 + n for first in FIRST for n in range(12)]
    rows = []
    for record, number in enumerate(found, 5 * 10**12):
        if generator.random() < 0.3:
            continue
        scope = generator.choice(["all", "all", "sector"])
        hours = generator.choice([(None, None), (None, None), (0, 1440), (540, 720)])
        rows.append(
            OptOut(
                record_id=record,
                number=number,
                scope=scope,
                sector=generator.choice(["insurance", "finance"]) if scope == "sector" else None,
                channels=generator.choice(
                    [("live",), ("live", "autodialed", "prerecorded", "sms"), ("sms",)]
                ),
                days=generator.choice([None, None, ("sat", "sun"), ("tue", "holiday")]),
                from_minute=hours[0],
                to_minute=hours[1],
                said_at=at,
                source="portal",
                valid=since(at.replace(microsecond=generator.randrange(1000))),
                recorded=since(at),
            )
        )
    copy_in(rows)
    return found


def customers(stage, generator, at, questions):
    """More numbers beside them, each with a consent of a seller's in some versions, and an opt-out or none.

    Consents and opt-outs are of the same millisecond, so that either may be the later one; some consents came on record
    just after a question.
    """
    late = [asked.at + timedelta(seconds=1) for asked in questions if asked.known_at > asked.at] or [at]
    found = [first + 7000 + n for first in FIRST[:3] for n in range(70)]
    rows, opt_outs = [], []
    for record, number in enumerate(found, 6 * 10**12):
        given, later = (at.replace(microsecond=generator.randrange(1000)) for _ in range(2))
        middle = at + timedelta(days=generator.choice([1, 20, 60, 100, 200]))
        versions = generator.choice(
            [
                [(given, None, "recorded")],
                [(given, middle, "recorded")],
                [(given, middle, "recorded"), (middle, None, "confirmed")],
                [(given, middle, "recorded"), (middle, None, "revoked")],
                [(given, middle, "confirmed"), (middle, None, "disputed")],
                [(at - timedelta(days=2), at - timedelta(days=1), "revoked"), (given, None, "recorded")],
            ]
        )
        if versions[0][2] == "revoked":
            given -= timedelta(days=generator.choice([0, 1, 3]))
        sectors = generator.choice([("insurance", "finance"), ("insurance",)])
        channels = generator.choice([CHANNELS, CHANNELS, ("live",)])
        company = generator.choice(stage.sellers)
        on_record = generator.choice([at, generator.choice(late)])
        rows += [
            Consent(
                record_id=record,
                number=number,
                company_id=company,
                sectors=sectors,
                channels=channels,
                status=status,
                given_at=given,
                on_record_since=on_record,
                valid=since(start, end),
                recorded=since(on_record),
                notice_id=stage.notice,
                evidence=[],
                method="web_form",
                reference=f"x-{record}",
            )
            for start, end, status in versions
        ]
        if generator.random() < 0.5:
            scope = generator.choice(["all", "all", "company"])
            opt_outs.append(
                OptOut(
                    record_id=record,
                    number=number,
                    scope=scope,
                    company_id=company if scope == "company" else None,
                    channels=CHANNELS,
                    said_at=later,
                    source="portal",
                    valid=since(later),
                    recorded=since(later),
                )
            )
    copy_in(rows)
    copy_in(opt_outs)
    return found


def kept(check):
    return {name: getattr(check, name) for name, _ in EVIDENCE} | {"at": check.checked_at}


def answered(answer):
    return {name: getattr(answer, other) for name, other in EVIDENCE} | {"at": answer.at}


@pytest.mark.parametrize("seed", range(5))
def test_it_answers_as_if_each_number_were_asked(stage, seed):
    generator = random.Random(seed)
    tapes = (
        [generator.randbytes(TAPE) for _ in range(SELLERS)],
        [generator.randbytes(TAPE) for _ in range(MOST)],
    )
    sellers, pairs = told(stage, *tapes)
    with undone():
        put_on_record(stage, [*sellers.values(), *(record for record, _ in pairs)])
        first = min(min(asked.at, asked.known_at) for _, asked in pairs)
        questions = of_sellers(stage, generator, pairs, 6)
        around = [*neighbours(generator, first), *customers(stage, generator, first, questions)]
        numbers = sorted({*(asked.number for _, asked in pairs), *around, NOWHERE})
        for asked in questions:
            moment = Moment(asked.at, asked.known_at)
            question = question_of(asked)
            plain = ask([question._replace(number=number) for number in numbers], moment)

            judged = scrub.judge(numbers, question, moment)

            written = [check for group in judged.groups for check in group.check_ids]
            checks = {row.number: row for row in Check.objects.filter(pk__in=written)}
            for number, answer in zip(numbers, plain, strict=True):
                if isinstance(answer, Undecidable):
                    assert type(judged.undecided[number]) is type(answer)
                    assert number not in checks
                else:
                    assert kept(checks[number]) == answered(answer), number
            groups = {
                number: (group.allowed, group.reasons, check)
                for group in judged.groups
                for number, check in zip(group.numbers, group.check_ids, strict=True)
            }
            assert groups == {
                answer.question.number: (
                    answer.decision.allowed,
                    answer.decision.reasons,
                    checks[answer.question.number].pk,
                )
                for answer in plain
                if not isinstance(answer, Undecidable)
            }


def test_it_meets_both_kinds(stage):
    """The comparison above would prove nothing if every number were asked in full, or none had an opt-out."""
    generator = random.Random(0)
    tapes = (
        [generator.randbytes(TAPE) for _ in range(SELLERS)],
        [generator.randbytes(TAPE) for _ in range(MOST)],
    )
    sellers, pairs = told(stage, *tapes)
    put_on_record(stage, [*sellers.values(), *(record for record, _ in pairs)])
    first = min(min(asked.at, asked.known_at) for _, asked in pairs)
    questions = of_sellers(stage, generator, pairs, 10)
    around = [*neighbours(generator, first), *customers(stage, generator, first, questions)]
    numbers = sorted({*(asked.number for _, asked in pairs), *around})
    met = Counter()
    for asked in questions:
        scrub._stage(numbers)
        values = scrub.values_of(question_of(asked), Moment(asked.at, asked.known_at))
        kinds = f"""WITH {scrub.ALIKE}
            SELECT alike, said > 0 AS refused, agreed IS NOT NULL AS agreed, count(*) AS numbers
            FROM known GROUP BY 1, 2, 3"""
        met.update({(row.alike, row.refused, row.agreed): row.numbers for row in scrub.run(kinds, values)})
        questions = scrub.run(f"WITH {scrub.ALIKE} SELECT count(*) AS numbers FROM asked", values)[0].numbers
        assert questions < len(numbers)
    for refused in (True, False):
        assert met[True, refused, True] > 20
        assert met[True, refused, False] > 20
        assert met[False, refused, False] > 5


def test_it_writes_nothing_when_it_only_counts(acme, moment, ana):
    from tests.story import Ask
    from tests.story import Stage as Story

    question = Ask().question(Story(acme, acme, ana))
    judged = scrub.judge([ana, ana + 1], question, moment, write=False)
    assert [(group.numbers, group.check_ids) for group in judged.groups] == [([ana, ana + 1], [])]
    assert not Check.objects.exists()
    assert connection.in_atomic_block
