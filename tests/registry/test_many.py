"""Of many questions one of each kind is asked; what comes out is what each would have been answered by itself."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from registry import models
from registry.models import OptOut
from registry.periods import since
from registry.predial import many
from registry.predial.facts import DECIDED
from tests.histories_stage import FIRST, SELLERS, TAPE, Stage, copy_in, question_of, told, undone
from tests.registry.many_questions import a_days_questions, put, told_by

COLUMNS = (
    "n, decision_id, allowed, reasons, standing, caller_registered, refused, out_of_all, out_of_sector, "
    "out_of_channel, ground, regime, hours, attempts_exceeded, policy_id, consent_record, relationship_record, "
    "opt_out_record, since, windows_key, calendar, zone_key"
)
EACH = f"WITH asked AS MATERIALIZED (SELECT * FROM many_question), {DECIDED} SELECT {COLUMNS} FROM decided ORDER BY n"
ALL = f"SELECT {COLUMNS} FROM many_judged ORDER BY n"


@pytest.fixture
def stage(db):
    many.open_tables()
    return Stage()


def rows(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_if_each_were_asked(stage, seed):
    generator = random.Random(seed)
    with undone():
        for base, numbers in told_by(generator, stage):
            put(a_days_questions(generator, base, numbers))
            many.answer()
            bounds = rows("SELECT min(before) - interval '70 days', max(before) FROM many_question")[0]
            each = rows(EACH, dict(zip(("earliest", "latest"), bounds, strict=True)))
            assert rows(ALL) == each


def test_it_meets_every_kind(stage):
    """The comparison above would prove nothing if nearly all were asked themselves, or none had records."""
    generator = random.Random(0)
    met = Counter()
    for _ in range(6):
        with undone():
            for base, numbers in told_by(generator, stage):
                put(a_days_questions(generator, base, numbers))
                many.answer()
                met.update(dict(rows("SELECT CASE WHEN n = asked_n THEN 'asked' ELSE 'spread' END, count(*) "
                                     "FROM many_answer WHERE alike GROUP BY 1")))  # fmt: skip
                met.update(dict(rows("SELECT 'itself', count(*) FROM many_answer WHERE NOT alike")))
                for record in ("opt_out_record", "consent_record", "relationship_record"):
                    met.update(dict(rows(f"SELECT '{record}', count(*) FROM many_answer WHERE alike "
                                         f"AND {record} IS NOT NULL AND n <> asked_n")))  # fmt: skip
    assert min(met["asked"], met["spread"], met["itself"]) > 200, met
    assert min(met["opt_out_record"], met["consent_record"], met["relationship_record"]) > 5, met


def test_it_asks_one_of_many_that_are_alike(stage):
    _, ((_, asked),) = told(stage, [bytes(TAPE)] * SELLERS, [bytes(TAPE)])
    numbers = range(FIRST[0] + 7000, FIRST[0] + 7100)
    put([(question_of(asked)._replace(number=number), *[asked.at] * 3) for number in numbers])
    many.answer()
    assert rows("SELECT count(*), count(DISTINCT asked_n) FROM many_answer") == [(100, 1)]
    assert rows("SELECT count(*) FROM many_judged WHERE decision_id IS NOT NULL") == [(100,)]


def test_it_asks_whoever_changes_within_the_time_by_itself(stage):
    """One of three said no between the first and the last of the questions."""
    _, ((_, asked),) = told(stage, [bytes(TAPE)] * SELLERS, [bytes(TAPE)])
    first = FIRST[0] + 7000
    later = asked.at + timedelta(hours=2)
    said = asked.at + timedelta(hours=1)
    copy_in(
        [
            OptOut(record_id=5 * 10**12, number=first + 1, scope="all", channels=("live",), said_at=said,
                   source="portal", valid=since(said), recorded=since(said))
        ]
    )  # fmt: skip
    put(
        [
            (question_of(asked)._replace(number=first + n), at, at, at)
            for at in (asked.at, later)
            for n in range(3)
        ]
    )
    many.answer()
    assert rows("SELECT n FROM many_answer WHERE NOT alike ORDER BY n") == [(1,), (4,)]
    assert rows("SELECT n FROM many_judged WHERE out_of_channel ORDER BY n") == [(4,)]


def a_consent(stage, asked, number, record, *, given=-100, until=None, on_record=None, **more):
    """One of the asked seller, given so many days before the question."""
    began = asked.at + timedelta(days=given)
    values = {"status": "recorded", "channels": (asked.channel,), "sectors": (asked.sector,)} | more
    return models.Consent(
        record_id=record, number=number, company_id=asked.seller, given_at=began, notice_id=stage.notice,
        on_record_since=asked.at + timedelta(days=given if on_record is None else on_record), evidence=[],
        method="web_form", reference=f"c-{record}", recorded=since(began),
        valid=since(began, None if until is None else asked.at + timedelta(days=until)), **values,
    )  # fmt: skip


def an_opt_out(asked, number, record, *, said=-50, **more):
    began = asked.at + timedelta(days=said)
    values = {"scope": "all", "channels": (asked.channel,)} | more
    return OptOut(
        record_id=record, number=number, said_at=began, source="portal", valid=since(began),
        recorded=since(began), **values,
    )  # fmt: skip


TWINS = {
    "a refusal before the consent": [{"said": -150}, {"said": -50}],
    "a consent that has expired": [{"until": -1}, {"until": 1}],
    "a consent that was taken back": [{"status": "revoked"}, {"status": "recorded"}],
    "a consent to another channel": [{"channels": ("sms", "prerecorded")}, {}],
    "a consent on record too late": [{"on_record": 1}, {}],
    "no consent": [None, {}],
}


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_it_takes_no_two_for_alike_that_differ(stage, twins):
    _, ((_, asked),) = told(stage, [bytes(TAPE)] * SELLERS, [bytes(TAPE)])
    numbers = [FIRST[0] + 7000 + n for n in range(4)]
    for n, number in enumerate(numbers):
        told_of = twins[n % 2]
        if told_of is not None and "said" in told_of:
            copy_in([an_opt_out(asked, number, 5 * 10**12 + n, **told_of)])
            told_of = {}
        if told_of is not None:
            copy_in([a_consent(stage, asked, number, 6 * 10**12 + n, **told_of)])
    put([(question_of(asked)._replace(number=number), *[asked.at] * 3) for number in numbers])
    many.answer()
    bounds = {"earliest": asked.at - timedelta(days=70), "latest": asked.at}
    assert rows(ALL) == rows(EACH, bounds)
    assert rows("SELECT n, asked_n FROM many_answer WHERE alike ORDER BY n") == [
        (0, 0),
        (1, 1),
        (2, 0),
        (3, 1),
    ]


def test_it_has_no_answer_without_questions(stage):
    put([])
    many.answer()
    assert rows("SELECT count(*) FROM many_answer") == [(0,)]


def test_it_makes_the_calling_hours_nobody_asked_about(stage):
    _, ((_, asked),) = told(stage, [bytes(TAPE)] * SELLERS, [bytes(TAPE)])
    models.Segment.objects.all().delete()
    models.Schedule.objects.all().delete()
    put([(question_of(asked)._replace(number=FIRST[0] + 7000 + n), *[asked.at] * 3) for n in range(9)])
    many.answer()
    assert rows("SELECT count(*) FROM many_judged WHERE decision_id IS NOT NULL") == [(9,)]
