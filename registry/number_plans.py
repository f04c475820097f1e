"""How countries write their numbers: lengths, trunk and international prefixes, from libphonenumber's data.

Read by `registry/phone.py` alone. libphonenumber reads some 50,000 texts a second; what is E.164 already, or plain
digits of a known region, is read here at a million a second from a table of lengths and the plan's own patterns.
Where these cannot settle it, the answer is 0 and libphonenumber is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata

#: ITU-T E.164, 6.2.1: country code and national number together.
MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Plan:
    """How one country code (or one region of it) writes its numbers."""

    code: str
    width: int
    #: Lengths of a national number, and of the whole with its country code. Numbers that can only be dialled
    #: within a town are not among them.
    lengths: frozenset[int]
    totals: frozenset[int]
    #: What may stand before a national number (`0`, a carrier's code), and before an international one.
    trunk: re.Pattern[str] | None
    abroad: re.Pattern[str] | None
    #: The trunk prefix is not only dropped but rewritten: left to libphonenumber.
    rewrites: bool
    general: re.Pattern[str]
    geographic: bool
    #: Trunk calls are dialled with a 0, which is then no part of the number.
    zero_is_trunk: bool


def _plan_of(metadata: PhoneMetadata, geographic: bool, lengths: Iterable[int]) -> Plan:
    code = str(metadata.country_code)
    nationals = frozenset(length for length in lengths if length > 0 and len(code) + length <= MAX_DIGITS)
    trunk, abroad = metadata.national_prefix_for_parsing, metadata.international_prefix
    return Plan(
        code=code,
        width=len(code),
        lengths=nationals,
        totals=frozenset(len(code) + length for length in nationals),
        trunk=re.compile(trunk) if trunk else None,
        abroad=re.compile(abroad) if abroad else None,
        rewrites=bool(metadata.national_prefix_transform_rule),
        general=re.compile(metadata.general_desc.national_number_pattern),
        geographic=geographic,
        zero_is_trunk=metadata.national_prefix == "0",
    )


@cache
def of_code(code: int) -> Plan:
    """The plan of an assigned country code: its main region's."""
    region = phonenumbers.region_code_for_country_code(code)
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    return _plan_of(metadata, region != "001", metadata.general_desc.possible_length)


@cache
def of_region(region: str) -> Plan:
    """The plan of a region (`CN`), whose lengths are those of its country code. Raises `LookupError`."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise LookupError("no such region")
    metadata = PhoneMetadata.metadata_for_region(region)
    return _plan_of(metadata, True, of_code(metadata.country_code).lengths)


class _Heads(dict[str, Plan | None]):
    """The plan for the first three digits of a number, made when first met: at most about a thousand entries.

    No country code is the beginning of another, so the digits decide; None where none of them is a country code.
    """

    def __missing__(self, head: str) -> Plan | None:
        plan = None
        for width in range(1, len(head) + 1):
            if head[0] != "0" and int(head[:width]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
                plan = of_code(int(head[:width]))
                break
        self[head] = plan
        return plan


HEADS: Final = _Heads()


def _without_trunk(digits: str, start: int, plan: Plan) -> str | None:
    """The national number in `digits[start:]`, or None if only libphonenumber can tell.

    Follows its `_maybe_strip_national_prefix_carrier`: a prefix is dropped if what is left is a number of the plan,
    and kept if only the whole is.
    """
    found = plan.trunk.match(digits, start) if plan.trunk is not None else None
    if found is None or found.end() == start:
        return digits[start:]
    if plan.rewrites:
        return None
    if plan.general.fullmatch(digits, found.end()):
        return digits[found.end() :]
    return digits[start:] if plan.general.fullmatch(digits, start) else None


def read_e164(digits: str) -> int:
    """The number in E.164 digits without plus; 0 if it takes a closer look."""
    if not (digits.isdecimal() and digits.isascii()):
        return 0
    plan = HEADS[digits[:3]]
    if plan is None or len(digits) not in plan.totals or not plan.geographic:
        return 0
    trunk = plan.trunk
    if trunk is not None:
        found = trunk.match(digits, plan.width)
        if found is not None and found.end() > plan.width:
            # "+86 010 …" and "+86 10 …" are one telephone, and must be one number here.
            return int(digits) if _without_trunk(digits, plan.width, plan) == digits[plan.width :] else 0
    return int(digits)


def read_national(digits: str, plan: Plan) -> int:
    """The number in national digits of the plan; 0 if it takes a closer look."""
    if not (digits.isdecimal() and digits.isascii()):
        return 0
    if plan.abroad is not None and plan.abroad.match(digits):
        return 0
    if digits.startswith(plan.code) and not plan.general.fullmatch(digits):
        # "8613800138000" in China, "12125550100" in the United States: the country code without its plus.
        whole = plan.general.fullmatch(digits, plan.width) and _without_trunk(digits, plan.width, plan)
        return read_e164(digits) if whole == digits[plan.width :] else 0
    national = _without_trunk(digits, 0, plan)
    if national is None or len(national) not in plan.lengths:
        return 0
    # Read again as E.164, because what comes out must stay what it is when it comes in again.
    return read_e164(plan.code + national)
