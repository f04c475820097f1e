"""A scrub asks one number of each kind and spreads its answer; what comes out is what each would have been answered."""

import random
from collections import Counter

import pytest
from django.db import connection

from registry.errors import Undecidable
from registry.models import Check, OptOut
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
        around = neighbours(generator, min(min(asked.at, asked.known_at) for _, asked in pairs))
        numbers = sorted({*(asked.number for _, asked in pairs), *around, NOWHERE})
        for _, asked in generator.sample(pairs, 6):
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
    around = neighbours(generator, min(min(asked.at, asked.known_at) for _, asked in pairs))
    numbers = sorted({*(asked.number for _, asked in pairs), *around})
    met = Counter()
    for _, asked in pairs[:10]:
        scrub._stage(numbers)
        values = scrub.values_of(question_of(asked), Moment(asked.at, asked.known_at))
        kinds = f"WITH {scrub.ALIKE} SELECT alike, shape > 0 AS refused, count(*) AS numbers FROM known GROUP BY 1, 2"
        met.update({(row.alike, row.refused): row.numbers for row in scrub.run(kinds, values)})
        questions = scrub.run(f"WITH {scrub.ALIKE} SELECT count(*) AS numbers FROM asked", values)[0].numbers
        assert questions < len(numbers)
    assert met[True, True] > 20
    assert met[True, False] > 20
    assert met[False, True] > 5
    assert met[False, False] > 5


def test_it_writes_nothing_when_it_only_counts(acme, moment, ana):
    from tests.story import Ask
    from tests.story import Stage as Story

    question = Ask().question(Story(acme, acme, ana))
    judged = scrub.judge([ana, ana + 1], question, moment, write=False)
    assert [(group.numbers, group.check_ids) for group in judged.groups] == [([ana, ana + 1], [])]
    assert not Check.objects.exists()
    assert connection.in_atomic_block
