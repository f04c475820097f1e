"""The code lists of the register: sectors, channels, purposes, scopes, statuses.

Outside (API, pages, files, reports) a code is its name. Inside, on tables that grow to hundreds of millions of
rows, it is a small integer: its place in the list below, counted from 0. A set of codes is a bit mask, bit `n` for
the code at place `n`. The lists only ever grow at their end: a place, once given, is written in rows.
"""

from collections.abc import Iterable

SECTORS = (
    "insurance",
    "finance",
    "real_estate",
    "education",
    "health",
    "consumer_goods",
    "telecom_it",
    "travel",
    "food",
    "other",
)
CHANNELS = ("live", "autodialed", "prerecorded", "sms")
#: Why a company calls. Everything but `marketing` may be exempt, where the policy says so.
PURPOSES = ("marketing", "service", "survey", "charity", "political", "emergency")
RELATIONSHIP_KINDS = ("purchase", "contract", "inquiry")
#: Day classes an opt-out may be limited to; Monday is place 0, as in ISO 8601 less one.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
CONSENT_METHODS = ("web_form", "paper", "voice_recording", "sms", "in_person")
#: What an opt-out covers.
SCOPES = ("all", "sector", "company")
#: Where an opt-out came from.
OPT_OUT_SOURCES = ("portal", "sms", "phone", "company", "carrier", "regulator", "call", "import")

ALL_CHANNELS = (1 << len(CHANNELS)) - 1


def mask(names: Iterable[str], of: tuple[str, ...]) -> int:
    """The bit mask of `names` in the list `of`. Raises ValueError for a name that is not in it."""
    bits = 0
    for name in names:
        bits |= 1 << of.index(name)
    return bits


def names(bits: int, of: tuple[str, ...]) -> list[str]:
    """The names in the list `of` whose bits are set, in the list's order."""
    return [name for place, name in enumerate(of) if (bits >> place) & 1]
