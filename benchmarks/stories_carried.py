"""Stories of the national month in which carriers have a part; and the callers of nobody that they carried for.

Every other story is carried as it was called, by a clock that is off. Two carriers say that they recorded every call of
each company's first line; of second lines nobody says so.
"""

from dataclasses import dataclass

from benchmarks.story import (
    BUSY,
    FIRST,
    HELD,
    HOUR,
    MINUTE,
    NO_ANSWER,
    SECOND,
    SECOND_LINE,
    SOON,
    Ask,
    Call,
    Carried,
    Consent,
    Story,
)

#: The days on which the two companies that ask much do so, from the month's beginning.
MUCH_FROM, MUCH_UNTIL = 5, 6
_AT = 5 * MINUTE

CARRIED_HONEST = (
    Story(
        "retried over another line",
        100,
        (SOON,),
        consents=HELD,
        carried=(
            Carried(_AT - 30 * SECOND, BUSY),
            Carried(_AT - 10 * SECOND, NO_ANSWER),
            Carried(_AT),
        ),
    ),
    Story(
        "transferred while it lasted",
        100,
        (SOON,),
        consents=HELD,
        carried=(Carried(_AT), Carried(_AT + 6 * SECOND)),
    ),
    Story(
        "carried by two carriers",
        100,
        (SOON,),
        consents=HELD,
        carried=(Carried(_AT), Carried(_AT, carrier=1)),
    ),
    Story(
        "line that no carrier speaks for",
        100,
        (Call(_AT, line=SECOND_LINE),),
        (Ask(line=SECOND_LINE),),
        HELD,
        carried=(),
    ),
    Story(
        "dialled for a seller, from its line",
        100,
        (Call(_AT, sellers_line=True),),
        (Ask(sellers_line=True),),
        HELD,
        company="seller",
    ),
    Story(
        "consent on record after the call, of a customer",
        60,
        (SOON,),
        consents=(Consent(recorded=48 * HOUR),),
        purchase=-720 * HOUR,
    ),
    Story(
        "asked much, and called",
        150,
        (SOON,),
        consents=HELD,
        company="asker",
        from_day=MUCH_FROM,
        until_day=MUCH_UNTIL,
    ),
    Story(
        "asked much, and not called",
        150,
        consents=HELD,
        company="asker",
        from_day=MUCH_FROM,
        until_day=MUCH_UNTIL,
    ),
)
CARRIED_OFFENCES = (
    Story(
        "call kept from the log",
        60,
        consents=HELD,
        carried=(Carried(_AT),),
        discrepancies=("not_reported",),
    ),
    Story(
        "call kept from log and register",
        60,
        (),
        (),
        carried=(Carried(_AT, NO_ANSWER),),
        discrepancies=("not_reported",),
    ),
    Story(
        "second call beyond what clocks differ by",
        60,
        (SOON,),
        consents=HELD,
        carried=(Carried(_AT), Carried(_AT + 15 * MINUTE)),
        discrepancies=("not_reported",),
    ),
    Story(
        "call in the log that was never made",
        60,
        (SOON,),
        consents=HELD,
        carried=(),
        discrepancies=("not_carried",),
    ),
    Story(
        "under the line of another company",
        60,
        (Call(_AT, ("caller_mismatch", "caller_not_registered"), sellers_line=True),),
        consents=HELD,
        discrepancies=("under_anothers_caller",),
    ),
    # The carrier's clock has it on the day before: both days must come to the same.
    Story(
        "at midnight, before the hours",
        60,
        (Call(20 * SECOND, ("called_after_deny", "outside_calling_hours")),),
        consents=HELD,
        begins="midnight",
        from_day=1,
        carried=(Carried(-40 * SECOND, exact=True),),
    ),
    Story(
        "complaint about a call kept from the log, that was carried",
        2,
        consents=HELD,
        complaint="call_unreported",
        carried=(Carried(_AT),),
        discrepancies=("complaint_unreported", "not_reported"),
    ),
    Story(
        "asked much, and never called",
        260,
        consents=HELD,
        company="prober",
        from_day=MUCH_FROM,
        until_day=MUCH_UNTIL,
    ),
)


@dataclass(frozen=True)
class Stranger:
    """A caller of nobody, one day of it: so many calls, `apart` seconds from one to the next.

    The n-th goes to the number `n % numbers * step` beyond the first; every `answered`-th is answered, for `seconds`.
    """

    name: str
    suspect: bool
    calls: int
    numbers: int
    step: int
    answered: int
    seconds: int
    apart: int = 60
    #: Seconds of the day, UTC.
    begins: int = 2 * 3600
    complaints: int = 0


STRANGERS = (
    Stranger("machine that dials through a range", True, 320, 320, 1, 8, 3, 30),
    Stranger("sellers who call at night", True, 120, 120, 3, 2, 20, 30, 14 * 3600),
    Stranger("complained of three times", True, 5, 5, 7919, 1, 30, complaints=3),
    Stranger("clinic that reminds its patients", False, 200, 200, 7919, 1, 60, 90),
    Stranger("parcel service", False, 350, 350, 7919, 1, 40, 90),
    Stranger("family", False, 60, 3, 7919, 2, 300, 600),
    Stranger("complained of twice", False, 5, 5, 7919, 1, 30, complaints=2),
)
#: Which of the lines of a company carriers say they recorded whole.
COVERED = FIRST
