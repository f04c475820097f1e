"""The kinds of value that bodies hold, and how the shapes become what verbs take: numbers, times, ids of companies.

`Reading` collects the faults of one body, so that an answer names them all.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from registry import ids, phone
from registry.codes import CHANNELS, PURPOSES, SECTORS
from registry.errors import Fault, InvalidInput, NotFound, NumberNotAccepted
from registry.models import Company
from registry.phone import BadNumber

Number = Annotated[
    str,
    Meta(
        description="A phone number: E.164 (`+8613800138000`), its bare digits, or a national form with `region`.",
        examples=["+8613800138000"],
    ),
]
Caller = Annotated[
    str,
    Meta(
        description="The number the call comes from, as the company registered it.",
        examples=["+861065551234"],
    ),
]
Region = Annotated[
    str,
    Meta(
        pattern="^[A-Z]{2}$",
        description="Whose national form the numbers are in: ISO 3166-1.",
        examples=["CN"],
    ),
]
Instant = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 with an offset.", examples=["2026-03-10T10:00:00+08:00"])
]
#: One line of text, kept as it is. Control characters have no business in it, and NUL cannot be stored.
Line = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\u0000-\u001f\u007f]*$")]
CompanyId = Annotated[str, Meta(pattern=r"^com_[1-9][0-9]{0,17}$", examples=["com_7"])]
# Literal takes a tuple at run time, so the code lists stay in one place.
Sector = Literal[SECTORS]  # type: ignore[valid-type]
Channel = Literal[CHANNELS]  # type: ignore[valid-type]
Purpose = Literal[PURPOSES]  # type: ignore[valid-type]

#: Instants outside these years are slips of the pen, and overflow where time zones are added.
YEARS = range(1900, 2200)

_COMPANY_ID = re.compile(r"com_[1-9][0-9]{0,17}", re.ASCII)


class Reading:
    """Values of one body on their way to a verb. Each method answers with a usable value or notes a fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, pointer: str, code: str, detail: str) -> None:
        """Note that a field is at fault."""
        self.faults.append(Fault(pointer, code, detail))

    def number(self, text: str, region: str | None = None, pointer: str = "/number") -> int:
        """The number of a person; 0 if it cannot be read."""
        try:
            return phone.parse(text, region)
        except BadNumber as bad:
            return self._bad_number(bad, pointer)

    def caller(self, text: str, region: str | None = None, pointer: str = "/caller") -> int:
        """The number a company calls from; 0 if it cannot be read."""
        try:
            return phone.parse_caller(text, region)
        except BadNumber as bad:
            return self._bad_number(bad, pointer)

    def _bad_number(self, bad: BadNumber, pointer: str) -> int:
        if bad.code == "number_region_unknown":
            pointer = "/region"
        if not any(fault.pointer == pointer for fault in self.faults):
            self.fault(pointer, bad.code, bad.detail)
        return 0

    def instant(self, given: datetime | None, pointer: str) -> datetime | None:
        """An instant in UTC."""
        if given is None:
            return None
        if given.year not in YEARS:
            self.fault(pointer, "not_a_time", f"The year must lie between {YEARS[0]} and {YEARS[-1]}")
            return None
        return given.astimezone(UTC)

    def distinct(self, given: list[Any], pointer: str) -> None:
        """Note a value that is listed twice."""
        if len(set(given)) < len(given):
            self.fault(pointer, "listed_twice", "A value is listed twice")

    def company(self, public: str, pointer: str) -> Company | None:
        """A company by its public id."""
        found = None
        if _COMPANY_ID.fullmatch(public):
            found = Company.objects.filter(pk=ids.number("com", public)).first()
        if found is None:
            self.fault(pointer, "company_unknown", "There is no such company in the register")
        return found

    def settle(self) -> None:
        """Raise `InvalidInput`, or `NumberNotAccepted` if only numbers are at fault, with all faults noted."""
        if not self.faults:
            return
        only_numbers = all(fault.code.startswith("number_") for fault in self.faults)
        raise (NumberNotAccepted if only_numbers else InvalidInput)(faults=self.faults)


def public_id(prefix: str, text: str) -> int:
    """The row's number in an id from a path. Raises `NotFound`."""
    if not text.isascii():
        raise NotFound
    return ids.number(prefix, text)


def minutes(clock: str) -> int:
    """Minutes of the day that `HH:MM` stands for; its shape is checked already."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


def clock_time(minutes_of_day: int) -> str:
    """`HH:MM` of minutes of the day."""
    return f"{minutes_of_day // 60:02d}:{minutes_of_day % 60:02d}"
