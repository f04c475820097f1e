"""Time zones by number prefix: libphonenumber's data under today's names, with its outdated entries put right.

Calls are allowed only when every possible zone allows them, so a prefix may name too many zones, never too few.
"""

from functools import cache
from typing import Final
from zoneinfo import available_timezones

from phonenumbers.tzdata import TIMEZONE_DATA

#: Old names in libphonenumber's data, and what the time zone database calls them now (its file `backward`; some
#: systems no longer install those).
RENAMED: Final = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
#: Prefixes where libphonenumber names a zone that once kept the same time and does not any more, with the zones of
#: the IANA time zone database that apply (`zone.tab`, and `NEWS` for the changes since).
CORRECTED: Final = {
    "211": "Africa/Juba",  # UTC+2 since 2021
    "212": "Africa/Casablanca Africa/El_Aaiun",  # UTC+1 but for Ramadan, since 2018
    "213": "Africa/Algiers",  # no summer time
    "218": "Africa/Tripoli",  # no summer time
    "505": "America/Managua",  # no summer time
    "970": "Asia/Gaza Asia/Hebron",  # summer time on days of its own
    "675": "Pacific/Bougainville Pacific/Port_Moresby",  # UTC+11 in Bougainville since 2014
    "56": "America/Coyhaique America/Punta_Arenas America/Santiago Pacific/Easter",
    "5632": "America/Santiago Pacific/Easter",  # Easter Island has Valparaíso's area code
    "5661": "America/Punta_Arenas",  # no winter time since 2016
    "5667": "America/Coyhaique",  # no winter time since 2025
    "569": "America/Coyhaique America/Punta_Arenas America/Santiago Pacific/Easter",  # mobiles
    "740": "Europe/Kaliningrad",  # no summer time
    "7840": "Europe/Moscow",
    "7845": "Europe/Saratov",  # UTC+4 since 2016
    # Yukon keeps UTC-7 since 2020; the territories' one area code spans four hours.
    "1867": "America/Edmonton America/Iqaluit America/Rankin_Inlet America/Whitehorse",
    **dict.fromkeys(
        ("1867334", "1867393", "1867456", "1867536", "1867633", "1867667", "1867668", "1867993"),
        "America/Whitehorse",
    ),
    # Chihuahua moved to UTC-6 in 2022, but for the towns on the border.
    **dict.fromkeys(
        [f"52{area}" for area in (614, 621, 625, 627, 628, 629, 635, 636, 639, 648, 652, 659)],
        "America/Chihuahua",
    ),
    "52657": "America/Chihuahua America/Ciudad_Juarez",
}


@cache
def by_prefix() -> dict[str, tuple[str, ...]]:
    """Prefix of E.164 digits to the zones of its numbers: sorted, and known to `zoneinfo`.

    The data know 1,555 prefixes longer than an area code in North America alone.
    """
    known = available_timezones()
    named = {
        prefix: {RENAMED.get(zone, zone) for zone in zones} & known for prefix, zones in TIMEZONE_DATA.items()
    }
    named.update((prefix, set(zones.split()) & known) for prefix, zones in CORRECTED.items())
    return {prefix: tuple(sorted(zones)) for prefix, zones in named.items() if zones}


@cache
def _below() -> dict[str, frozenset[str]]:
    """Each beginning of a known prefix, and the zones of all prefixes that go on from it."""
    below: dict[str, set[str]] = {}
    for prefix, zones in by_prefix().items():
        for width in range(1, len(prefix)):
            below.setdefault(prefix[:width], set()).update(zones)
    return {beginning: frozenset(zones) for beginning, zones in below.items()}


def of(prefix: str, country: str) -> tuple[str, ...]:
    """The zones of the longest known prefix that says more than the country code; empty if none does."""
    table = by_prefix()
    for width in range(len(prefix), len(country), -1):
        if found := table.get(prefix[:width]):
            return found
    return ()


def under(prefix: str, country: str) -> frozenset[str]:
    """Every zone that a number beginning with `prefix` may be given by longer prefixes or by `of`."""
    return _below().get(prefix, frozenset()).union(of(prefix, country))


def all_of(country: str) -> tuple[str, ...]:
    """All zones of a country code."""
    return tuple(sorted(_below().get(country, frozenset()).union(by_prefix().get(country, ()))))


def is_divided(prefix: str) -> bool:
    """Whether longer prefixes say more than this one."""
    return prefix in _below()
