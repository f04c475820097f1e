"""The table of a complaint's steps: who may do what from where, and that nothing else may be done."""

from itertools import product

import pytest

from compliance.complaint_steps import (
    ACTORS,
    ALLOWED,
    STATES,
    STEPS,
    is_over,
    leads_to,
    open_to,
    relays_itself,
)

#: The whole table once more, in another form: for each state, actor and step, where it leads.
TABLE = {
    ("filed", "register"): {"join": "joined", "relay": "relayed"},
    ("filed", "regulator"): {"join": "joined", "relay": "relayed", "refer": "referred", "close": "closed"},
    ("filed", "complainant"): {"withdraw": "withdrawn"},
    ("relayed", "company"): {"answer": "answered"},
    ("relayed", "regulator"): {"refer": "referred", "close": "closed"},
    ("relayed", "complainant"): {"withdraw": "withdrawn"},
    ("answered", "company"): {"answer": "answered"},
    ("answered", "register"): {"notify": "notified"},
    ("answered", "regulator"): {"notify": "notified", "refer": "referred", "close": "closed"},
    ("answered", "complainant"): {"object": "objected", "withdraw": "withdrawn"},
    ("notified", "regulator"): {"refer": "referred", "close": "closed"},
    ("notified", "complainant"): {"object": "objected", "withdraw": "withdrawn"},
    ("objected", "regulator"): {"relay": "relayed", "refer": "referred", "close": "closed"},
    ("objected", "complainant"): {"withdraw": "withdrawn"},
    ("closed", "complainant"): {"object": "objected"},
    ("referred", "regulator"): {"close": "closed"},
    ("referred", "complainant"): {"withdraw": "withdrawn"},
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
    reached, waiting = {"filed"}, ["filed"]
    while waiting:
        state = waiting.pop()
        found = {allowed.leads_to for (held, _), allowed in ALLOWED.items() if held == state} - reached
        reached |= found
        waiting += found
    assert reached == set(STATES)
    assert {state for state in STATES if is_over(state)} == {"joined", "withdrawn"}


@pytest.mark.parametrize(
    ("category", "proven", "vouched", "call_found", "sure", "expected"),
    [
        ("commercial", True, False, False, True, True),
        ("commercial", True, False, True, False, False),
        ("commercial", False, True, True, True, True),
        ("commercial", False, True, False, True, False),
        ("commercial", False, False, True, True, False),
        ("malicious", True, True, True, True, False),
        ("illegal", True, True, True, True, False),
    ],
)
def test_it_relays_by_itself_only_what_weighs_enough(category, proven, vouched, call_found, sure, expected):
    relays = relays_itself(
        category=category, proven=proven, vouched=vouched, call_found=call_found, sure=sure
    )
    assert relays is expected
