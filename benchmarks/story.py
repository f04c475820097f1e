"""What a story of the national month is made of: one number, what is on record of it, who asks, calls and carries.

Times are told from the story's own beginning. A call names the codes that an audit must find against it: all of them,
and no other; a story names what the reconciliation must find.
"""

from dataclasses import dataclass
from datetime import timedelta

from registry.codes import ALL_CHANNELS, CHANNELS

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
LIVE, PRERECORDED = 1 << CHANNELS.index("live"), CHANNELS.index("prerecorded")
ANSWERED, NO_ANSWER, BUSY, FAILED = range(4)
RECORDED, CONFIRMED, DISPUTED, REVOKED = range(4)
ALL, SECTOR, COMPANY = range(3)
#: Lines of a company: two that are registered to it, and one that is not.
FIRST, SECOND_LINE, UNREGISTERED = 0, 1, 9


@dataclass(frozen=True)
class Consent:
    """Given, put on record, perhaps ended by itself; perhaps confirmed, disputed or taken back (`turned`)."""

    given: timedelta = -40 * DAY
    recorded: timedelta | None = None
    ends: timedelta | None = None
    channels: int = ALL_CHANNELS
    other_sector: bool = False
    turned: timedelta | None = None
    status: int = RECORDED


@dataclass(frozen=True)
class OptOut:
    """Said and on record at once, perhaps withdrawn; of hours with both minutes of the day."""

    said: timedelta
    scope: int = ALL
    channels: int = ALL_CHANNELS
    withdrawn: timedelta | None = None
    of_others: bool = False
    from_minute: int | None = None
    to_minute: int | None = None


@dataclass(frozen=True)
class Ask:
    """A check. `blind`: the register answers from what it knew so long before, a defect of ours."""

    at: timedelta = timedelta()
    line: int = FIRST
    other_sector: bool = False
    channel: int = 0
    blind: timedelta = timedelta()
    #: From the line of the company that is dialled for.
    sellers_line: bool = False


@dataclass(frozen=True)
class Call:
    """A call, which names the check at place `check`, or none."""

    at: timedelta
    codes: tuple[str, ...] = ()
    check: int | None = 0
    line: int = FIRST
    disposition: int = ANSWERED
    other_sector: bool = False
    channel: int = 0
    #: From the line of the company that is dialled for, whoever calls.
    sellers_line: bool = False


@dataclass(frozen=True)
class Carried:
    """A call as a carrier recorded it. `exact`: by the very clock of the story, and not by one that is off."""

    at: timedelta
    disposition: int = ANSWERED
    line: int = FIRST
    sellers_line: bool = False
    #: The place of the carrier.
    carrier: int = 0
    exact: bool = False


@dataclass(frozen=True)
class Story:
    """One number's story. `share` of all stories, in ten thousandths."""

    name: str
    share: int
    calls: tuple[Call, ...] = ()
    asks: tuple[Ask, ...] = (Ask(),)
    consents: tuple[Consent, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    #: When there was a purchase, and when the number changed hands.
    purchase: timedelta | None = None
    reassigned: timedelta | None = None
    #: What carriers recorded; where it is not said, each call that was put through, once.
    carried: tuple[Carried, ...] | None = None
    #: What the reconciliation must find, one of each.
    discrepancies: tuple[str, ...] = ()
    #: Where the story begins: anywhere in the hours, at their first or last instant, or at midnight (UTC).
    begins: str = "open"
    #: Only on this day of the week (Monday is 0), only so many days into the month or later.
    weekday: int | None = None
    from_day: int = 0
    until_day: int | None = None
    #: A company of its own: `suspended` within the month, that dials for a `seller`, a `prober` whose checks no calls
    #: follow, or an `asker`, of whose checks enough are followed.
    company: str = ""
    #: Numbers of another country begin here; its hours then, in hours of the day, UTC.
    abroad: int | None = None
    abroad_hours: tuple[int, int] = (0, 0)
    #: The ground that a complaint about the call must find; of a call that no log holds, five minutes after the check.
    complaint: str = ""

    @property
    def honest(self) -> bool:
        """Nothing is to be found against any of its calls, nor against the register."""
        return not (
            self.discrepancies
            or any(call.codes for call in self.calls)
            or any(ask.blind for ask in self.asks)
        )

    def carriage(self) -> tuple[Carried, ...]:
        """What carriers recorded of it."""
        if self.carried is not None:
            return self.carried
        return tuple(
            Carried(call.at, call.disposition, call.line, call.sellers_line)
            for call in self.calls
            if call.disposition != FAILED
        )


#: What most stories have: a consent that holds, and a call soon after the check.
HELD = (Consent(),)
SOON = Call(5 * MINUTE)
