"""Durations: read from ISO 8601, written one way, counted on with calendar months."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.durations import Duration


@pytest.mark.parametrize(
    ("text", "length", "written"),
    [
        ("P18M", Duration(months=18), "P18M"),
        ("P24M", Duration(months=24), "P2Y"),
        ("P3Y14D", Duration(months=36, days=14), "P3Y14D"),
        ("P1Y6M", Duration(months=18), "P18M"),
        ("P4W", Duration(days=28), "P28D"),
        ("PT24H", Duration(seconds=86_400), "PT24H"),
        ("P1DT90M", Duration(days=1, seconds=5_400), "P1DT1H30M"),
        ("PT0S", Duration(), "PT0S"),
        ("P0D", Duration(), "PT0S"),
    ],
)
def test_it_reads_a_duration_and_writes_it_one_way(text, length, written):
    assert Duration.parse(text) == length
    assert str(length) == length.interval == written
    assert Duration.parse(written) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1.5D",
        "P-1D",
        "-P1D",
        "P1D ",
        "p1d",
        "PT1D",
        "P1H",
        "P١D",
        "P101Y",
        "P99999D",
    ],
)
def test_it_refuses_what_is_no_duration(text):
    with pytest.raises(ValueError, match=r"duration|century"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("start", "text", "end"),
    [
        (datetime(2026, 1, 31, 8, tzinfo=UTC), "P1M", datetime(2026, 2, 28, 8, tzinfo=UTC)),
        (datetime(2024, 1, 31, 8, tzinfo=UTC), "P1M", datetime(2024, 2, 29, 8, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), "P1Y", datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), "P18M", datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), "P1M1D", datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "PT45M", datetime(2027, 1, 1, 0, 15, tzinfo=UTC)),
        # 1 March in Shanghai is still 28 February in UTC, which is where months are counted.
        (
            datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=8))),
            "P1M",
            datetime(2026, 3, 28, 17, tzinfo=UTC),
        ),
    ],
)
def test_it_counts_months_then_days_then_time_in_utc(start, text, end):
    assert Duration.parse(text).after(start) == end


def test_it_wants_an_aware_start():
    with pytest.raises(ValueError, match="aware"):
        Duration.parse("P1D").after(datetime(2026, 1, 1))  # noqa: DTZ001  # naive is what is refused


def test_it_is_a_timedelta_only_without_months():
    assert Duration.parse("P31D").timedelta == timedelta(days=31)
    with pytest.raises(ValueError, match="calendar months"):
        _ = Duration.parse("P1M").timedelta


def test_it_is_false_only_for_no_time_at_all():
    assert not Duration.parse("PT0S")
    assert Duration.parse("PT1S")
    assert Duration.parse("P1M")


@given(st.integers(0, 1200), st.integers(0, 36_000), st.integers(0, 90_000))
def test_it_reads_back_whatever_it_writes(months, days, seconds):
    length = Duration(months, days, seconds)

    assert Duration.parse(str(length)) == length
