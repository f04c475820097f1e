"""The fast reading of numbers against libphonenumber's slow one."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

from registry import phone
from registry.phone import BadNumber

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
EXAMPLES = [
    (region, phonenumbers.national_significant_number(number))
    for region in REGIONS
    for kind in PhoneNumberType.values()
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]


def libphonenumber_reads(text: str, region: str | None) -> int | None:
    """What the library alone would store, if it is possible and comes in again as the same number."""
    try:
        found = phonenumbers.parse(text, region)
        digits = phonenumbers.format_number(found, PhoneNumberFormat.E164)[1:]
        again = phonenumbers.format_number(phonenumbers.parse("+" + digits), PhoneNumberFormat.E164)[1:]
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(found) != ValidationResult.IS_POSSIBLE:
        return None
    if phonenumbers.region_code_for_country_code(found.country_code) == "001":
        return None
    # The library lets a number of possible length begin with its trunk prefix; nobody has such a number.
    plan = phonenumbers.PhoneMetadata.metadata_for_region(
        phonenumbers.region_code_for_country_code(found.country_code)
    )
    national = phonenumbers.national_significant_number(found)
    general = re.fullmatch(plan.general_desc.national_number_pattern, national)
    if plan.national_prefix == "0" and national[0] == "0" and not general:
        return None
    return int(digits) if digits == again and len(digits) <= 15 else None


@st.composite
def near_examples(draw: st.DrawFn) -> tuple[str, str, str]:
    """Region, what is written before the number, and a national number near one of its plan."""
    region, national = draw(st.sampled_from(EXAMPLES))
    kept = draw(st.integers(0, len(national)))
    more = max(0, len(national) - kept + draw(st.sampled_from([0, 0, 0, 0, -1, 1])))
    national = national[:kept] + draw(st.text("0123456789", min_size=more, max_size=more))
    code = str(phonenumbers.country_code_for_region(region))
    before = draw(
        st.sampled_from(["", "", "0", "8", "1", "00", "011", code, f"+{code}", f"+{code}", f"+{code}0"])
    )
    return region, before, national


@settings(max_examples=1500, deadline=None, database=None)
@given(near_examples())
def test_it_reads_fast_what_libphonenumber_reads_slowly(example: tuple[str, str, str]) -> None:
    region, before, national = example
    text = before + national
    asked = None if before.startswith("+") else region
    expected = libphonenumber_reads(text, asked)
    try:
        number = phone.parse(text, asked)
    except BadNumber:
        number = None
    assert number == expected
    if number is not None:
        assert phone.parse(phone.e164(number)) == number
        if number // 10**9 in range(13, 20):  # bare, these are mobile numbers of China as well
            with pytest.raises(BadNumber, match="number_ambiguous"):
                phone.parse(str(number))
        else:
            assert phone.parse(str(number)) == number
