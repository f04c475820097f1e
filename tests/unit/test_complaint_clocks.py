"""The clocks of a complaint, by policy: China's steps, India's whole, and none."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.complaint_clocks import Place, Running, is_late, running

CHINA = {"complaint_clock": {"relay_working_days": 3, "answer_working_days": 15, "notify_working_days": 3}}
INDIA = {"complaint_clock": {"file_within_days": 7, "act_within_days": 5}}
BEIJING = Place("CN", "Asia/Shanghai")
DELHI = Place("IN", "Asia/Kolkata")
#: Tuesday, 10 March 2026, ten in the morning in China.
AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("filed", Running("relay", datetime(2026, 3, 13, 16, tzinfo=UTC))),
        ("relayed", Running("answer", datetime(2026, 3, 31, 16, tzinfo=UTC))),
        ("answered", Running("notify", datetime(2026, 3, 13, 16, tzinfo=UTC))),
        ("notified", Running()),
        ("referred", Running()),
        ("closed", Running()),
    ],
)
def test_it_times_each_step_in_china(state, expected):
    assert running(CHINA, state, place=BEIJING, received_at=AT, at=AT) == expected


@pytest.mark.parametrize("state", ["filed", "relayed", "answered"])
def test_it_times_the_whole_in_india(state):
    """Five days from the complaint, whichever step it has come to."""
    end = datetime(2026, 3, 15, 18, 30, tzinfo=UTC)
    later = AT + timedelta(days=2)
    assert running(INDIA, state, place=DELHI, received_at=AT, at=later) == Running("act", end)


def test_it_has_no_clock_without_a_rule():
    assert running({}, "filed", place=BEIJING, received_at=AT, at=AT) == Running()


@pytest.mark.parametrize(("days", "expected"), [(7, False), (8, True)])
def test_it_knows_a_late_complaint(days, expected):
    called = AT - timedelta(days=days)
    late = is_late(INDIA, place=DELHI, called_at=called, tolerance=timedelta(), filed_at=AT)
    assert late is expected
    assert not is_late(CHINA, place=BEIJING, called_at=called, tolerance=timedelta(), filed_at=AT)


def test_it_gives_an_unsure_person_the_benefit():
    called = AT - timedelta(days=8)
    assert not is_late(INDIA, place=DELHI, called_at=called, tolerance=timedelta(days=1), filed_at=AT)
