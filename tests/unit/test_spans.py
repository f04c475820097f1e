"""Bars of both clocks: within the picture, to its edge where they have no end, and wide enough to be seen."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from compliance import spans
from registry.periods import since

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_it_draws_nothing_of_nothing():
    assert spans.draw([], at=NOON, clock=NOON + DAY) is None


def test_what_has_no_end_reaches_to_the_edge():
    (lane,) = spans.draw([("it", since(NOON - DAY), since(None))], at=NOON, clock=NOON + DAY).lanes
    assert lane.valid.open
    assert lane.valid.x + lane.valid.width == spans.WIDTH
    assert (lane.recorded.x, lane.recorded.width) == (spans.LEFT, spans.WIDTH - spans.LEFT)


def test_a_second_is_still_to_be_seen():
    row = ("it", since(NOON, NOON + timedelta(seconds=1)), since(NOON - 300 * DAY, NOON))
    (lane,) = spans.draw([row], at=NOON, clock=NOON).lanes
    assert lane.valid.width == spans.NARROWEST
    assert not lane.recorded.open


def test_the_moment_lies_between_what_came_before_and_after():
    rows = [
        ("before", since(NOON - 2 * DAY, NOON - DAY), since(NOON - DAY)),
        ("after", since(NOON + DAY), since(NOON)),
    ]
    drawn = spans.draw(rows, at=NOON, clock=NOON + 2 * DAY)
    before, after = (lane.valid for lane in drawn.lanes)
    assert before.x + before.width < drawn.here < after.x
    assert all(second.y - first.y == spans.LANE for first, second in pairwise(drawn.lanes))
