"""The clocks of a case: from the policy, on working days where it says so, to the end of the last day."""

from datetime import UTC, datetime

import pytest

from compliance.case_clocks import PARAMETERS, Clocks, ends, waiting_for
from compliance.case_steps import CLOCKS, STATES
from compliance.complaint_clocks import Place

CHINA = Place("CN", "Asia/Shanghai")
TERMS = {
    "case_response_within": {"working_days": 5},
    "case_decision_within": {"duration": "P90D"},
    "case_appeal_within": {"duration": "P2M"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("began", "ended"),
    [
        # Tuesday in China; five working days end on the Tuesday after, at midnight there.
        ("2026-03-10T02:00", "2026-03-17T16:00"),
        # Half past eleven at night in London is the next day in China.
        ("2026-03-10T23:30", "2026-03-18T16:00"),
        # The National Day holidays, 1 to 7 October, and the Saturday worked for them.
        ("2026-09-29T02:00", "2026-10-12T16:00"),
    ],
)
def test_it_counts_working_days(began, ended):
    assert ends(TERMS, "respond", place=CHINA, at=at(began)) == at(ended)


def test_it_counts_calendar_time_to_the_end_of_the_day():
    assert ends(TERMS, "decide", place=CHINA, at=at("2026-03-10T02:00")) == at("2026-06-08T16:00")
    assert ends(TERMS, "appeal", place=CHINA, at=at("2026-03-10T02:00")) == at("2026-05-10T16:00")


def test_it_has_no_clock_where_the_policy_has_no_value():
    assert ends(TERMS, "review", place=CHINA, at=at("2026-03-10T02:00")) is None
    assert waiting_for("appealed", Clocks()) == ("", None)


def test_it_waits_for_one_clock_in_each_state():
    clocks = Clocks(*(at(f"2026-0{n}-01T00:00") for n in (1, 2, 3, 4)))
    found = {state: waiting_for(state, clocks) for state in STATES}
    assert found["noticed"] == ("respond", clocks.respond)
    assert {found[state] for state in ("open", "answered", "heard", "proposed", "returned")} == {
        ("decide", clocks.decide)
    }
    assert (found["decided"], found["appealed"]) == (("appeal", clocks.appeal), ("review", clocks.review))
    assert {found[state] for state in ("reviewed", "closed", "withdrawn")} == {("", None)}


def test_it_has_a_parameter_for_each_clock():
    assert tuple(PARAMETERS) == CLOCKS == Clocks._fields
