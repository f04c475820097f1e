"""The score of a suspect is a plain sum of named signals, each one figure against one threshold."""

from datetime import UTC, datetime

import pytest

from compliance.reconciliation.signals import Behaviour, judge

AT = datetime(2026, 3, 10, tzinfo=UTC)
TERMS = {
    "suspect_from": 2,
    "min_calls": 50,
    "many_calls": {"calls": 300, "points": 2},
    "short_calls": {"seconds": 6, "percent": 60, "points": 1},
    "in_sequence": {"step": 10, "percent": 30, "points": 2},
    "few_answers": {"percent": 20, "points": 1},
    "odd_hours": {"opens": "09:00", "closes": "21:00", "percent": 10, "points": 1},
    "many_numbers": {"percent": 90, "points": 1},
    "complaints": {"complaints": 3, "within": "P30D", "points": 4},
}
QUIET = Behaviour(861065559999, 7, 100, 80, 4, 60, 5, 2, AT, AT, AT, ())


def found(terms=TERMS, **changes) -> dict[str, int] | None:
    suspect = judge(QUIET._replace(**changes), terms)
    return None if suspect is None else {signal.name: signal.points for signal in suspect.signals}


def test_it_suspects_nobody_who_is_quiet():
    assert found() is None


@pytest.mark.parametrize(
    ("changes", "signals"),
    [
        ({"calls": 300, "answered": 240, "numbers": 200}, {"many_calls": 2}),
        ({"calls": 299, "answered": 240, "numbers": 200}, None),
        ({"in_sequence": 30}, {"in_sequence": 2}),
        ({"in_sequence": 29}, None),
        ({"short": 48, "numbers": 90}, {"short_calls": 1, "many_numbers": 1}),
        ({"short": 47, "numbers": 90}, None),
        ({"answered": 20, "odd": 10}, {"few_answers": 1, "odd_hours": 1}),
        ({"answered": 21, "odd": 10}, None),
        ({"complaints": ("cmp_1", "cmp_2", "cmp_3")}, {"complaints": 4}),
        ({"complaints": ("cmp_1", "cmp_2")}, None),
    ],
)
def test_it_counts_what_meets_its_threshold(changes, signals):
    assert found(**changes) == signals


def test_it_says_nothing_of_shares_of_a_handful():
    few = {"calls": 49, "answered": 0, "numbers": 49, "in_sequence": 48, "odd": 49}
    assert found(**few) is None
    assert found(**few | {"calls": 50}) is not None


def test_it_looks_only_at_what_the_policy_states():
    terms = {"suspect_from": 2, "min_calls": 50, "in_sequence": TERMS["in_sequence"]}
    assert found(terms, calls=1000, in_sequence=1000) == {"in_sequence": 2}


def test_it_keeps_each_figure_with_its_threshold():
    suspect = judge(QUIET._replace(in_sequence=40), TERMS)
    assert suspect.score == 2
    evidence = suspect.evidence()
    assert evidence["signals"] == [
        {"name": "in_sequence", "value": 40.0, "of": 100, "threshold": 30, "points": 2}
    ]
    assert evidence["behaviour"]["carrier"] == "com_7"
    assert "caller" not in evidence["behaviour"]
    assert evidence["suspect_from"] == 2
