"""What a complaint must be to mean something: known words, a call that was made, and not long ago."""

from datetime import datetime, timedelta

from compliance.models.complaints import CATEGORIES, VOICES
from registry.codes import SECTORS
from registry.errors import InvalidInput
from registry.periods import Moment

MAX_TEXT = 5_000
#: A clock of a telephone may run ahead of ours so far.
CLOCK_SKEW = timedelta(minutes=10)
#: A call longer ago is nobody's to look into any more.
LONGEST_AGO = timedelta(days=366)


def demand(  # noqa: PLR0917  (the fields in the order of the form)
    moment: Moment,
    category: str,
    called_at: datetime,
    tolerance: timedelta,
    sector: str,
    voice: str,
    text: str,
) -> None:
    """Raise `InvalidInput` for the first value that means nothing."""
    for value, known, pointer in (
        (category, CATEGORIES, "/category"),
        (sector, SECTORS, "/sector"),
        (voice, VOICES, "/voice"),
    ):
        if value not in known:
            raise InvalidInput(f"One of: {', '.join(known)}", pointer=pointer)
    if called_at - tolerance > moment.at + CLOCK_SKEW:
        raise InvalidInput("The call lies in the future", pointer="/called_at")
    if called_at < moment.at - LONGEST_AGO:
        raise InvalidInput("The call is more than a year ago", pointer="/called_at")
    if not timedelta() <= tolerance <= timedelta(days=7):
        raise InvalidInput("The time can be off by a week at most", pointer="/tolerance")
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"At most {MAX_TEXT:,} characters", pointer="/text")
