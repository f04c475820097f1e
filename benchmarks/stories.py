"""What happens in the national month: each story is one number, what is on record of it, who asks and who calls.

Times are told from a story's own beginning, which lies somewhere in the calling hours of one of its days; `month.py`
spreads the stories over companies, days and numbers, and writes them set-wise. What a story is made of stands in
`story.py`; those in which carriers have a part are in `stories_carried.py`.

Codes that no story can plant: `consent_unconfirmed`, since no pack of the project asks for both a ground and its
confirmation; `call_unreported`, which a complaint brings to light (`Story.complaint`); and those that the register has
a sentence for and no audit finds so far (`consent_backdated`, `short_calls`, `abandoned_calls`): a consent that is
recorded after its call is found as `consent_missing`.
"""

from datetime import timedelta

from benchmarks.stories_carried import CARRIED_HONEST, CARRIED_OFFENCES
from benchmarks.story import (
    ALL,
    ANSWERED,
    BUSY,
    COMPANY,
    CONFIRMED,
    DAY,
    DISPUTED,
    FAILED,
    HELD,
    HOUR,
    LIVE,
    MINUTE,
    NO_ANSWER,
    PRERECORDED,
    REVOKED,
    SECOND,
    SECOND_LINE,
    SECTOR,
    SOON,
    UNREGISTERED,
    Ask,
    Call,
    Consent,
    OptOut,
    Story,
)
from registry.codes import ALL_CHANNELS


def _turned(code: str, *, scope: int | None = None, channels: int = ALL_CHANNELS, status: int = 0) -> Story:
    """The person's mind changes between check and call."""
    return Story(
        f"{code} after the check",
        60,
        (Call(10 * MINUTE, (code,)),),
        consents=(Consent(turned=4 * MINUTE, status=status),) if status else HELD,
        opt_outs=() if scope is None else (OptOut(4 * MINUTE, scope, channels),),
    )


HONEST = (
    Story("consent", 5400, (SOON,), consents=HELD),
    Story("check not named in the log", 700, (Call(12 * MINUTE, check=None),), consents=HELD),
    Story("purchase", 500, (SOON,), purchase=-30 * DAY),
    Story(
        "retries, each asked anew",
        300,
        tuple(
            Call(n * HOUR + MINUTE, check=n, disposition=how)
            for n, how in enumerate((NO_ANSWER, BUSY, ANSWERED))
        ),
        tuple(Ask(n * HOUR) for n in range(3)),
        HELD,
    ),
    Story(
        "failed calls that reached nobody",
        100,
        (*(Call(n * MINUTE, disposition=FAILED) for n in range(1, 5)), Call(6 * MINUTE)),
        consents=HELD,
    ),
    Story("log's clock behind the register's", 100, (Call(-3 * SECOND),), consents=HELD),
    Story(
        "log's clock ahead, at the last instant",
        100,
        (Call(3 * SECOND),),
        (Ask(-20 * MINUTE),),
        HELD,
        begins="closing",
    ),
    Story("last second of the hours", 100, (Call(-SECOND),), (Ask(-HOUR),), HELD, begins="closing"),
    Story("first instant of the hours", 100, (Call(timedelta()),), consents=HELD, begins="opening"),
    Story(
        "consent renewed after a general opt-out",
        100,
        (SOON,),
        consents=(Consent(given=-90 * DAY, ends=-30 * DAY), Consent(given=-5 * DAY)),
        opt_outs=(OptOut(-20 * DAY),),
    ),
    Story(
        "confirmed consent after a refusal of the company",
        100,
        (SOON,),
        consents=(Consent(given=-5 * DAY, turned=-4 * DAY, status=CONFIRMED),),
        opt_outs=(OptOut(-20 * DAY, COMPANY),),
    ),
    Story(
        "new holder agreed",
        100,
        (SOON,),
        consents=(Consent(given=-90 * DAY, ends=-60 * DAY), Consent(given=-5 * DAY)),
        reassigned=-30 * DAY,
    ),
    Story(
        "opt-out withdrawn", 100, (SOON,), consents=HELD, opt_outs=(OptOut(-20 * DAY, withdrawn=-10 * DAY),)
    ),
    Story(
        "refusal of another company",
        100,
        (SOON,),
        consents=HELD,
        opt_outs=(OptOut(-20 * DAY, COMPANY, of_others=True),),
    ),
    Story("refused after the call", 100, (SOON,), consents=HELD, opt_outs=(OptOut(6 * MINUTE),)),
    Story("denied and not called", 300, consents=()),
    Story("asked and not called", 200, consents=HELD),
    Story("dialled for a seller", 100, (SOON,), consents=HELD, company="seller"),
    Story("before the suspension", 40, (SOON,), consents=HELD, company="suspended", until_day=9),
    Story(
        "complaint about a call that was permitted", 2, (SOON,), consents=HELD, complaint="call_with_check"
    ),
)
OFFENCES = (
    Story("never asked", 60, (Call(timedelta(), ("no_check",), None),), (), HELD),
    Story("never asked, no ground", 60, (Call(timedelta(), ("no_check", "consent_missing"), None),), ()),
    Story("called after a denial", 60, (Call(5 * MINUTE, ("called_after_deny", "consent_missing")),)),
    Story("check out of date", 60, (Call(28 * HOUR, ("check_expired",)),), consents=HELD),
    Story("another line", 60, (Call(5 * MINUTE, ("caller_mismatch",), line=SECOND_LINE),), consents=HELD),
    Story(
        "line of nobody",
        60,
        (Call(5 * MINUTE, ("caller_mismatch", "caller_not_registered"), line=UNREGISTERED),),
        consents=HELD,
    ),
    Story(
        "one check for five calls",
        60,
        tuple(
            Call(n * MINUTE, ("attempts_exceeded_in_calls",) if n > 3 else (), disposition=NO_ANSWER)
            for n in range(1, 6)
        ),
        consents=HELD,
    ),
    Story(
        "a fourth attempt, denied",
        60,
        (
            *(Call(n * 30 * MINUTE + MINUTE, check=n) for n in range(3)),
            Call(
                91 * MINUTE,
                ("called_after_deny", "attempts_exceeded", "attempts_exceeded_in_calls"),
                check=3,
            ),
        ),
        tuple(Ask(n * 30 * MINUTE) for n in range(4)),
        HELD,
    ),
    Story(
        "called on under suspension",
        40,
        (Call(5 * MINUTE, ("called_after_deny", "company_not_licensed")),),
        consents=HELD,
        company="suspended",
        from_day=11,
    ),
    Story(
        "sector without a licence",
        60,
        (Call(5 * MINUTE, ("called_after_deny", "sector_not_licensed"), other_sector=True),),
        (Ask(other_sector=True),),
        (Consent(other_sector=True),),
    ),
    _turned("opted_out_of_company", scope=COMPANY),
    _turned("opted_out_of_all", scope=ALL),
    _turned("opted_out_of_sector", scope=SECTOR),
    _turned("opted_out_of_channel", scope=ALL, channels=LIVE),
    _turned("consent_revoked", status=REVOKED),
    _turned("consent_disputed", status=DISPUTED),
    Story(
        "channel the consent does not cover",
        60,
        (Call(5 * MINUTE, ("called_after_deny", "consent_not_for_channel"), channel=PRERECORDED),),
        (Ask(channel=PRERECORDED),),
        (Consent(channels=LIVE),),
    ),
    Story(
        "consent that ended meanwhile",
        60,
        (Call(HOUR, ("check_expired", "consent_expired")),),
        consents=(Consent(ends=30 * MINUTE),),
    ),
    Story(
        "number that changed hands meanwhile",
        60,
        (Call(10 * MINUTE, ("number_reassigned",)),),
        consents=HELD,
        reassigned=4 * MINUTE,
    ),
    Story(
        "after the hours",
        60,
        (Call(30 * SECOND, ("check_expired", "outside_calling_hours")),),
        (Ask(-30 * MINUTE),),
        HELD,
        begins="closing",
    ),
    Story(
        "hours the person closed",
        60,
        (Call(5 * MINUTE, ("called_after_deny", "outside_calling_hours")),),
        consents=HELD,
        opt_outs=(OptOut(-20 * DAY, from_minute=0, to_minute=1440),),
    ),
    Story(
        "Sunday in Spain",
        20,
        (Call(5 * MINUTE, ("called_after_deny", "closed_day")),),
        consents=HELD,
        weekday=6,
        abroad=34_600_000_000,
        abroad_hours=(9, 17),
    ),
    Story(
        "consent recorded after its call",
        60,
        (Call(5 * MINUTE, ("called_after_deny", "consent_missing")),),
        consents=(Consent(recorded=2 * DAY),),
        discrepancies=("consent_after_call",),
    ),
    Story(
        "register that overlooked a refusal",
        20,
        (Call(5 * MINUTE, ("opted_out_of_company",)),),
        (Ask(blind=HOUR),),
        HELD,
        (OptOut(-30 * MINUTE, COMPANY),),
    ),
    Story(
        "complaint about a call after a denial",
        2,
        (Call(5 * MINUTE, ("called_after_deny", "consent_missing")),),
        complaint="call_after_deny",
    ),
    Story(
        "complaint about a call nobody asked for",
        2,
        (Call(timedelta(), ("no_check", "consent_missing"), None),),
        (),
        complaint="call_without_check",
    ),
    Story(
        "complaint about a call kept from the log",
        2,
        consents=HELD,
        complaint="call_unreported",
        discrepancies=("complaint_unreported",),
    ),
)
STORIES = HONEST + CARRIED_HONEST + OFFENCES + CARRIED_OFFENCES
#: Reasons of a denial that no story can plant (see above).
NOT_PLANTED = frozenset({"consent_unconfirmed"})
PLANTED = frozenset(code for story in STORIES for call in story.calls for code in call.codes)
