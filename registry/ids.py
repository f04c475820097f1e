"""Ids as outsiders see them: a prefix that says what it is, and the number of the row (`chk_81`, `con_7`).

A prefix costs four letters and spares every "which kind of id is this" in logs and letters. The ids are not secret:
another company's object is 404 whoever guesses its id.
"""

import re

from registry.errors import NotFound

_SHAPE = re.compile(r"([a-z]{3})_([1-9]\d{0,18})")


def public(prefix: str, number: int) -> str:
    """The public form of a row's number."""
    return f"{prefix}_{number}"


def number(prefix: str, text: str) -> int:
    """The row's number. Raises `NotFound` for anything that is not such an id."""
    found = _SHAPE.fullmatch(text)
    if found is None or found[1] != prefix or int(found[2]) >= 1 << 63:
        raise NotFound
    return int(found[2])
