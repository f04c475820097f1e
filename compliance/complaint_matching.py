"""Matching: whom a complaint is about, and what the company's own log and the register's checks say of the call.

`match` reads what there is and replaces what was found before; `grounds_of` draws the conclusion and is pure. A call
that the calling number's owner has not reported is `call_unreported`: looked for again daily for a while, since logs
come in late, and the strongest sign there is of calls that are kept from the register.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from compliance import complaint_steps, complaints
from compliance.models import Call, Complaint, ComplaintMatch
from registry.models import Caller, Check
from registry.periods import Moment

#: What the clocks of dialers, telephones and the register may differ by.
CLOCK_SKEW = timedelta(minutes=5)
#: Longer than any check can be used.
CHECK_LOOK_BACK = timedelta(days=60)
#: So long after the call its company's log may still come in, and how often it is looked for.
LOG_COMES_WITHIN = timedelta(days=10)
LOOK_AGAIN = timedelta(days=1)
#: Where the calling number was hidden, the time alone tells whose call it was if it is known so well.
SURE = timedelta(minutes=15)
#: Calls and checks of one number that are looked at; nobody is called more often in a week.
MOST = 200


class FoundCall(NamedTuple):
    """A call that the complaint may be about, and the check it rests on."""

    id: int
    started_at: datetime
    company_id: int
    caller: int | None
    check_id: int | None = None
    checked_at: datetime | None = None
    #: Of the check: `allow`, `deny`, or `expired` where an allow could not be used any more.
    verdict: str | None = None


class FoundCheck(NamedTuple):
    """A check of the number called."""

    id: int
    checked_at: datetime
    company_id: int
    valid_until: datetime | None

    def verdict(self, at: datetime) -> str:
        """What it said to a call at `at`."""
        if self.valid_until is None:
            return "deny"
        return "allow" if at - CLOCK_SKEW <= self.valid_until else "expired"


class Ground(NamedTuple):
    """One ground, as `ComplaintMatch` keeps it."""

    ground: str
    company_id: int | None = None
    call: int | None = None
    call_started_at: datetime | None = None
    check_id: int | None = None
    checked_at: datetime | None = None


def grounds_of(
    *,
    number_given: bool,
    caller: int | None,
    owner_id: int | None,
    calls: Sequence[FoundCall],
    checks: Sequence[FoundCheck],
) -> list[Ground]:
    """The grounds that follow, the most telling first.

    `calls` and `checks` are those of the number called at about that time, of any company; `owner_id` is the company
    that the calling number belonged to.
    """
    if caller is not None:
        calls = [call for call in calls if call.caller == caller] or [
            call for call in calls if owner_id is not None and call.company_id == owner_id
        ]
    if calls:
        return [
            Ground(_of_call(c), c.company_id, c.id, c.started_at, c.check_id, c.checked_at) for c in calls
        ]
    if caller is None:
        return [Ground("caller_hidden")]
    if owner_id is None:
        return [Ground("caller_unknown")]
    if not number_given:
        return [Ground("number_not_given", owner_id)]
    asked = [check for check in checks if check.company_id == owner_id]
    if not asked:
        return [Ground("call_unreported", owner_id)]
    last = asked[-1]
    return [Ground("call_unreported", owner_id, check_id=last.id, checked_at=last.checked_at)]


def _of_call(call: FoundCall) -> str:
    return {
        None: "call_without_check",
        "allow": "call_with_check",
        "deny": "call_after_deny",
        "expired": "call_check_expired",
    }[call.verdict]


def company_of(grounds: Sequence[Ground]) -> int | None:
    """The one company that the grounds name; None if none does, or several do."""
    named = {ground.company_id for ground in grounds if ground.company_id is not None}
    return named.pop() if len(named) == 1 else None


def rest_on(
    calls: Sequence[FoundCall], checks: Sequence[FoundCheck], named: dict[int, int]
) -> list[FoundCall]:
    """The calls, each with the check it rests on: the one it names (`named`, by call), else its company's last before.

    `checks` are in the order of their time.
    """
    with_check = []
    for call in calls:
        own = [
            check
            for check in checks
            if check.company_id == call.company_id and check.checked_at <= call.started_at + CLOCK_SKEW
        ]
        chosen = next((check for check in own if check.id == named.get(call.id)), own[-1] if own else None)
        with_check.append(
            call
            if chosen is None
            else call._replace(
                check_id=chosen.id, checked_at=chosen.checked_at, verdict=chosen.verdict(call.started_at)
            )
        )
    return with_check


@transaction.atomic
def match(complaint_id: int, *, clock: datetime) -> dict[str, object]:
    """Match one complaint that is due for it, and relay it where it may go by itself; what was found.

    Safe to do twice: a complaint that is not due is left alone, and what was found before is replaced.
    """
    row = Complaint.objects.select_for_update().filter(pk=complaint_id, match_at__lte=clock).first()
    if row is None:
        return {"grounds": [], "relayed": False}
    grounds = _look(row, Moment(row.called_at, clock))
    row.matches.all().delete()
    ComplaintMatch.objects.bulk_create(
        ComplaintMatch(complaint=row, **ground._asdict()) for ground in grounds
    )
    if row.state == "filed":
        # Once it was relayed, an officer's or this one's earlier choice stands.
        row.company_id = company_of(grounds)
    row.matched_at = clock
    row.match_at = _again(row, grounds, clock)
    row.save(update_fields=["company", "matched_at", "match_at"])
    goes = (
        row.state == "filed"
        and row.company_id is not None
        and complaint_steps.relays_itself(
            category=row.category,
            proven=row.proven,
            vouched=row.source != "portal",
            sure=row.caller is not None or row.tolerance <= SURE,
            call_found=any(ground.call is not None for ground in grounds),
        )
    )
    if goes:
        complaints.relay(complaint_id=row.pk, clock=clock)
    return {"grounds": [ground.ground for ground in grounds], "relayed": goes}


def _again(row: Complaint, grounds: Sequence[Ground], clock: datetime) -> datetime | None:
    """When it is to be looked at again: while a log may still bring the call."""
    found = any(ground.call is not None for ground in grounds)
    if found or row.number is None or clock - row.called_at > LOG_COMES_WITHIN:
        return None
    return clock + LOOK_AGAIN


def _look(row: Complaint, moment: Moment) -> list[Ground]:
    """What calls, checks and the register of calling numbers say."""
    owner_id = None
    if row.caller is not None:
        owners = Caller.objects.as_of(moment).filter(number=row.caller)
        owner_id = owners.values_list("company_id", flat=True).first()
    calls, checks = _around(row) if row.number is not None else ([], [])
    return grounds_of(
        number_given=row.number is not None,
        caller=row.caller,
        owner_id=owner_id,
        calls=calls,
        checks=checks,
    )


def _around(row: Complaint) -> tuple[list[FoundCall], list[FoundCheck]]:
    """The calls of the number at about the time of the complaint, and its checks before them."""
    since, until = row.called_at - row.tolerance - CLOCK_SKEW, row.called_at + row.tolerance + CLOCK_SKEW
    made = Call.objects.filter(number=row.number, started_at__gte=since, started_at__lte=until)
    found = list(
        made.order_by("started_at", "id").values_list("id", "started_at", "company_id", "caller", "check_id")[
            :MOST
        ]
    )
    asked = Check.objects.filter(
        number=row.number, checked_at__gte=since - CHECK_LOOK_BACK, checked_at__lte=until + CLOCK_SKEW
    ).order_by("-checked_at", "-id")
    checks = [
        FoundCheck(*check)
        for check in asked.values_list("id", "checked_at", "company_id", "valid_until")[:MOST]
    ][::-1]
    named = {call[0]: call[4] for call in found if call[4] is not None}
    return rest_on([FoundCall(*call[:4]) for call in found], checks, named), checks
