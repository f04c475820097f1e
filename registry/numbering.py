"""Where a number lives: jurisdiction, possible time zones and holiday calendar, as one flat table.

Numbers are compared as their first fifteen digits: a number of k digits stands at n * 10**(15 - k). An `Interval`
holds the numbers from `start` up to, not including, `end`. The intervals are sorted and disjoint and cover every
country code that belongs to a place; between them lie the codes that do not. A database finds the row of a number
with `WHERE start <= n15 ORDER BY start DESC LIMIT 1` and checks `n15 < end`.

Jurisdiction follows libphonenumber's plans; zones follow its time zone data by longest prefix where a number has a
place (fixed lines, and mobiles that carry an area code), and are otherwise all zones of the regions whose plans
claim the number. Calls are allowed only when every zone allows them, so too many zones are safe, and too few are not.
"""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

from registry import number_patterns, number_zones, phone
from registry.area_codes import AREA_CODES
from registry.number_patterns import State
from registry.number_plans import MAX_DIGITS

#: Country codes whose mobile numbers carry the area code of a place: Mexico, Argentina, Brazil. libphonenumber adds
#: China, which has one zone, and Indonesia, where it holds for some prefixes only.
_MOBILES_WITH_AREA: Final = frozenset((52, 54, 55))
_SERVICES: Final = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip
#: Regions of libphonenumber that have no holiday calendar of their own, and the country they are part of.
_CALENDARS: Final = {"AC": "SH", "TA": "SH"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of numbers that live alike.

    `start` is in it and `end` is not, both of fifteen digits (see above). `jurisdiction` is ISO 3166-1 alpha-2
    (`CN`; also `XK`, `AC`, `TA`, which libphonenumber has), or ISO 3166-2 for states of the United States (`US-FL`).
    `zones` are all time zones the number may be in (IANA names, sorted). `calendar_region` and
    `calendar_subdivision` name the holiday calendar (`US` and `FL`, `CA` and `ON`, `CN` and None).
    """

    start: int
    end: int
    jurisdiction: str
    zones: tuple[str, ...]
    calendar_region: str
    calendar_subdivision: str | None


class _Leaf(NamedTuple):
    """A prefix that needs no further splitting. `zones` is empty where the number has no place; then all zones of
    `claimants` apply, or of the whole country code if there are none."""

    prefix: str
    region: str
    zones: tuple[str, ...]
    claimants: tuple[str, ...]


class _Claims(NamedTuple):
    """What the numbers under a prefix may still be in the plan of one region."""

    #: The digits by which libphonenumber tells the region's numbers; None where their patterns do.
    lead: State | None
    #: Fixed lines, and mobiles that carry an area code.
    fixed: State
    mobile: State
    #: Toll-free, premium, personal and the like. Where these and others overlap, libphonenumber takes these.
    service: State

    def after(self, digit: str) -> "_Claims | None":
        """The claims after one more digit, or None if there are none."""
        lead = self.lead
        if lead is not None and () not in lead:
            lead = number_patterns.step(lead, digit)
        after = _Claims(lead, *(number_patterns.step(kind, digit) for kind in self[1:]))
        return after if (after.patterns() if lead is None else lead) else None

    def patterns(self) -> State:
        return self.fixed | self.mobile | self.service

    def has_place(self) -> bool | None:
        """Whether the numbers have a place; None if it depends on the next digits."""
        if not self.fixed or self.fixed <= self.service:
            return False
        if not self.service and self.mobile <= self.fixed:
            return True
        return False if number_patterns.only_length_matters(self.patterns()) else None


def _claims_of(region: str, country: int) -> _Claims:
    metadata = PhoneMetadata.metadata_for_region(region)

    def state(*names: str) -> State:
        kinds: list[PhoneNumberDesc | None] = [getattr(metadata, name) for name in names]
        patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
        return frozenset().union(*(number_patterns.start(pattern) for pattern in patterns if pattern))

    lead = number_patterns.start(metadata.leading_digits) if metadata.leading_digits else None
    if country in _MOBILES_WITH_AREA:
        return _Claims(lead, state("fixed_line", "mobile"), frozenset(), state(*_SERVICES))
    return _Claims(lead, state("fixed_line"), state("mobile"), state(*_SERVICES))


def _region(claims: dict[str, _Claims]) -> str | None:
    """The region of all numbers under a prefix, or None if it depends on the next digits.

    libphonenumber takes the first region, in its order, whose leading digits or patterns fit.
    """
    (first, its), *others = claims.items()
    if not others or (its.lead is not None and () in its.lead):
        return first
    if its.lead is None and all(
        other.lead is None and other.patterns() <= its.patterns() for _, other in others
    ):
        return first
    if all(
        other.lead is None and number_patterns.only_length_matters(other.patterns())
        for _, other in claims.items()
    ):
        return first
    return None


def _leaves(country: str, prefix: str, claims: dict[str, _Claims]) -> Iterator[_Leaf]:
    """The numbers under a prefix, in order, split as far as they differ."""
    if not claims:
        yield _Leaf(prefix, COUNTRY_CODE_TO_REGION_CODE[int(country)][0], (), ())
        return
    region = _region(claims)
    has_place = claims[region].has_place() if region is not None else None
    if region is not None and has_place is not None:
        yield from (
            _places(country, prefix, region, tuple(claims))
            if has_place
            else (_Leaf(prefix, region, (), tuple(claims)),)
        )
        return
    for digit in number_patterns.ANY_DIGIT:
        after = {region: claim.after(digit) for region, claim in claims.items()}
        yield from _leaves(
            country, prefix + digit, {r: claim for r, claim in after.items() if claim is not None}
        )


def _places(country: str, prefix: str, region: str, claimants: tuple[str, ...]) -> Iterator[_Leaf]:
    """Numbers that have a place, split as far as the zones of their prefixes differ."""
    if not number_zones.is_divided(prefix):
        yield _Leaf(prefix, region, number_zones.of(prefix, country), claimants)
        return
    for digit in number_patterns.ANY_DIGIT:
        yield from _places(country, prefix + digit, region, claimants)


def _country(country: int) -> Iterator[Interval]:
    """The intervals of a country code."""
    regions, code = COUNTRY_CODE_TO_REGION_CODE[country], str(country)
    everywhere = number_zones.all_of(code)
    if len(regions) == 1 and len(everywhere) == 1:
        leaves = [_Leaf(code, regions[0], everywhere, regions)]
    else:
        leaves = list(_leaves(code, code, {region: _claims_of(region, country) for region in regions}))
    zones_of: dict[str, set[str]] = defaultdict(set)
    for leaf in leaves:
        zones_of[leaf.region].update(leaf.zones)
    for leaf in leaves:
        zones = set(leaf.zones)
        if not zones and leaf.claimants and len(regions) > 1:
            zones = number_zones.under(leaf.prefix, code).union(
                *(zones_of[region] for region in leaf.claimants)
            )
        yield _interval(leaf, tuple(sorted(zones)) or everywhere)


def _interval(leaf: _Leaf, zones: tuple[str, ...]) -> Interval:
    size = 10 ** (MAX_DIGITS - len(leaf.prefix))
    start = int(leaf.prefix) * size
    # An area code lies in one state; the few exchanges that reach over a border go with it.
    place = AREA_CODES.get(leaf.prefix[1:4], "") if leaf.prefix[0] == "1" else ""
    subdivision = place[3:] if place.startswith(leaf.region) else None
    jurisdiction = place if leaf.region == "US" and subdivision else leaf.region
    calendar = _CALENDARS.get(leaf.region, leaf.region)
    return Interval(start, start + size, jurisdiction, zones, calendar, subdivision or None)


def _joined(pieces: Iterable[Interval]) -> Iterator[Interval]:
    """Neighbours that live alike as one."""
    held: Interval | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif held.end == piece.start and replace(piece, start=held.start) == replace(held, end=piece.end):
            held = replace(held, end=piece.end)
        else:
            yield held
            held = piece
    if held is not None:
        yield held


@cache
def intervals() -> tuple[Interval, ...]:
    """The table: sorted, disjoint, and complete for every country code that belongs to a place."""
    countries = [code for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions != ("001",)]
    pieces = (piece for country in countries for piece in _country(country))
    return tuple(_joined(sorted(pieces, key=attrgetter("start"))))


@cache
def _starts() -> tuple[int, ...]:
    return tuple(interval.start for interval in intervals())


def lookup(number: int) -> Interval:
    """The interval of a number in E.164 digits.

    Raises `BadNumber`: `number_not_geographic` for the codes of no country (+800, +870, …), `number_malformed` for
    what begins with no country code or is too long.
    """
    width = len(str(number))
    if number <= 0 or width > MAX_DIGITS:
        raise phone.BadNumber("number_malformed")
    place = number * 10 ** (MAX_DIGITS - width)
    at = bisect_right(_starts(), place) - 1
    if at >= 0 and place < (interval := intervals()[at]).end:
        return interval
    try:
        phone.country_code(number)
    except phone.BadNumber:
        raise phone.BadNumber("number_malformed") from None
    raise phone.BadNumber("number_not_geographic")


def rows() -> Iterator[tuple[int, int, str, list[str], str, str | None]]:
    """The table as plain tuples in the order of `Interval`'s fields, for loading into a database."""
    for interval in intervals():
        yield (
            interval.start,
            interval.end,
            interval.jurisdiction,
            list(interval.zones),
            interval.calendar_region,
            interval.calendar_subdivision,
        )


@cache
def digest() -> str:
    """SHA-256 of the rows in hexadecimal: differs where a new version of the data says something else."""
    content = hashlib.sha256()
    for row in rows():
        content.update(json.dumps(row).encode() + b"\n")
    return content.hexdigest()
