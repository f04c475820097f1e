"""The table of a case's steps: who may do what from where, and that nothing else may be done."""

from itertools import product

import pytest

from compliance.case_steps import ACTORS, ALLOWED, STATES, STEPS, is_over, leads_to, open_to

#: The whole table once more, in another form: for each state and actor, each step and where it leads.
TABLE = {
    ("open", "officer"): {"gather": "open", "assign": "open", "notify": "noticed"},
    ("open", "supervisor"): {"assign": "open", "withdraw": "withdrawn"},
    ("noticed", "officer"): {
        "gather": "open",
        "assign": "noticed",
        "respond": "answered",
        "invite": "noticed",
        "hear": "heard",
        "propose": "proposed",
    },
    ("noticed", "supervisor"): {"assign": "noticed", "withdraw": "withdrawn"},
    ("noticed", "company"): {"respond": "answered"},
    ("answered", "officer"): {
        "gather": "open",
        "assign": "answered",
        "respond": "answered",
        "invite": "answered",
        "hear": "heard",
        "propose": "proposed",
    },
    ("answered", "supervisor"): {"assign": "answered", "withdraw": "withdrawn"},
    ("answered", "company"): {"respond": "answered"},
    ("heard", "officer"): {
        "gather": "open",
        "assign": "heard",
        "respond": "heard",
        "invite": "heard",
        "hear": "heard",
        "propose": "proposed",
    },
    ("heard", "supervisor"): {"assign": "heard", "withdraw": "withdrawn"},
    ("heard", "company"): {"respond": "heard"},
    ("proposed", "officer"): {"assign": "proposed"},
    ("proposed", "supervisor"): {
        "assign": "proposed",
        "return": "returned",
        "decide": "decided",
        "withdraw": "withdrawn",
    },
    ("returned", "officer"): {
        "gather": "open",
        "assign": "returned",
        "respond": "returned",
        "invite": "returned",
        "hear": "heard",
        "propose": "proposed",
    },
    ("returned", "supervisor"): {"assign": "returned", "withdraw": "withdrawn"},
    ("returned", "company"): {"respond": "returned"},
    ("decided", "officer"): {"assign": "decided", "appeal": "appealed", "close": "closed"},
    ("decided", "supervisor"): {"assign": "decided"},
    ("decided", "company"): {"appeal": "appealed"},
    ("appealed", "officer"): {"assign": "appealed"},
    ("appealed", "supervisor"): {"assign": "appealed", "review": "reviewed"},
    ("reviewed", "officer"): {"close": "closed"},
}


@pytest.mark.parametrize(("state", "by"), list(product(STATES, ACTORS)))
def test_it_allows_these_steps_and_no_others(state, by):
    allowed = TABLE.get((state, by), {})
    assert {step: leads_to(state, step, by) for step in STEPS if leads_to(state, step, by)} == allowed
    assert open_to(state, by) == set(allowed)


def test_it_uses_only_known_words():
    for (state, step), allowed in ALLOWED.items():
        assert {state, allowed.leads_to} <= set(STATES)
        assert step in STEPS
        assert allowed.by <= set(ACTORS)


def test_it_comes_to_every_state_and_ends():
    reached, waiting = {"open"}, ["open"]
    while waiting:
        state = waiting.pop()
        found = {allowed.leads_to for (held, _), allowed in ALLOWED.items() if held == state} - reached
        reached |= found
        waiting += found
    assert reached == set(STATES)
    assert {state for state in STATES if is_over(state)} == {"closed", "withdrawn"}


def test_it_decides_only_what_was_proposed():
    assert {state for (state, step) in ALLOWED if step == "decide"} == {"proposed"}
    assert {
        by for (_, step), allowed in ALLOWED.items() if step in ("decide", "review") for by in allowed.by
    } == {"supervisor"}
