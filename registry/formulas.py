"""What came from outside, in a file that a spreadsheet may open: text there, and never a formula."""

from re import Pattern

#: What a spreadsheet takes for the start of a formula.
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def disarmed(text: str, *, but: Pattern[str] | None = None) -> str:
    """`text`, behind an apostrophe where it would run as a formula; as it is where `but` knows it for harmless."""
    if text.startswith(BEGINNINGS) and not (but is not None and but.fullmatch(text)):
        return f"'{text}"
    return text
