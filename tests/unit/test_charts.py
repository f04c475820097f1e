"""Charts: what is drawn is in proportion, fits, and stands in the table."""

import pytest

from compliance.charts import HEIGHT, WIDTH, Chart, draw, written


def chart(*values, kind="bars", labels=None):
    return Chart("Calls", tuple(labels or map(str, range(len(values)))), (("calls", values),), kind)


def test_it_draws_bars_in_proportion():
    drawn = draw(chart(10, 20, 40))
    heights = [bar.height for bar in drawn.bars]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[2] == pytest.approx(4 * heights[0], abs=0.2)
    assert all(bar.y + bar.height == pytest.approx(drawn.floor, abs=0.2) for bar in drawn.bars)


def test_it_stays_within_its_frame():
    drawn = draw(Chart("x", tuple("abcdefgh"), (("one", (1e9,) * 8), ("two", (3,) * 8))))
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and 0 <= bar.y <= HEIGHT for bar in drawn.bars)


def test_it_parts_a_line_where_nothing_is_known():
    assert len(draw(chart(1, 2, None, 4, 5, kind="lines")).lines) == 2


def test_it_draws_nothing_at_all_too():
    assert draw(chart(0, 0)).across[0].says == "0"
    assert draw(Chart("x", (), (("none", ()),))).bars == []


def test_it_writes_no_more_labels_than_fit():
    assert len(draw(chart(*range(60))).below) <= 12


def test_it_says_in_the_table_what_it_draws():
    assert chart(1234, None).rows() == [("0", ["1,234"]), ("1", ["–"])]


@pytest.mark.parametrize(("value", "says"), [(0, "0"), (0.756, "0.76"), (1234567, "1,234,567"), (None, "–")])
def test_it_writes_numbers_for_people(value, says):
    assert written(value) == says
