"""How long an allow may be used: to the end of its validity, of the calling hours, and of what carries it."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import opt_outs
from registry.models import Check
from registry.periods import Moment
from registry.predial.check import check
from tests.registry.one_of_each import agree, question

LAST_WEEK = datetime(2026, 3, 3, tzinfo=UTC)


def china(hour: int, minute: int = 0) -> datetime:
    """A time of Tuesday, 10 March 2026 in China, in UTC."""
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def close(number: int, **when) -> None:
    opt_outs.register(
        number=number, scope="all", said_at=LAST_WEEK, source="portal", moment=Moment.of(LAST_WEEK), **when
    )


@pytest.fixture
def until(acme, ana):
    """Ask for Ana, who agreed, at a time; how long the allow may be used."""
    agree(acme, ana, "form-1")

    def ask(at: datetime) -> datetime:
        (answer,) = check([question(acme, ana)], Moment.of(at))
        assert answer.decision.allowed
        assert Check.objects.get(pk=answer.check_id).valid_until == answer.valid_until
        return answer.valid_until

    return ask


def test_it_ends_with_the_calling_hours(until):
    assert until(china(20, 59)) == china(21)


def test_it_ends_where_hours_begin_that_the_person_closed(until, ana):
    close(ana, hours=(20 * 60, 21 * 60))
    assert until(china(19, 50)) == china(20)


def test_it_is_not_shortened_by_hours_that_are_over(until, ana):
    before = until(china(15))
    close(ana, hours=(9 * 60, 10 * 60))
    assert until(china(15, 1)) == before == china(21)
