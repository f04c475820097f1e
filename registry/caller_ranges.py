"""Ranges of calling numbers, as carriers give them out: `1600123XXX`, `+861065550000..+861065550099`, or one number.

The register holds each number of a range as a calling number of its own, so that the check's question "whose is this
number" has one answer in one place. `MOST` bounds a range for that reason.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from registry.phone import BadNumber, country_code, e164, parse_caller

#: The most numbers of one range.
MOST = 10_000
#: Series that say what a call is about, by country code: how the national number begins, and the lengths it may have.
#: China's service numbers and 400; India's 140 (promotion) and 1600 (service). 951 to 955 are area codes of Ningxia
#: too, whose numbers are longer.
SERIES: dict[int, dict[str, range]] = {
    86: {"95": range(5, 10), "96": range(5, 10), "400": range(10, 11)},
    91: {"140": range(10, 11), "1600": range(10, 11)},
}


class Range(NamedTuple):
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


def parse(text: str, region: str | None = None) -> Range:
    """The range that a text stands for. An X (or *) at the end is any digit. Raises `BadNumber`."""
    begin, dots, end = text.partition("..")
    if dots:
        return between(parse_caller(begin.strip(), region), parse_caller(end.strip(), region))
    plain = text.strip().rstrip("Xx*")
    open_digits = len(text.strip()) - len(plain)
    return between(
        parse_caller(plain + "0" * open_digits, region), parse_caller(plain + "9" * open_digits, region)
    )


def between(first: int, last: int) -> Range:
    """The range of two numbers. Raises `BadNumber` for one that is none, or longer than `MOST`."""
    if last < first or len(str(first)) != len(str(last)):
        raise BadNumber("range_malformed", "The range ends before it begins, or its ends differ in length")
    if last - first >= MOST:
        raise BadNumber("range_too_long", f"A range may have {MOST:,} numbers; give it in parts")
    return Range(first, last)


def joined(numbers: Iterable[int]) -> Iterator[Range]:
    """Ascending numbers as the fewest ranges."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield Range(first, last)
        first = last = number
    if first is not None and last is not None:
        yield Range(first, last)


def series(number: int) -> str:
    """The series a calling number belongs to (`95`, `400`, `1600`), or empty."""
    code = country_code(number)
    national = e164(number)[1 + len(str(code)) :]
    fitting = (
        head
        for head, lengths in SERIES.get(code, {}).items()
        if national.startswith(head) and len(national) in lengths
    )
    return next(fitting, "")
