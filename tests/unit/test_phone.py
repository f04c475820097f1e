"""What is read as a number, what is refused and why, and what of a number is shown."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import phone
from registry.phone import BadNumber


def refusal(text: object, region: str | None = None) -> str:
    with pytest.raises(BadNumber) as caught:
        phone.parse(text, region)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+8613800138000", 8613800138000),
        ("8613800138000", 8613800138000),
        ("+86 138 0013 8000", 8613800138000),
        ("(+86)138-0013-8000", 8613800138000),
        ("  +8613800138000 ", 8613800138000),
        ("tel:+86-138-0013-8000", 8613800138000),
        ("TEL:+8613800138000", 8613800138000),
        ("sip:+8613800138000@198.51.100.7", 8613800138000),
        (
            "\uff0b\uff18\uff16\u3000\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10",
            8613800138000,
        ),
        ("+86\u00a0138\u20130013\u20138000", 8613800138000),
        ("\u202d+8613800138000\u202c", 8613800138000),
        ("\ufeff+8613800138000", 8613800138000),
        ("+861065551234", 861065551234),
        ("+864001234567", 864001234567),
        ("+12125550100", 12125550100),
        ("+1 (212) 555-0199", 12125550199),
        ("+390612345678", 390612345678),
    ],
)
def test_it_reads_international_numbers(text: str, number: int) -> None:
    assert phone.parse(text) == number


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("138 0013 8000", "CN", 8613800138000),
        ("13800138000", "CN", 8613800138000),
        ("8613800138000", "CN", 8613800138000),
        ("008613800138000", "CN", 8613800138000),
        ("00 1 212 555 0100", "CN", 12125550100),
        ("+1 212 555 0100", "CN", 12125550100),
        ("010-65551234", "CN", 861065551234),
        (
            "\uff08\uff10\uff11\uff10\uff09\uff16\uff15\uff15\uff15\uff11\uff12\uff13\uff14",
            "CN",
            861065551234,
        ),
        ("(212) 555-0100", "US", 12125550100),
        ("12125550100", "US", 12125550100),
        ("011 86 138 0013 8000", "US", 8613800138000),
        ("020 7946 0018", "GB", 442079460018),
        ("06 1234 5678", "IT", 390612345678),
        ("8 (812) 123-45-67", "RU", 78121234567),
    ],
)
def test_it_reads_national_forms_of_a_named_region(text: str, region: str, number: int) -> None:
    assert phone.parse(text, region) == number


@pytest.mark.parametrize(
    "text", ["+86 10 6555 1234", "+86 010 6555 1234", "+86 (0)10 6555 1234", "8601065551234", "861065551234"]
)
def test_it_gives_one_telephone_one_number(text: str) -> None:
    assert phone.parse(text) == 861065551234


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\ufeff", None])
def test_it_says_that_no_number_was_given(text: str | None) -> None:
    assert refusal(text) == "number_missing"
    assert refusal(text, "CN") == "number_missing"


@pytest.mark.parametrize(
    "text",
    [
        "1-800-FLOWERS",
        "+1 800 FLOWERS",
        "+86 138 0013 8000 ext. 5",
        "+8613800138000x5",
        "+8613800138000#5",
        "tel:+8613800138000;ext=5",
        "sip:alice@198.51.100.7",
        "sip:13800138000@198.51.100.7",
        "+86\x0013800138000",
        "13800138000\n",
        "+8613800138000\r",
        "\t+8613800138000",
        "++8613800138000",
        "+86+13800138000",
        "8613800138000+",
        "+",
        "()-",
        "unknown",
        "8.6138E+12",
        "+861380\u202e0138000",
        "+86 138 0013 8000, +86 138 0013 8001",
        "1" * 41,
        " " * 30 + "+8613800138000",
        b"+8613800138000",
        8613800138000,
        ["+8613800138000"],
    ],
)
def test_it_refuses_what_is_no_number(text: object) -> None:
    assert refusal(text) == "number_malformed"
    assert refusal(text, "CN") == "number_malformed"


@pytest.mark.parametrize(
    "text",
    [
        "138 0013 8000",
        "010 6555 1234",
        "01065551234",
        "(212) 555-0100",
        "008613800138000",
        "86-138-0013-8000",
    ],
)
def test_it_never_guesses_the_region_of_a_national_form(text: str) -> None:
    assert refusal(text) == "number_not_e164"


@pytest.mark.parametrize(
    "text",
    ["13800138000", " 13800138000 ", "\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10"],
)
def test_it_takes_no_mobile_number_of_china_for_one_of_north_america(text: str) -> None:
    assert refusal(text) == "number_ambiguous"
    assert phone.parse(text, "CN") == 8613800138000


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+13055550123", None, 13055550123),
        ("3055550123", "US", 13055550123),
        ("12125550123", None, 12125550123),
    ],
)
def test_it_reads_north_america_where_nothing_is_to_be_guessed(
    text: str, region: str | None, number: int
) -> None:
    assert phone.parse(text, region) == number


def test_it_takes_no_local_part_of_a_tel_uri() -> None:
    assert refusal("tel:13800138000", "CN") == "number_not_e164"


@pytest.mark.parametrize("region", ["XX", "cn", "", "001", "CHN"])
def test_it_says_that_a_region_is_unknown(region: str) -> None:
    for text in ("13800138000", "+8613800138000", "+86 138 0013 8000"):
        assert refusal(text, region) == "number_region_unknown"
    with pytest.raises(BadNumber, match="number_region_unknown"):
        phone.parse_many([], region)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+8613800138000123", None),
        ("+1212555010", None),
        ("8613800138000123", None),
        ("1234567890123456", None),
        ("+1555", None),
        ("+15550100", None),
        ("+86", None),
        ("5550100", "US"),
        ("12", "CN"),
        ("0061412345678", "AU"),
    ],
)
def test_it_refuses_lengths_the_country_does_not_use(text: str, region: str | None) -> None:
    assert refusal(text, region) == "number_not_possible"


@pytest.mark.parametrize("text", ["+999123456789", "+210123456789", "+0013800138000", "999123456789"])
def test_it_refuses_country_codes_nobody_has(text: str) -> None:
    assert refusal(text) == "number_not_valid"


@pytest.mark.parametrize("text", ["+80012345678", "+870773111632", "+883510012345", "80012345678"])
def test_it_refuses_numbers_of_no_country(text: str) -> None:
    assert refusal(text) == "number_not_geographic"


def test_it_takes_ranges_that_are_not_given_out_yet() -> None:
    assert phone.parse("+12121000100") == 12121000100
    assert not phone.is_assigned(12121000100)
    assert phone.is_assigned(12125550100)
    assert phone.is_assigned(8613800138000)
    assert phone.is_assigned(390612345678)
    assert not phone.is_assigned(8695588)
    assert not phone.is_assigned(999)


def test_it_never_writes_the_number_into_the_refusal() -> None:
    for text in ("+8613800138000123", "138 0013 8000", "+8613800138000x5", "+999138001380", "+80012345678"):
        with pytest.raises(BadNumber) as caught:
            phone.parse(text)
        assert not set("0123456789") & set(caught.value.detail.replace("3166-1", ""))


def test_it_carries_a_refusal_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(BadNumber("number_malformed")))  # noqa: S301 - our own bytes
    assert (copy.code, copy.detail) == ("number_malformed", BadNumber("number_malformed").detail)


def test_it_reads_many_with_one_answer_each_in_order() -> None:
    texts = ["+8613800138000", "", "138 0013 8000", "+1 212 555 0100"]
    first, second, third, fourth = phone.parse_many(texts)
    assert (first, fourth) == (8613800138000, 12125550100)
    assert [bad.code for bad in (second, third)] == ["number_missing", "number_not_e164"]
    assert phone.parse_many(["010-65551234", "+12125550100"], "CN") == [861065551234, 12125550100]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+8695588", None, 8695588),
        ("95588", "CN", 8695588),
        ("10086", "CN", 8610086),
        ("12321", "CN", 8612321),
        ("+864001234567", None, 864001234567),
        ("400-123-4567", "CN", 864001234567),
        ("1069 1234 56789", "CN", 861069123456789),
        ("72345", "US", 172345),
        ("+80012345678", None, 80012345678),
        ("80012345678", None, 80012345678),
        ("+8613800138000", None, 8613800138000),
    ],
)
def test_it_reads_what_companies_call_from(text: str, region: str | None, number: int) -> None:
    assert phone.parse_caller(text, region) == number


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("95588", None, "number_not_possible"),
        ("8695588", None, "number_not_possible"),
        ("12", "CN", "number_not_possible"),
        ("+121255501", None, "number_not_possible"),
        ("+121255501000", None, "number_not_possible"),
        ("+861069123456789012", None, "number_not_possible"),
        ("010", "CN", "number_not_possible"),
        ("+8001", None, "number_not_geographic"),
        ("+99995588", None, "number_not_valid"),
        ("SERVICE", "CN", "number_malformed"),
        ("", None, "number_missing"),
    ],
)
def test_it_refuses_what_nobody_can_call_from(text: str, region: str | None, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        phone.parse_caller(text, region)
    assert caught.value.code == code


def test_it_writes_a_number_in_full() -> None:
    assert phone.e164(8613800138000) == "+8613800138000"


def test_it_names_the_country_code() -> None:
    assert [phone.country_code(n) for n in (8613800138000, 12125550100, 35818123, 8695588)] == [
        86,
        1,
        358,
        86,
    ]
    with pytest.raises(BadNumber, match="number_not_valid"):
        phone.country_code(999123)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (8613800138000, "+86138****8000"),
        ("+86 138 0013 8000", "+86138****8000"),
        (12125550100, "+121****0100"),
        (35818123456, "+358****3456"),
        (35818123, "+358*****"),
        (8695588, "+86*****"),
        (8612, "+86****"),
        ("01065551234", "010****1234"),
        ("138 0013 8000", "138****8000"),
        ("\uff0b\uff18\uff1613800138000", "+86138****8000"),
        ("5551234", "+55*****"),
        ("110101199003071234", "****"),
        ("alice", "****"),
        ("", "****"),
    ],
)
def test_it_masks(number: int | str, shown: str) -> None:
    assert phone.mask(number) == shown


@settings(database=None)
@given(st.integers(1, 10**15 - 1))
def test_it_always_hides_four_digits_or_all_but_the_country_code(number: int) -> None:
    shown, digits = phone.mask(number), str(number)
    hidden = shown.count("*")
    assert hidden >= 4
    head, _, tail = shown.partition("*" * hidden)
    assert digits.startswith(head.removeprefix("+"))
    assert digits.endswith(tail)
    assert len(tail) in (0, 4)
    if tail:
        assert len(head.removeprefix("+")) + hidden + len(tail) == len(digits)


@settings(max_examples=300, deadline=None, database=None)
@given(st.text(max_size=45), st.sampled_from([None, "CN", "US", "XX"]))
def test_it_answers_or_refuses_whatever_text_comes(text: str, region: str | None) -> None:
    for read in (phone.parse, phone.parse_caller):
        try:
            number = read(text, region)
        except BadNumber:
            continue
        assert 0 < number < 10**15
    assert "*" in phone.mask(text)
