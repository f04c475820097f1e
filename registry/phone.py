"""What a phone number looks like: the only module that knows.

Inside the system a number is its E.164 digits as an `int` (`+8613800138000` is `8613800138000`; it fits a bigint).
Text becomes such an `int` in `parse`, and text again in `e164` (for the one who may see it) or `mask` (for logs,
errors and lists). The plans of the countries come from libphonenumber's data (`phonenumbers`).

Accepted is what is *possible*: an assigned country code and a length that country uses. Whether the range is given
out already (`is_assigned`) decides nothing, because ranges are opened faster than data is released, and a register
that refuses a new range leaves its subscribers unprotected.

What is E.164 already, or plain digits of a known region, is read by the tables of `registry/number_plans.py`; only
what they cannot settle is handed on to libphonenumber, which is twenty times slower.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException

from registry import number_plans
from registry.number_plans import HEADS, MAX_DIGITS, Plan, read_e164, read_national

MAX_TEXT: Final = 40
#: Digits of the service numbers that companies call from (China's 114 and 95588, North America's short codes).
MIN_SHORT: Final = 3
MAX_SHORT: Final = 6

_DETAILS: Final = {
    "number_missing": "No number was given",
    "number_malformed": "The text is not a phone number: digits with usual separators, no letters, no extension",
    "number_ambiguous": "These digits are a mobile number of China as well as a number of North America: write the "
    "number with + and its country code, or say which region it is from",
    "number_not_e164": "Write the number with + and its country code, or say which region it is from",
    "number_region_unknown": "The region is not a known code of two capital letters (ISO 3166-1)",
    "number_not_possible": "The number has not the length of a number of its country",
    "number_not_valid": "The number begins with no assigned country code",
    "number_not_geographic": "The number belongs to no country, so it has no calling hours",
}
#: Written between digits. The katakana length mark stands in for a hyphen in Japanese files.
_SEPARATORS: Final = frozenset(
    " \u00a0\u2007\u2009\u202f\u3000-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc.\uff0e()\uff08\uff09/\uff0f"
)
_PLUS: Final = frozenset("+\uff0b")
#: People write their own country's numbers without its code. (The setting itself is Django's, and rows of a file are
#: read by processes without Django.)
_CHINESE: Final = os.environ.get("DEFAULT_POLICY", "cn") == "cn"
_SIP: Final = re.compile(r"sips?:(\+[0-9]+)@[^@\s]+", re.IGNORECASE)


class BadNumber(ValueError):
    """A text that is no number of the register, or a number outside it.

    `code` is one of `number_missing`, `number_malformed`, `number_ambiguous`, `number_not_e164`,
    `number_region_unknown`, `number_not_possible`, `number_not_valid`, `number_not_geographic`. `detail` says what to
    do about it and never holds the number, so that it may be logged.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail or _DETAILS[code]
        super().__init__(code, self.detail)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@cache
def _plan(region: str) -> Plan:
    try:
        return number_plans.of_region(region)
    except LookupError:
        raise BadNumber("number_region_unknown") from None


def parse(text: str, region: str | None = None) -> int:
    """The number a text stands for, as E.164 digits.

    `+8613800138000`, with or without separators, and `tel:+86…` and `sip:+86…@host` are international. Bare digits
    are E.164 without its plus if no `region` is given (SIP proxies send them so), and national if one is; but where
    this register is China's, `13800138000` alone is refused: it would be judged as a number of North America. Any other
    national form needs `region` (ISO 3166-1 alpha-2); with it, its international prefix (`00…`) counts as a plus.
    Full-width digits and CJK spaces are read as their plain forms. Raises `BadNumber`.
    """
    try:
        if region is None:
            number = 0 if _is_ambiguous(text) else read_e164(text[1:] if text[:1] == "+" else text)
        elif text[:1] == "+":
            _plan(region)
            number = read_e164(text[1:])
        else:
            number = read_national(text, _plan(region))
    except (TypeError, AttributeError):
        number = 0  # not a text, and `_clean` says so
    return number or _parse_carefully(text, region)


def _is_ambiguous(text: str) -> bool:
    """Whether bare digits are a mobile number of China as people write it, in a register that is China's."""
    return len(text) == 11 and text[0] == "1" and text[1] in "3456789" and _CHINESE


def parse_many(texts: Iterable[str], region: str | None = None) -> list[int | BadNumber]:
    """`parse` of each text: one out per one in, in order, a `BadNumber` where it would have been raised.

    Raises `BadNumber` itself only for an unknown `region`, which is nobody's row.
    """
    if region is not None:
        _plan(region)
    results: list[int | BadNumber] = []
    for text in texts:
        try:
            results.append(parse(text, region))
        except BadNumber as bad:
            # A fresh one: the raised one keeps every frame it came through, which a million rows would feel.
            results.append(BadNumber(bad.code, bad.detail))
    return results


def parse_caller(text: str, region: str | None = None) -> int:
    """The number a company calls from: as `parse`, and also service numbers and numbers of no country.

    `+8695588`, `+864001234567`, `+80012345678`, and `95588` with region `CN` (8695588). Short numbers need their plus
    or a region: bare `95588` could as well be Myanmar's. China's SMS codes (106…) fit up to E.164's fifteen digits.
    Raises `BadNumber`.
    """
    try:
        return parse(text, region)
    except BadNumber as bad:
        if bad.code not in ("number_not_possible", "number_not_geographic"):
            raise
        digits, plus, _ = _clean(text)
        if plus or (region is None and bad.code == "number_not_geographic"):
            plan = HEADS[digits[:3]]
            national = digits[plan.width :] if plan is not None else ""
        else:
            plan, national = None if region is None else _plan(region), digits
        if plan is None or not _may_call(plan, national):
            raise
        return int(plan.code + national)


def _may_call(plan: Plan, national: str) -> bool:
    """Whether a national number that no subscriber has may be one that a company calls from."""
    if not plan.geographic:
        return len(national) in plan.lengths
    if plan.code == "86" and national.startswith("106"):
        return len(national) <= MAX_DIGITS - plan.width
    return MIN_SHORT <= len(national) <= MAX_SHORT and national[0] != "0"


def _clean(text: str) -> tuple[str, bool, bool]:
    """The digits of a text, whether a plus stood before them, and whether they stood alone. Raises `BadNumber`."""
    if text is None:
        raise BadNumber("number_missing")
    if (
        not isinstance(text, str)
        or len(text) > MAX_TEXT
        or any(unicodedata.category(c) == "Cc" for c in text)
    ):
        raise BadNumber("number_malformed")
    # Telephones and spreadsheets wrap copied numbers in invisible marks of direction (category Cf).
    while text and (text[0].isspace() or unicodedata.category(text[0]) == "Cf"):
        text = text[1:]
    while text and (text[-1].isspace() or unicodedata.category(text[-1]) == "Cf"):
        text = text[:-1]
    if not text:
        raise BadNumber("number_missing")
    if text[:4].lower() == "tel:":
        text = text[4:]
        if text[:1] != "+":
            raise BadNumber("number_not_e164")
    elif sip := _SIP.fullmatch(text):
        text = sip[1]
    digits, plus, alone = [], False, True
    for sign in text:
        if (digit := unicodedata.decimal(sign, None)) is not None:
            digits.append(str(digit))
        elif sign in _PLUS and not digits and not plus:
            plus = True
        elif sign in _SEPARATORS:
            alone = False
        else:
            raise BadNumber("number_malformed")
    if not digits:
        raise BadNumber("number_malformed")
    return "".join(digits), plus, alone


def _parse_carefully(text: str, region: str | None) -> int:
    plan = None if region is None else _plan(region)
    digits, plus, alone = _clean(text)
    if plan is None and alone and not plus and _is_ambiguous(digits):
        raise BadNumber("number_ambiguous")
    if plus or (plan is None and alone and digits[0] != "0"):
        return read_e164(digits) or _ask_library(digits, None)
    if plan is None:
        raise BadNumber("number_not_e164")
    return read_national(digits, plan) or _ask_library(digits, region)


def _ask_library(digits: str, region: str | None) -> int:
    """What libphonenumber makes of digits: international if `region` is None. Raises `BadNumber`."""
    if region is None:
        plan = HEADS[digits[:3]]
        if plan is None:
            raise BadNumber("number_not_valid")
        if not plan.geographic:
            raise BadNumber("number_not_geographic")
        digits = f"+{digits}"
    number = _library_reads(digits, region)
    # A prefix written twice ("0061…" where 0011 is the way abroad) comes out with one left: the number would be
    # another when it comes in again.
    if read_e164(str(number)) != number and _library_reads(e164(number), None) != number:
        raise BadNumber("number_not_possible")
    return number


def _library_reads(digits: str, region: str | None) -> int:
    try:
        found = phonenumbers.parse(digits, region)
    except NumberParseException as refused:
        unknown = refused.error_type == NumberParseException.INVALID_COUNTRY_CODE
        raise BadNumber("number_not_valid" if unknown else "number_not_possible") from None
    plan = number_plans.of_code(found.country_code)
    if not plan.geographic:
        raise BadNumber("number_not_geographic")
    national = phonenumbers.national_significant_number(found)
    with_trunk = plan.zero_is_trunk and national.startswith("0") and not plan.general.fullmatch(national)
    if len(national) not in plan.lengths or with_trunk:
        raise BadNumber("number_not_possible")
    return int(plan.code + national)


def e164(number: int) -> str:
    """`+8613800138000`: the number in full, for those who may see it."""
    return f"+{number}"


def country_code(number: int) -> int:
    """The country calling code (86) of a number. Raises `BadNumber` if it begins with none."""
    plan = HEADS[str(number)[:3]]
    if plan is None:
        raise BadNumber("number_not_valid")
    return int(plan.code)


def is_assigned(number: int) -> bool:
    """Whether the number lies in a range that its plan has given out, by the data at hand. For statistics only."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164(number)))
    except NumberParseException:
        return False


def mask(number: int | str) -> str:
    """`+86138****8000`: the number as logs and lists show it.

    The country code stays, and of the rest up to three digits before and four after at least four hidden ones.
    Of a rest under eight digits nothing stays, and of a text that is no number only stars.
    """
    text = str(number)
    digits = "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
    if not digits or len(digits) > MAX_DIGITS:
        return "****"
    plan = HEADS[digits[:3]] if isinstance(number, int) or text[:1] in _PLUS or text.isdecimal() else None
    lead, rest = (f"+{plan.code}", digits[plan.width :]) if plan is not None else ("", digits)
    if len(rest) < 8:
        return lead + "*" * max(4, len(rest))
    first = min(3, len(rest) - 8)
    return f"{lead}{rest[:first]}{'*' * (len(rest) - first - 4)}{rest[-4:]}"
