"""Licensing: periods and conditions, suspension and reinstatement, calling numbers with proof, and their history."""

from datetime import timedelta

import pytest

from registry import caller_ranges, companies, suspensions
from registry.caller_ranges import Range
from registry.errors import CallerTaken, InvalidInput
from registry.models import Caller, CompanyChange, Licence
from registry.periods import Moment
from registry.phone import BadNumber

pytestmark = pytest.mark.django_db


def test_a_licence_keeps_its_conditions_through_a_suspension(acme, moment):
    ends = moment.at + timedelta(days=90)
    companies.license(
        company=acme, sectors=["travel"], moment=moment, ends=ends, conditions="No calls on Sundays"
    )
    later = Moment.of(moment.at + timedelta(days=1))
    suspensions.suspend(company=acme, sectors=["travel"], moment=later, note="complaints")
    assert not Licence.objects.as_of(later).filter(sector="travel").exists()
    again = Moment.of(moment.at + timedelta(days=2))
    [row] = suspensions.reinstate(company=acme, moment=again, note="remedied")
    assert (row.sector, row.conditions, row.valid.lower, row.valid.upper) == (
        "travel",
        "No calls on Sundays",
        again.at,
        ends,
    )
    assert suspensions.reinstate(company=acme, moment=again) == []


def test_a_licence_that_ran_out_is_not_reinstated(acme, moment):
    companies.license(company=acme, sectors=["travel"], moment=moment, ends=moment.at + timedelta(days=1))
    later = Moment.of(moment.at + timedelta(days=2))
    assert suspensions.suspended(company=acme, moment=later) == {}


def test_a_suspended_licence_whose_end_has_passed_is_not_reinstated(acme, moment):
    companies.license(company=acme, sectors=["travel"], moment=moment, ends=moment.at + timedelta(days=5))
    suspensions.suspend(company=acme, sectors=["travel"], moment=Moment.of(moment.at + timedelta(days=1)))
    assert list(suspensions.suspended(company=acme, moment=Moment.of(moment.at + timedelta(days=2)))) == [
        "travel"
    ]
    assert not suspensions.suspended(company=acme, moment=Moment.of(moment.at + timedelta(days=6)))


def test_every_change_is_written_down(acme, moment, django_user_model):
    user = django_user_model.objects.create_user("rita@example.org")
    CompanyChange.objects.all().delete()
    suspensions.suspend(company=acme, moment=moment, note="complaints", user=user)
    row = CompanyChange.objects.get()
    assert (row.change, row.user, row.at, row.why) == ("suspended", user, moment.known_at, "complaints")
    assert row.what == "finance, insurance"


def test_a_range_is_registered_number_by_number(acme, moment):
    assert companies.add_range(company=acme, numbers=Range(911600123000, 911600123999), moment=moment) == 1000
    held = Caller.objects.as_of(moment).filter(company=acme)
    assert held.count() == 1001
    assert held.get(number=911600123500).record_id
    assert companies.add_range(company=acme, numbers=Range(911600123000, 911600123999), moment=moment) == 0
    assert CompanyChange.objects.first().what == "1,000: +9116****3000 – +9116****3999"


def test_a_range_with_a_number_of_another_company_is_registered_not_at_all(acme, bolt, moment):
    companies.add_caller(company=bolt, number=911600123500, moment=moment)
    with pytest.raises(CallerTaken, match="1 of these"):
        companies.add_range(company=acme, numbers=Range(911600123000, 911600123999), moment=moment)
    assert not Caller.objects.filter(company=acme, number__gte=911600123000).exists()


@pytest.mark.parametrize(
    ("text", "region", "first", "last"),
    [
        ("1600123XXX", "IN", 911600123000, 911600123999),
        ("140123456*", "IN", 911401234560, 911401234569),
        ("+861065550000..+861065550099", None, 861065550000, 861065550099),
        ("95588", "CN", 8695588, 8695588),
        ("400 812 3456", "CN", 864008123456, 864008123456),
        ("400812XXXX", "CN", 864008120000, 864008129999),
    ],
)
def test_it_reads_ranges(text, region, first, last):
    assert caller_ranges.parse(text, region) == (first, last)


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("1600XXXXXX", "IN", "range_too_long"),
        ("+861065550099..+861065550000", None, "range_malformed"),
        ("+8695588..+861065550000", None, "range_malformed"),
        ("XXXX", "CN", "number_not_possible"),
        ("", "CN", "number_missing"),
    ],
)
def test_it_refuses_what_is_no_range(text, region, code):
    with pytest.raises(BadNumber) as refused:
        caller_ranges.parse(text, region)
    assert refused.value.code == code


def test_it_joins_numbers_to_ranges():
    assert list(caller_ranges.joined([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert list(caller_ranges.joined([])) == []


@pytest.mark.parametrize(
    ("number", "series"),
    [
        (8695588, "95"),
        (8696110, "96"),
        (864008123456, "400"),
        (911401234567, "140"),
        (911600123456, "1600"),
        (861065551234, ""),
    ],
)
def test_it_knows_the_series(number, series):
    assert caller_ranges.series(number) == series


def test_a_region_is_one_of_iso_3166(db, moment):
    with pytest.raises(InvalidInput):
        companies.enter(name="X", region="Shanghai", moment=moment)


def in_effect(company, at) -> list[str]:
    held = Licence.objects.as_of(Moment.of(at)).filter(company=company)
    return sorted(held.values_list("sector", flat=True))


def test_a_suspension_for_a_time_ends_by_itself(acme, moment):
    day = timedelta(days=1)
    until = moment.at + 30 * day
    suspensions.suspend(company=acme, sectors=["insurance"], moment=moment, until=until, note="Two weeks")
    microsecond = timedelta(microseconds=1)
    assert [in_effect(acme, at) for at in (moment.at, until - microsecond, until)] == [
        ["finance"],
        ["finance"],
        ["finance", "insurance"],
    ]
    assert list(suspensions.suspended(company=acme, moment=moment)) == ["insurance"]
    assert not suspensions.suspended(company=acme, moment=Moment.of(until))


def test_a_suspension_for_a_time_is_lifted_by_hand_without_a_gap(acme, moment):
    day = timedelta(days=1)
    companies.license(
        company=acme,
        sectors=["travel"],
        moment=moment,
        ends=moment.at + 90 * day,
        conditions="Not on Sundays",
    )
    first, until = Moment.of(moment.at + day), moment.at + 31 * day
    suspensions.suspend(company=acme, sectors=["travel"], moment=first, until=until)
    again = Moment.of(moment.at + 5 * day)
    [row] = suspensions.reinstate(company=acme, moment=again, sectors=["travel"])
    assert (row.valid.lower, row.valid.upper, row.conditions) == (again.at, until, "Not on Sundays")
    days = (4, 5, 30, 31, 89, 90)
    assert ["travel" in in_effect(acme, moment.at + n * day) for n in days] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    assert {held.conditions for held in Licence.objects.current().filter(sector="travel")} == {
        "Not on Sundays"
    }
    assert suspensions.reinstate(company=acme, moment=again, sectors=["travel"]) == []


def test_a_licence_to_come_is_suspended_as_well(acme, moment):
    begins = moment.at + timedelta(days=10)
    companies.license(company=acme, sectors=["travel"], moment=moment, begins=begins)
    suspensions.suspend(company=acme, moment=moment)
    assert in_effect(acme, begins) == []


def test_suspended_twice_and_lifted_once_is_suspended(acme, moment):
    """Each suspension gives back only what it took itself."""
    day = timedelta(days=1)
    until = moment.at + 30 * day
    cut = suspensions.suspend(company=acme, sectors=["insurance"], moment=moment, until=until)
    later = Moment.of(moment.at + day)
    assert suspensions.suspend(company=acme, sectors=["insurance"], moment=later)
    sectors = suspensions.suspended_since(company=acme, cut=cut, besides=[])
    assert sectors == {"insurance"}
    lifted = Moment.of(moment.at + 2 * day)
    barred = dict.fromkeys(sectors)
    assert suspensions.lift(company=acme, cut=cut, until=until, barred=barred, moment=lifted) == 0
    assert in_effect(acme, moment.at + 60 * day) == ["finance"]


def test_a_suspension_cannot_end_before_it_begins(acme, moment):
    with pytest.raises(InvalidInput):
        suspensions.suspend(company=acme, moment=moment, until=moment.at)
    assert in_effect(acme, moment.at) == ["finance", "insurance"]
