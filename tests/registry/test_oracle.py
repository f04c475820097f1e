"""`facts.sql` against the slow loader of `tests/oracle.py`, over thousands of random histories a run."""

import random
from dataclasses import asdict
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.decision import DOMAINS, Facts, decide
from registry.errors import Undecidable
from registry.periods import Moment
from registry.predial import facts
from tests import oracle
from tests.histories_stage import MOST, SELLERS, TAPE, Stage, put_on_record, question_of, told, undone, whole

tapes = st.binary(min_size=TAPE, max_size=TAPE)


@pytest.fixture
def stage(db):
    return Stage()


def shown(value):
    """A value of a row in few letters."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shown, value)) + ")"
    return str(value)


def story(record, asked):
    """A history in lines, without its terms and what it has nothing to do with."""
    lines = [f"asked {' '.join(f'{name}={shown(value)}' for name, value in asdict(asked).items())}"]
    for name in ("licences", "callers", "opt_outs", "consents", "relationships", "reassignments", "checks"):
        for row in getattr(record, name):
            values = asdict(row)
            if values.get("company", asked.company) in (None, asked.company, asked.seller):
                lines.append(
                    f"  {name} {' '.join(f'{name}={shown(value)}' for name, value in values.items())}"
                )
    return "\n".join(lines)


def differences(record, asked, answer):
    """Where the statement's answer and the oracle's differ, in words; empty if they do not."""
    if isinstance(answer, Undecidable):
        return f"{answer!r}\n{story(record, asked)}"
    expected = oracle.establish(record, asked)
    want = expected._asdict() | {"decision": decide(expected), "consent": oracle.evidence(record, asked)}
    got = answer.facts._asdict() | {"decision": answer.decision, "consent": answer.consent}
    parts = [
        f"{name}: statement {got[name]!r}, oracle {want[name]!r}" for name in want if got[name] != want[name]
    ]
    return "; ".join(parts) + "\n" + story(record, asked) if parts else ""


def answers(pairs):
    """What the statement answers to all of them at once."""
    questions = [question_of(asked) for _, asked in pairs]
    moments = [Moment(asked.at, asked.known_at) for _, asked in pairs]
    rows = facts._run(questions, moments, None)
    return [facts._answer(question, row) for question, row in zip(questions, rows, strict=True)]


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(
    seller_tapes=st.tuples(*[tapes] * SELLERS),
    history_tapes=st.lists(tapes, min_size=MOST, max_size=MOST),
)
def test_it_finds_the_facts_that_plain_loops_find(stage, seller_tapes, history_tapes):
    sellers, pairs = told(stage, seller_tapes, history_tapes)
    with undone():
        put_on_record(stage, [*sellers.values(), *(record for record, _ in pairs)])
        wrong = [
            difference
            for (record, asked), answer in zip(pairs, answers(pairs), strict=True)
            if (difference := differences(whole(record, sellers), asked, answer))
        ]
    assert not wrong, f"{len(wrong)} of {len(pairs)} differ\n\n" + "\n\n".join(wrong[:3])


def test_the_tape_of_zeros_is_the_plainest_history(stage):
    """What Hypothesis shrinks to: one company, one consent, nothing else."""
    _, ((record, asked),) = told(stage, [bytes(TAPE)] * SELLERS, [bytes(TAPE)])
    assert (len(record.consents), record.opt_outs, record.checks) == (1, [], [])
    assert (asked.seller, asked.at) == (asked.company, asked.known_at)
    assert oracle.establish(record, asked).ground == "consent"


def test_it_reaches_every_fact(stage):
    """The histories would prove nothing if they never met what they are about."""
    generator = random.Random(7)
    seen = [set() for _ in Facts._fields]
    for _ in range(40):
        sellers, pairs = told(
            stage,
            [generator.randbytes(TAPE) for _ in range(SELLERS)],
            [generator.randbytes(TAPE) for _ in range(MOST)],
        )
        for record, asked in pairs:
            for values, value in zip(seen, oracle.establish(whole(record, sellers), asked), strict=True):
                values.add(value)
    assert seen == [set(domain) for domain in DOMAINS]
