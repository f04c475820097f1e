"""The end of a case: an officer proposes a penalty, another decides it, the company appeals, a third decides on that.

A decision that takes a company's leave to call is a licence cut short (`registry/suspensions.py`), so that the next
check denies; where it has an end, the licence is in effect again from that instant by itself.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from compliance import case_clocks, case_items, penalties, violations
from compliance.cases import allowed, demand, held, place, take
from compliance.errors import CaseTooEarly, FourEyesNeeded
from compliance.models import Case
from compliance.models.cases import REVIEWS
from compliance.penalties import Proposal
from registry import ids, suspensions
from registry.codes import SECTORS
from registry.durations import Duration
from registry.errors import InvalidInput
from registry.models import Licence
from registry.periods import Moment


def ladder(row: Case, *, at: datetime) -> Proposal:
    """What the case's policy proposes for one more decision at `at`, given those on record by then.

    Decisions against the same company in the same sector count, unless an appeal annulled them or they found nothing.
    """
    earlier = (
        Case.objects.filter(company_id=row.company_id, sector=row.sector, decided_at__lte=at)
        .exclude(pk=row.pk)
        .exclude(Q(penalty="none") | Q(review="annulled"))
        .values_list("decided_at", flat=True)
    )
    return penalties.propose(row.policy.terms, row.policy.citations, earlier=list(earlier), at=at)


@transaction.atomic
def propose(
    *,
    case_id: int,
    action: str,
    text: str,
    user: Any,
    clock: datetime,
    lasts: str = "",
    fine: str = "",
    all_sectors: bool = False,
    why_other: str = "",
) -> Case:
    """An officer's proposal of a penalty, with its reasons in `text`.

    Where it is not what the ladder proposes, `why_other` says why in writing. `lasts`: ISO 8601, of a suspension.
    Raises `NotFound`, `CaseNotOpen`, `CaseTooEarly` while the company may still answer, `InvalidInput`.
    """
    row = held(case_id)
    allowed(row, "propose", "officer")
    if row.state == "noticed" and row.respond_by is not None and clock < row.respond_by:
        raise CaseTooEarly("The company has not answered, and still has time to")
    text = demand(text, "/text", "Give the reasons")
    lasts = _demand_sense(action, lasts, fine)
    wanted = ladder(row, at=clock)
    as_the_ladder = (action, lasts, all_sectors) == (wanted.action, wanted.lasts, False)
    if not wanted.discretion and not as_the_ladder and not why_other.strip():
        raise InvalidInput("Say in writing why it is not what the ladder proposes", pointer="/why_other")
    detail = {
        "action": action,
        "lasts": lasts,
        "fine": fine,
        "all_sectors": all_sectors,
        "ladder": {**wanted._asdict(), "earlier": [made.isoformat() for made in wanted.earlier]},
        "discretion": wanted.discretion,
        "why_other": "" if as_the_ladder else why_other.strip(),
    }
    take(
        row,
        "propose",
        "officer",
        clock=clock,
        user=user,
        text=text,
        detail=detail,
        penalty=action,
        lasts=lasts,
        fine=fine,
        all_sectors=all_sectors,
        proposed_by=user,
    )
    return row


def _demand_sense(action: str, lasts: str, fine: str) -> str:
    """The length in its one spelling. Raises `InvalidInput` for a penalty that means nothing."""
    if action not in penalties.ACTIONS:
        raise InvalidInput(f"One of: {', '.join(penalties.ACTIONS)}", pointer="/action")
    if (action == "suspend_new_outbound") != bool(lasts):
        raise InvalidInput("A suspension has a length, and nothing else has one", pointer="/lasts")
    if (action == "fine") != bool(fine):
        raise InvalidInput("A fine has an amount, and nothing else has one", pointer="/fine")
    if not lasts:
        return ""
    try:
        length = Duration.parse(lasts)
    except ValueError as error:
        raise InvalidInput(str(error), pointer="/lasts") from error
    if not length:
        raise InvalidInput("No time at all is no suspension", pointer="/lasts")
    return str(length)


@transaction.atomic
def send_back(*, case_id: int, text: str, user: Any, clock: datetime) -> Case:
    """A supervisor returns a proposal to the officer. Raises `NotFound`, `CaseNotOpen`, `InvalidInput`."""
    row = held(case_id)
    text = demand(text, "/text", "Say what is missing")
    take(row, "return", "supervisor", clock=clock, user=user, text=text)
    return row


@transaction.atomic
def decide(*, case_id: int, text: str, user: Any, moment: Moment) -> Case:
    """Decide a case as it was proposed; in effect from `moment.at`, which is the decision's instant.

    The violations it rests on are confirmed, or dismissed where nothing was found. Raises `NotFound`, `CaseNotOpen`,
    `FourEyesNeeded` to who proposed it, `InvalidInput`.
    """
    row = held(case_id)
    allowed(row, "decide", "supervisor")
    if user.pk == row.proposed_by_id:
        raise FourEyesNeeded("Who proposed a penalty does not decide on it")
    text = demand(text, "/text", "Give the reasons")
    found = list(case_items.rows(row, "violation").values_list("pk", flat=True))
    status = "dismissed" if row.penalty == "none" else "confirmed"
    settled = violations.settle_many(violation_ids=found, status=status, clock=moment.known_at)
    ends_at = penalties.ends_at(row.lasts, moment.at)
    take(
        row,
        "decide",
        "supervisor",
        clock=moment.known_at,
        user=user,
        text=text,
        detail={"action": row.penalty, "ends_at": ends_at and ends_at.isoformat(), status: settled},
        decided_by=user,
        decided_at=moment.at,
        ends_at=ends_at,
        licences=_suspend(row, moment, ends_at, user),
        appeal_by=case_clocks.ends(row.policy.terms, "appeal", place=place(row), at=moment.known_at),
    )
    return row


def _suspend(row: Case, moment: Moment, until: datetime | None, user: Any) -> list[int]:
    """Take the leave to call, where the penalty does; the licence rows that were cut short."""
    if row.penalty not in penalties.SUSPENDING:
        return []
    return suspensions.suspend(
        company=row.company,
        moment=moment,
        until=until,
        sectors=None if row.all_sectors else [row.sector],
        note=f"Decision in {ids.public('cse', row.pk)}",
        user=user,
    )


@transaction.atomic
def appeal(
    *, case_id: int, text: str, clock: datetime, company_id: int | None = None, user: Any = None
) -> Case:
    """The company's appeal, sent by itself (`company_id`) or written down by an officer (`user`).

    A late one is taken and marked late: whether it is heard is for who decides on it. The penalty stays in effect.
    Raises `NotFound`, `CaseNotOpen`, `InvalidInput`.
    """
    row = held(case_id, noticed_to=company_id)
    text = demand(text, "/text", "Say what the appeal is against")
    by = "company" if company_id is not None else "officer"
    ends = case_clocks.ends(row.policy.terms, "review", place=place(row), at=clock)
    take(row, "appeal", by, clock=clock, user=user, text=text, review_by=ends)
    return row


@transaction.atomic
def review(*, case_id: int, outcome: str, text: str, user: Any, moment: Moment) -> Case:
    """Decide on an appeal: `upheld`, `penalty_lifted`, or `annulled`, which dismisses the violations as well.

    What is lifted is given back from `moment.at` on; what was denied before stays denied. Raises `NotFound`,
    `CaseNotOpen`, `FourEyesNeeded` to who proposed or decided, `InvalidInput`.
    """
    row = held(case_id)
    allowed(row, "review", "supervisor")
    if outcome not in REVIEWS:
        raise InvalidInput(f"One of: {', '.join(REVIEWS)}", pointer="/outcome")
    if user.pk in (row.proposed_by_id, row.decided_by_id):
        raise FourEyesNeeded("Who proposed or decided does not decide on the appeal")
    text = demand(text, "/text", "Give the reasons")
    detail: dict[str, Any] = {"outcome": outcome}
    if outcome != "upheld":
        detail["given_back"] = _lift(row, moment, user)
    if outcome == "annulled":
        confirmed = row.steps.filter(step="decide").last().detail.get("confirmed", [])
        detail["dismissed"] = violations.overturn(violation_ids=confirmed, clock=moment.known_at)
    take(
        row,
        "review",
        "supervisor",
        clock=moment.known_at,
        user=user,
        text=text,
        detail=detail,
        review=outcome,
        reviewed_by=user,
    )
    return row


def _lift(row: Case, moment: Moment, user: Any) -> int:
    """Give back what a penalty took, but for what another penalty forbids as well; how many stretches.

    A sector that somebody has suspended by hand since stays so, for them to give back.
    Those others answer for it from now on: lifted in their turn, they give back what this one took too.
    """
    took = dict(Licence.objects.filter(pk__in=row.licences).values_list("pk", "sector"))
    barred: dict[str, datetime | None] = {}
    for other in standing(row.company_id, moment.at).exclude(pk=row.pk).select_for_update(of=("self",)):
        sectors = SECTORS if other.all_sectors else (other.sector,)
        for sector in sectors:
            ends = barred.get(sector, other.ends_at)
            barred[sector] = None if ends is None or other.ends_at is None else max(ends, other.ends_at)
        shared = [number for number, sector in took.items() if sector in sectors]
        other.licences = sorted({*other.licences, *shared})
        other.save(update_fields=["licences"])
    by_cases = [
        number
        for licences in Case.objects.filter(company_id=row.company_id).values_list("licences", flat=True)
        for number in licences
    ]
    by_hand = suspensions.suspended_since(company=row.company, cut=row.licences, besides=by_cases)
    barred |= dict.fromkeys(by_hand)
    return suspensions.lift(
        company=row.company,
        cut=row.licences,
        until=row.ends_at,
        barred=barred,
        moment=moment,
        note=f"Appeal in {ids.public('cse', row.pk)}",
        user=user,
    )


def standing(company_id: int, at: datetime) -> Any:
    """The cases whose penalty takes a company's leave to call at `at`, the oldest decision first."""
    rows = Case.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        company_id=company_id,
        decided_at__lte=at,
        penalty__in=penalties.SUSPENDING,
        review__in=("", "upheld"),
    )
    return rows.select_related("company").order_by("decided_at", "id")
