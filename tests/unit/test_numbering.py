"""Where numbers live: against libphonenumber itself, against the time zone database, and the known traps."""

import csv
import io
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, PhoneNumberType
from phonenumbers.timezone import time_zones_for_geographical_number, time_zones_for_number

from registry import number_zones, numbering, phone
from registry.phone import BadNumber

#: The layout of a published list of area codes: code, how many zones, their names.
AREA_CODE_FILE = """\
area_code,n,timezones
204,1,America/Winnipeg
212,1,America/New_York
312,1,America/Chicago
480,1,America/Phoenix
808,1,Pacific/Honolulu
"""
EXAMPLES = [
    (phonenumbers.country_code_for_region(region), phonenumbers.national_significant_number(number))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in PhoneNumberType.values()
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]


def zones(number: int) -> tuple[str, ...]:
    return numbering.lookup(number).zones


def test_it_is_sorted_disjoint_and_covers_every_code_of_a_country() -> None:
    table = numbering.intervals()
    assert all(interval.start < interval.end for interval in table)
    assert all(before.end <= after.start for before, after in pairwise(table))
    sizes: dict[int, int] = {}
    for interval in table:
        code = phone.country_code(interval.start)
        sizes[code] = sizes.get(code, 0) + interval.end - interval.start
    assert sizes == {
        code: 10 ** (15 - len(str(code)))
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions != ("001",)
    }


def test_it_joins_neighbours_that_live_alike() -> None:
    for before, after in pairwise(numbering.intervals()):
        alike = before.end == after.start and (before.jurisdiction, before.zones) == (
            after.jurisdiction,
            after.zones,
        )
        assert not alike or before.calendar_subdivision != after.calendar_subdivision


@pytest.mark.parametrize(
    ("number", "jurisdiction", "subdivision"),
    [
        (8613800138000, "CN", None),
        (861065551234, "CN", None),
        (8695588, "CN", None),
        (13055550100, "US-FL", "FL"),
        (12125550100, "US-NY", "NY"),
        (12025550100, "US-DC", "DC"),
        (12135550100, "US-CA", "CA"),
        (13105550100, "US-CA", "CA"),
        (14165550100, "CA", "ON"),
        (18675550100, "CA", None),
        (18765550100, "JM", None),
        (18095550100, "DO", None),
        (17875550100, "PR", None),
        (18005550100, "US", None),
        (12005550100, "US", None),
        (16005550100, "CA", None),
        (79161234567, "RU", None),
        (77710009998, "KZ", None),
        (442079460018, "GB", None),
        (441481256789, "GG", None),
        (441534456789, "JE", None),
        (441624756789, "IM", None),
        (447797712345, "JE", None),
        (390612345678, "IT", None),
        (390669812345, "VA", None),
        (61891641234, "CX", None),
        (61891621234, "CC", None),
        (61212345678, "AU", None),
        (4779123456, "SJ", None),
        (4721234567, "NO", None),
        (3581812345678, "AX", None),
        (262262161234, "RE", None),
        (262269601234, "YT", None),
        (5997151234, "BQ", None),
        (59994351234, "CW", None),
        (29022158, "SH", None),
        (2908999, "TA", None),
        (24762889, "AC", None),
    ],
)
def test_it_names_the_jurisdiction_and_the_calendar(
    number: int, jurisdiction: str, subdivision: str | None
) -> None:
    found = numbering.lookup(number)
    assert found.jurisdiction == jurisdiction
    assert found.calendar_region == {"AC": "SH", "TA": "SH"}.get(jurisdiction, jurisdiction[:2])
    assert found.calendar_subdivision == subdivision


def test_it_agrees_with_a_published_list_of_area_codes() -> None:
    for row in csv.DictReader(io.StringIO(AREA_CODE_FILE)):
        found = zones(int(f"1{row['area_code']}5550100"))
        assert found == tuple(row["timezones"].split(";"))
        assert len(found) == int(row["n"])


def test_it_knows_the_exchanges_that_keep_another_time_than_their_area_code() -> None:
    longer = [
        (prefix, own)
        for prefix, own in number_zones.by_prefix().items()
        if prefix.startswith("1") and len(prefix) > 4
    ]
    assert len(longer) == 1555
    wrong = []
    for prefix, own in longer:
        number = PhoneNumber(country_code=1, national_number=int(prefix[1:].ljust(10, "2")))
        theirs = time_zones_for_geographical_number(number)
        if not prefix.startswith("1867") and zones(int(f"1{number.national_number}")) != theirs:
            wrong.append((prefix, own))
    assert wrong == []


def test_it_gives_a_mobile_every_zone_of_its_country() -> None:
    australia = zones(61412345678)
    assert len(australia) == 8
    assert {"Australia/Perth", "Australia/Sydney", "Indian/Christmas"} <= set(australia)
    russia = zones(79141234567)
    assert {"Europe/Kaliningrad", "Asia/Kamchatka"} <= set(russia)
    assert "Asia/Almaty" not in russia
    assert zones(628123456789) == ("Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar")
    assert zones(5511912345678) == ("America/Sao_Paulo",)
    assert zones(12462501234) == ("America/Barbados",)


def test_it_gives_a_toll_free_number_every_zone_of_those_who_share_it() -> None:
    shared = set(zones(18005550100))
    assert {"Pacific/Honolulu", "America/Anchorage", "America/New_York", "America/St_Johns"} <= shared
    assert "Pacific/Guam" not in shared
    assert set(zones(8005550100 + 10**10)) == shared
    assert len(zones(611800123456)) == 8


def test_it_gives_an_unknown_range_every_zone_of_its_country_code() -> None:
    everywhere = {zone for interval in numbering.intervals() if 10**14 <= interval.start < 2 * 10**14
                  for zone in interval.zones}  # fmt: skip
    assert set(zones(12005550100)) == everywhere
    assert set(zones(61012345678)) == set(number_zones.all_of("61"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (212520123456, ("Africa/Casablanca", "Africa/El_Aaiun")),
        (213551234567, ("Africa/Algiers",)),
        (218912345678, ("Africa/Tripoli",)),
        (50581234567, ("America/Managua",)),
        (74012123456, ("Europe/Kaliningrad",)),
        (78452123456, ("Europe/Saratov",)),
        (526141234567, ("America/Chihuahua",)),
        (56612123456, ("America/Punta_Arenas",)),
        (18676671234, ("America/Whitehorse",)),
    ],
)
def test_it_puts_outdated_zones_right(number: int, expected: tuple[str, ...]) -> None:
    assert zones(number) == expected


#: Zones that the corrections replace.
OUTDATED = {"Europe/Bucharest", "America/Fort_Nelson"}


def own_zones() -> dict[str, list[str]]:
    """Each country's zones in the time zone database's `zone.tab`."""
    own: dict[str, list[str]] = {}
    for line in (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            own.setdefault(country, []).append(zone)
    return own


#: Zones of `zone.tab` that no number of the country needs: China's official time is Beijing's, the weather station
#: Danmarkshavn has no subscribers, and Crimea's telephones do not answer to +380.
NOT_NEEDED = {"Asia/Urumqi", "America/Danmarkshavn", "Europe/Simferopol"}


def test_it_leaves_no_clock_of_a_country_outside_its_zones() -> None:
    """Calls fit the hours of every zone, so a clock between two of them is covered, and one beyond them is not."""
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(0, 365, 3)]

    def clock(zone: str) -> list[timedelta]:
        offsets = (day.astimezone(ZoneInfo(zone)).utcoffset() for day in days)
        return [offset for offset in offsets if offset is not None]

    given_zones: dict[str, set[str]] = {}
    for interval in numbering.intervals():
        given_zones.setdefault(interval.jurisdiction[:2], set()).update(interval.zones)
    own, outside = own_zones(), []
    for country, names in given_zones.items():
        clocks = [clock(name) for name in names]
        for zone in set(own.get(country, ())) - NOT_NEEDED:
            for day, offset in enumerate(clock(zone)):
                if not min(c[day] for c in clocks) <= offset <= max(c[day] for c in clocks):
                    outside.append((country, zone))
                    break
    assert outside == []


def test_it_names_only_zones_of_today() -> None:
    named = {zone for interval in numbering.intervals() for zone in interval.zones}
    assert named <= {zone for names in own_zones().values() for zone in names} | {"Pacific/Kanton"}
    assert named <= available_timezones()
    assert all(interval.zones == tuple(sorted(set(interval.zones))) for interval in numbering.intervals())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (80012345678, "number_not_geographic"),
        (870773111632, "number_not_geographic"),
        (883510012345, "number_not_geographic"),
        (999123456789, "number_malformed"),
        (210123456789, "number_malformed"),
        (0, "number_malformed"),
        (-8613800138000, "number_malformed"),
        (10**15, "number_malformed"),
    ],
)
def test_it_has_no_place_for_numbers_of_no_country(number: int, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        numbering.lookup(number)
    assert caught.value.code == code


def test_it_finds_a_number_at_both_edges_of_its_interval() -> None:
    for interval in numbering.intervals()[::97]:
        assert numbering.lookup(interval.start) is interval
        assert numbering.lookup(interval.end - 1) is interval


def test_it_hands_out_plain_rows_and_a_digest_of_them() -> None:
    rows = list(numbering.rows())
    assert len(rows) == len(numbering.intervals())
    start, end, jurisdiction, names, region, subdivision = next(row for row in rows if row[2] == "US-HI")
    assert (start, end) == (180800000000000, 180900000000000)
    assert (jurisdiction, names, region, subdivision) == ("US-HI", ["Pacific/Honolulu"], "US", "HI")
    assert len(numbering.digest()) == 64
    assert numbering.digest() == numbering.digest()


def test_it_notices_other_data_by_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = numbering.digest()
    shorter = numbering.intervals()[:-1]
    monkeypatch.setattr(numbering, "intervals", lambda: shorter)
    numbering.digest.cache_clear()
    try:
        assert numbering.digest() != before
    finally:
        numbering.digest.cache_clear()


def number_near(country: int, national: str) -> PhoneNumber:
    number = PhoneNumber(country_code=country, national_number=int(national))
    if zeros := min(len(national) - len(national.lstrip("0")), len(national) - 1):
        number.italian_leading_zero = True
        number.number_of_leading_zeros = zeros
    return number


@st.composite
def valid_numbers(draw: st.DrawFn) -> PhoneNumber:
    """Numbers near the examples of every region and kind, of lengths that can be dialled from abroad."""
    country, national = draw(st.sampled_from(EXAMPLES))
    kept = draw(st.integers(0, len(national)))
    rest = len(national) - kept
    number = number_near(country, national[:kept] + draw(st.text("0123456789", min_size=rest, max_size=rest)))
    if phonenumbers.region_code_for_number(number) is None:
        number = number_near(country, national)
    return number


@settings(max_examples=2500, deadline=None, database=None)
@given(valid_numbers())
def test_it_agrees_with_libphonenumber(number: PhoneNumber) -> None:
    digits = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    region = phonenumbers.region_code_for_number(number)
    # Seven-digit numbers that only Canada dials share their first digits with California.
    if len(digits) == 8 and digits.startswith("1310"):
        return
    found = numbering.lookup(int(digits))
    assert found.jurisdiction[:2] == region
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN or any(digits.startswith(prefix) for prefix in number_zones.CORRECTED):
        return
    theirs = {number_zones.RENAMED.get(zone, zone) for zone in time_zones_for_number(number)}
    if phonenumbers.is_number_type_geographical(kind, number.country_code) and region != "ID":
        assert set(found.zones) == theirs
        return
    # Theirs are the whole country code's (42 zones for a mobile on Barbados); ours those of the regions that use
    # the number, and never less than its own prefix tells.
    country = str(number.country_code)
    assert set(number_zones.of(digits, country)) <= set(found.zones) <= set(number_zones.all_of(country))
    if len(COUNTRY_CODE_TO_REGION_CODE[number.country_code]) == 1:
        assert set(found.zones) >= theirs - OUTDATED
