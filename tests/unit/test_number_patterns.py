"""Digit patterns as states: the same answers as `re`, and nothing read that is not understood."""

import re

import phonenumbers
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberType

from registry import number_patterns

EXAMPLES = [
    (phonenumbers.country_code_for_region(region), phonenumbers.national_significant_number(number))
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in PhoneNumberType.values()
    if (number := phonenumbers.example_number_for_type(region, kind)) is not None
]


def test_it_reads_the_patterns_of_every_plan_as_re_does() -> None:
    for country, national in EXAMPLES:
        for region in COUNTRY_CODE_TO_REGION_CODE[country]:
            pattern = phonenumbers.PhoneMetadata.metadata_for_region(
                region
            ).general_desc.national_number_pattern
            state = number_patterns.start(pattern)
            for digit in national:
                state = number_patterns.step(state, digit)
            assert (() in state) == bool(re.fullmatch(pattern, national))


@pytest.mark.parametrize("pattern", ["1+", "1*", "^1", "(?=1)", "[^1]", "1.", "a"])
def test_it_refuses_a_pattern_it_does_not_know(pattern: str) -> None:
    with pytest.raises(ValueError, match="digits alone"):
        number_patterns.start(pattern)


def test_it_says_when_only_the_length_tells_numbers_apart() -> None:
    state = number_patterns.start("1[2-4]\\d(?:\\d{2})?")
    assert not number_patterns.only_length_matters(state)
    for digit in "13":
        state = number_patterns.step(state, digit)
    assert number_patterns.only_length_matters(state)
    assert number_patterns.step(number_patterns.start("1[2-4]"), "5") == frozenset()


def test_it_writes_equal_remainders_alike() -> None:
    first, second = (number_patterns.start(pattern) for pattern in ("1(?:2|3\\d)\\d{2}", "1[23]\\d\\d"))
    for digit in "12":
        first, second = number_patterns.step(first, digit), number_patterns.step(second, digit)
    assert first == second
