"""What a text message to the register means. Pure.

Keywords as people know them from senders of sales messages: T, TD, N, STOP and 退订 refuse everything. India's
preferences by category (TCCCPR 2018): `FULLY BLOCK`, `BLOCK 1,3`, `UNBLOCK 1,3`, `UNBLOCK ALL`, and the older
`START 0`, `START 1,3`. What is not clear changes nothing. `STOP 1` once took a preference back in India; here it
refuses, as everywhere else. Who meant the other thing is told what was done and how to undo it; the other reading would
let companies call somebody who wrote "stop".
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

Action = Literal["refuse_all", "refuse_sectors", "release_all", "release_sectors", "status", "help"]
ACTIONS: tuple[Action, ...] = (
    "refuse_all",
    "refuse_sectors",
    "release_all",
    "release_sectors",
    "status",
    "help",
)

#: India's categories of preference as sectors of the register.
CATEGORIES: dict[int, tuple[str, ...]] = {
    1: ("insurance", "finance"),
    2: ("real_estate",),
    3: ("education",),
    4: ("health",),
    5: ("consumer_goods",),
    6: ("telecom_it",),
    7: ("travel",),
    8: ("food",),
}
_WORDS: dict[str, Action] = {
    **dict.fromkeys(
        (
            "T", "TD", "N", "R", "NO", "STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT",
            "FULLY BLOCK", "BLOCK ALL", "BLOCK 0", "START 0", "STOP 0", "退订", "退", "拒收", "拒绝", "拒接",
        ),
        "refuse_all",
    ),
    **dict.fromkeys(("UNBLOCK ALL", "UNBLOCK 0", "UNSTOP", "恢复", "取消退订"), "release_all"),
    **dict.fromkeys(("STATUS", "CX", "查询", "状态"), "status"),
}  # fmt: skip
_PREFERENCE = re.compile(r"(BLOCK|START|STOP|UNBLOCK) ?((?:[0-9]{1,2})(?:[ ,]+[0-9]{1,2})*)")


class Wish(NamedTuple):
    """What the sender wants; sectors for the two actions that name some."""

    action: Action
    sectors: tuple[str, ...] = ()


def categories(sectors: Iterable[str]) -> str:
    """India's numbers for sectors, as they are sent: `1,3`."""
    held = set(sectors)
    return ",".join(str(number) for number, named in CATEGORIES.items() if held.issuperset(named))


def read(text: str) -> Wish:
    """The wish in a message. Anything unknown is a call for help, and changes nothing."""
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").upper()
    plain = " ".join(re.sub(r"[^\w,]+", " ", plain).split())
    if (action := _WORDS.get(plain)) is not None:
        return Wish(action)
    found = _PREFERENCE.fullmatch(plain)
    if found is None:
        return Wish("help")
    numbers = [int(number) for number in re.findall(r"[0-9]+", found[2])]
    if any(number not in CATEGORIES for number in numbers):
        return Wish("help")
    sectors = tuple(dict.fromkeys(sector for number in numbers for sector in CATEGORIES[number]))
    return Wish("release_sectors" if found[1] == "UNBLOCK" else "refuse_sectors", sectors)
