"""The copied area codes against the descriptions they were copied from."""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers.geodata import GEOCODE_DATA

from registry.area_codes import AREA_CODES

#: The places of North America as libphonenumber's descriptions spell them.
NAMES = {
    "US": """AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
        DC Washington D.C., FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas,
        KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota,
        MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey,
        NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
        PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
        VT Vermont, VA Virginia, WA Washington State, WV West Virginia, WI Wisconsin, WY Wyoming""",
    "CA": """AB Alberta, BC British Columbia, BC British Colombia, MB Manitoba, NB New Brunswick,
        NL Newfoundland and Labrador, ON Ontario, QC Quebec, SK Saskatchewan""",
}
PLACES = {
    name: f"{country}-{code}"
    for country, names in NAMES.items()
    for code, _, long in (entry.strip().partition(" ") for entry in names.split(","))
    for name in (code, long)
}


def described(area: str) -> set[str | None]:
    """The place of an area code by its own description ("Ohio", "Chicago, IL"), or by those of its exchanges."""
    own = GEOCODE_DATA.get(f"1{area}")
    found = (
        [own] if own else [names for prefix, names in GEOCODE_DATA.items() if prefix.startswith(f"1{area}")]
    )
    return {PLACES.get(names.get("en", "").rpartition(", ")[2]) for names in found}


def test_it_has_the_area_codes_that_libphonenumber_describes() -> None:
    expected = {}
    for area in range(200, 1000):
        number = PhoneNumber(country_code=1, national_number=area * 10**7 + 2340100)
        if phonenumbers.region_code_for_number(number) not in ("US", "CA"):
            continue
        if phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE_OR_MOBILE:
            (place,) = described(str(area))
            expected[str(area)] = place
    serving_several = {area for area, place in expected.items() if place is None}
    assert serving_several == {"782", "867", "902"}
    assert {area: place for area, place in expected.items() if place} == AREA_CODES
