"""Working days: weekends, public holidays, and the weekend days worked for a bridge day."""

from datetime import UTC, date, datetime

import pytest

from registry import working_days


@pytest.mark.parametrize(
    ("calendar", "day", "count", "expected"),
    [
        ("CN", date(2026, 3, 10), 3, date(2026, 3, 13)),
        ("CN", date(2026, 3, 13), 1, date(2026, 3, 16)),
        # Spring Festival: 14 February is a Saturday that is worked, 15 to 23 February are free.
        ("CN", date(2026, 2, 13), 1, date(2026, 2, 14)),
        ("CN", date(2026, 2, 13), 2, date(2026, 2, 24)),
        # 15 working days over the whole festival.
        ("CN", date(2026, 2, 12), 15, date(2026, 3, 11)),
        ("IN", date(2026, 8, 14), 1, date(2026, 8, 17)),
        # A part of a country, and one that the package does not know.
        ("US-FL", date(2026, 7, 2), 1, date(2026, 7, 6)),
        ("XX", date(2026, 7, 3), 1, date(2026, 7, 6)),
    ],
)
def test_it_counts_working_days(calendar, day, count, expected):
    assert working_days.after(calendar, day, count) == expected


def test_it_ends_a_clock_at_midnight_where_the_person_is():
    at = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    assert working_days.end_after("CN", "Asia/Shanghai", at, 3) == datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert working_days.end_of_day_after("Asia/Kolkata", at, 5) == datetime(2026, 3, 15, 18, 30, tzinfo=UTC)


def test_it_begins_with_the_day_it_is_there():
    """Late on 13 March UTC it is Saturday in China: the next working day is Monday, counted from there."""
    at = datetime(2026, 3, 13, 17, 0, tzinfo=UTC)
    assert working_days.end_after("CN", "Asia/Shanghai", at, 1) == datetime(2026, 3, 16, 16, tzinfo=UTC)
