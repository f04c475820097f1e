"""What is not published cannot be worked out from what is."""

from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance import rates
from compliance.reports import suppression
from compliance.reports.suppression import LEAST, left_out, with_totals


def test_it_publishes_all_of_what_is_large():
    assert left_out({("a", "x"): 10, ("b", "y"): 500}) == set()


def test_it_leaves_out_the_small_and_what_would_give_it_back():
    cells = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60}
    out = left_out(cells)
    assert ("a", "x") in out
    # Its line and its column each leave out another, and the fourth corner closes the square.
    assert out == set(cells)


def test_it_leaves_out_a_small_total_with_its_parts():
    out = left_out({("a", "x"): 2, ("b", "x"): 300, ("b", "y"): 400})
    assert {("a", "x"), ("a", "")} <= out


def test_it_adds_up_totals():
    held = with_totals({("a", "x"): 1, ("a", "y"): 2})
    assert held == {("a", "x"): 1, ("a", "y"): 2, ("a", ""): 3, ("", "x"): 1, ("", "y"): 2, ("", ""): 3}


def test_it_finds_what_follows_from_two_lines_together():
    lines = suppression._lines({("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1})
    assert suppression.determined(lines, {("a", "x"), ("a", "y")}) == [("a", "x"), ("a", "y")]


counts = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")),
    st.integers(1, 60),
    min_size=1,
    max_size=12,
)


#: One that follows while all in its own lines is left out: another line's count has to go.
AFAR = {("a", "x", "1"): 1, ("a", "y", "1"): 1, ("b", "x", "1"): 10, ("c", "y", "1"): 9, ("c", "z", "2"): 1}


@settings(max_examples=150, deadline=None)
@given(counts)
@example(AFAR)
def test_it_gives_nothing_back(cells):
    held, out = with_totals(cells), left_out(cells)
    assert all(key in out for key, count in held.items() if count < LEAST)
    lines = suppression._lines(cells)
    assert suppression.determined(lines, out) == []
    for line in lines:
        assert held[line[-1]] == sum(held[key] for key in line[:-1])
        hidden = [held[key] for key in line[:-1] if key in out]
        if hidden and line[-1] not in out:
            assert len(hidden) > 1
            assert sum(hidden) >= LEAST


two_by_two = st.tuples(*[st.integers(1, 25)] * 4)


@settings(max_examples=60, deadline=None)
@given(two_by_two)
def test_it_leaves_several_tables_possible(values):
    """Worked out by trying: another table of counts agrees with everything that is published."""
    keys = list(product("ab", "xy"))
    cells = dict(zip(keys, values, strict=True))
    held, out = with_totals(cells), left_out(cells)
    if not out & set(keys):
        return
    # With whole lines left out, a shift along the square keeps every total.
    shift = {("a", "x"): 1, ("a", "y"): -1, ("b", "x"): -1, ("b", "y"): 1}
    free = [key for key in keys if key not in out]
    others = [{key: cells[key] + step * by for key, by in shift.items()} for step in (-3, -2, -1, 1, 2, 3)]
    kept = [
        other
        for other in others
        if min(other.values()) >= 0 and all(other[key] == cells[key] for key in free)
    ]
    totals_hidden = any(key in out for key in held if suppression.ALL in key)
    assert kept or totals_hidden


def test_it_ranks_by_what_is_sure():
    one_of_two, tenth_of_many = rates.interval(1, 2), rates.interval(1_000, 10_000)
    assert one_of_two[0] < tenth_of_many[0] + 0.01
    assert tenth_of_many == (0.094273, 0.106034)
    assert rates.interval(0, 10) == (0.0, 0.277533)
    assert rates.interval(0, 0) is rates.share(0, 0) is None
