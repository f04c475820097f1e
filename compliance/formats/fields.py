"""Values of a row as text, to values: call ids, durations, dispositions, codes, yes or no."""

import re
from datetime import datetime

from compliance.formats.rows import CALL_ID_LENGTH, DISPOSITIONS, LONGEST_S, Fault

#: What `opt_out_requested` may say.
TRUTHS = {
    "": False,
    **dict.fromkeys(("false", "f", "no", "n", "0", "否"), False),
    **dict.fromkeys(("true", "t", "yes", "y", "1", "是"), True),
}
_SECONDS = re.compile(r"(-?)(\d+)(?:\.\d*)?", re.ASCII)


def call_id(text: str) -> str:
    """The id without blanks around it. Raises Fault when it is missing or too long."""
    name = text.strip()
    if not name:
        raise Fault("call_id_missing")
    if len(name) > CALL_ID_LENGTH:
        raise Fault("call_id_too_long")
    return name


def talk_time(text: str, answered: datetime | None, ended: datetime | None) -> int | None:
    """Talk time in whole seconds as given, else from answer to end; None when neither is known. Raises Fault."""
    if text.isdecimal() and text.isascii() and len(text) < 7:
        seconds = int(text)
    elif text.strip():
        seconds = _seconds(text)
    elif answered is not None and ended is not None:
        seconds = int((ended - answered).total_seconds())
    else:
        return None
    if seconds > LONGEST_S:
        raise Fault("duration_out_of_range")
    return seconds


def _seconds(text: str) -> int:
    parts = _SECONDS.fullmatch(text.strip())
    if parts is None:
        raise Fault("duration_malformed")
    # Converting digits by the thousand is slow, and nothing near such a number is a duration.
    seconds = int(parts[2][:12])
    if parts[1] and seconds:
        raise Fault("duration_negative")
    return seconds


def disposition(text: str, talked: bool) -> str:
    """The disposition in other spellings (`NO ANSWER`, `canceled`); when it is empty, what the call itself says.

    Raises Fault for a word that is none.
    """
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    if not name:
        return "answered" if talked else "unknown"
    if name == "canceled":
        return "cancelled"
    if name not in DISPOSITIONS:
        raise Fault("disposition_unknown")
    return name


def code(text: str, names: tuple[str, ...], fault: str) -> str | None:
    """The code in any case and with blanks around it; None for blanks alone. Raises Fault with the code `fault`."""
    name = text.strip().lower()
    if name and name not in names:
        raise Fault(fault)
    return name or None


def truth(text: str) -> bool:
    """True or false in the words of `TRUTHS`, in any case. Raises Fault: a request to be left alone is never lost."""
    value = TRUTHS.get(text.strip().lower())
    if value is None:
        raise Fault("opt_out_requested_malformed")
    return value
