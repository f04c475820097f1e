"""The ladder of penalties: which rung is reached, what was counted, and that a gap is left to discretion."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.penalties import ends_at, propose

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
YEAR = timedelta(days=365)
TERMS = {
    "penalty_ladder": [
        {"verified": 1, "action": "order_correct"},
        {"verified": 2, "within": "P365D", "action": "suspend_new_outbound", "lasts": "P90D"},
        {"verified": 3, "action": "stop_new_outbound"},
    ]
}
CITED = {"penalty_ladder": {"citation": "Notice of 2013", "source": "CN14", "evidence": "C"}}


def proposed(*earlier: datetime):
    return propose(TERMS, CITED, earlier=earlier, at=AT)


def test_it_begins_with_the_first_rung():
    found = proposed()
    assert (found.action, found.lasts, found.count, found.earlier) == ("order_correct", "", 1, ())
    assert (found.citation, found.source, found.evidence) == ("Notice of 2013", "CN14", "C")
    assert not found.discretion


@pytest.mark.parametrize(
    ("before", "action", "count"),
    [
        (timedelta(days=1), "suspend_new_outbound", 2),
        (YEAR, "suspend_new_outbound", 2),
        (YEAR + timedelta(microseconds=1), "order_correct", 2),
        (timedelta(0), "suspend_new_outbound", 2),
        (-timedelta(seconds=1), "order_correct", 1),
    ],
)
def test_it_counts_within_the_stretch_of_time(before, action, count):
    found = proposed(AT - before)
    assert (found.action, found.count) == (action, count)


def test_it_says_what_it_counted():
    near, far = AT - timedelta(days=30), AT - 2 * YEAR
    found = proposed(near)
    assert (found.lasts, found.within, found.earlier) == ("P90D", "P365D", (near,))
    found = proposed(near, far)
    assert (found.action, found.count, found.within, found.earlier) == (
        "stop_new_outbound",
        3,
        "",
        (far, near),
    )


@pytest.mark.parametrize(
    "terms", [{}, {"penalty_ladder": []}, {"penalty_ladder": TERMS["penalty_ladder"][1:2]}]
)
def test_it_leaves_a_gap_to_discretion(terms):
    found = propose(terms, {}, earlier=[], at=AT)
    assert found.discretion
    assert (found.action, found.citation, found.count) == ("", "", 1)


def test_it_ends_to_the_instant():
    assert ends_at("P90D", AT) == AT + timedelta(days=90)
    assert ends_at("P1M", AT) == datetime(2026, 4, 10, 4, tzinfo=UTC)
    assert ends_at("", AT) is None
