"""Whole columns of numbers: what `registry/phone.py` reads one by one, for millions of rows at once.

Only what is plain is read here: E.164 digits, with or without a plus, of a country and a length that its plan has, in
front of which nobody could have written a trunk prefix. Everything else is left to `phone.parse`, which says the same
of what is read here (a test holds the two together).
"""

from functools import cache
from typing import Final

import pyarrow as pa
from pyarrow import compute

from registry.number_plans import HEADS, Plan

_WITH_PLUS: Final = r"^\+[1-9][0-9]{6,14}$"
#: Bare digits of North America may be a mobile number of China as well: `phone.parse` says.
_DIGITS: Final = r"^(?:\+[1-9]|[2-9])[0-9]{6,14}$"
#: Numbers of more countries than this in one column are left to `phone.parse`.
MOST_PLANS: Final = 12


def read_e164(texts: pa.Array, *, plus: bool) -> pa.Array:
    """The numbers (int64) of a column of texts; null where one takes a closer look.

    `plus`: only texts with a plus are read. Bare digits are E.164 only where no region is given.
    """
    plain = compute.match_substring_regex(texts, _WITH_PLUS if plus else _DIGITS)
    digits = compute.utf8_ltrim(compute.if_else(plain, texts, None), "+")
    lengths = compute.binary_length(digits)
    read = pa.scalar(False)
    for plan in _plans(compute.unique(compute.utf8_slice_codeunits(digits, 0, 3))):
        fits = compute.and_(
            compute.starts_with(digits, plan.code),
            compute.is_in(lengths, pa.array(sorted(plan.totals), pa.int32())),
        )
        if plan.trunk is not None:
            fits = compute.and_not(fits, compute.match_substring_regex(digits, _trunk(plan)))
        read = compute.or_(read, fits)
    return compute.if_else(read, digits, None).cast(pa.int64())


def _plans(heads: pa.Array) -> list[Plan]:
    """The plans of the first three digits; of the first few countries, where there are many."""
    found = {
        plan.code: plan
        for head in heads.to_pylist()
        if head is not None and (plan := HEADS[head]) is not None and plan.geographic
    }
    return list(found.values())[:MOST_PLANS]


@cache
def _trunk(plan: Plan) -> str:
    """What finds a trunk prefix behind the country code."""
    return f"^{plan.code}(?:{plan.trunk.pattern})" if plan.trunk is not None else ""
