"""Our own answers of the day, asked again as of then. What comes out otherwise is an incident: nobody is accused.

Two ways that share no code: every check is put to the rule again, and a plain statement (`invariant.sql`) looks for
what must never be.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from compliance.audit.claims import Claim
from compliance.audit.findings import HERE, rows
from compliance.models import Incident
from registry import ids, timetables
from registry.models import Decision
from registry.predial.facts import DECIDED, bounds
from registry.sql import read

#: A check reads the clock first and the register a moment later. What others had begun to record before that reading
#: and committed only after that look was not there for the check, and is there now. No transaction takes so long.
GRACE = timedelta(seconds=5)
#: The question as it was asked; and the same without what came on record, or was counted, within `GRACE` before it.
AS_ASKED = ((0, timedelta(0), timedelta(0)),)
#: Checks that are asked by themselves at once.
ASKED_AT_ONCE = 2_000
WITHOUT_THE_LAST = ((1, GRACE, GRACE), (2, GRACE, timedelta(0)), (3, timedelta(0), GRACE))

RECHECK = f"""WITH asked AS MATERIALIZED (
{read(HERE / "recheck.sql")}), {DECIDED}
SELECT audit_check.n, decided.decision_id, decided.allowed, decided.reasons, decided.windows_key, decided.calendar,
    decided.zone_key, decided.at
FROM audit_check
JOIN decided ON decided.n / 4 = audit_check.n
WHERE (decided.decision_id IS NOT DISTINCT FROM audit_check.decision_id
    AND decided.allowed IS NOT DISTINCT FROM audit_check.allowed) = %(agreeing)s"""


@dataclass(frozen=True)
class Again:
    """A check's answer when it was asked again; without a decision where none could be given."""

    n: int
    decision_id: int | None
    allowed: bool | None
    reasons: list[str] | None
    windows_key: str | None
    calendar: str | None
    zone_key: str | None
    at: Any

    @property
    def answer(self) -> dict[str, Any]:
        """Verdict and reasons, as an incident keeps them."""
        verdict = {True: "allow", False: "deny", None: None}[self.allowed]
        return {"verdict": verdict, "reasons": self.reasons or []}


@dataclass
class Rechecked:
    """The incidents, not saved; and how many checks could not be asked again."""

    incidents: list[Incident] = field(default_factory=list)
    skipped: int = 0


def recheck(held: Claim, differing: list[int]) -> Rechecked:
    """The incidents of the company's checks of the day.

    `differing`: the checks, by their n in `audit_check`, whose answer did not come out the same in the pass over the
    day. Each of them is asked once more by itself, so that no error of that pass is taken for one of ours. Checks
    of numbers that lie elsewhere in the numbering plan since are left out and counted: they were answered under what
    the plan said then, which no question can ask for any more.
    """
    wrong: dict[int, dict[str, Any]] = {}
    moved = {n for (n,) in rows(read(HERE / "moved.sql"), only=differing)} if differing else set()
    differing = [n for n in differing if n not in moved]
    for first in range(0, len(differing), ASKED_AT_ONCE):
        held.beat()
        wrong |= {
            again.n: again.answer for again in _differing(held, differing[first : first + ASKED_AT_ONCE])
        }
    broken = rows(read(HERE / "invariant.sql"), grace=GRACE)
    for n, opt_out in broken:
        found = {
            "verdict": "deny",
            "reasons": ["opted_out_of_company"],
            "opt_out": ids.public("opt", opt_out),
        }
        wrong.setdefault(n, found)
    return Rechecked(_incidents(held, wrong), len(moved))


def _differing(held: Claim, only: list[int]) -> list[Again]:
    """Those checks of `only` whose answer comes out otherwise, whichever way it is asked again."""
    differing = _ask(held, AS_ASKED, agreeing=False, only=only)
    unknown_hours = [again for again in differing if again.decision_id is None and again.windows_key]
    if unknown_hours:
        schedules = {(again.windows_key, again.calendar, again.zone_key): again.at for again in unknown_hours}
        for (windows_key, calendar, zone_key), at in schedules.items():
            timetables.ensure(windows_key, calendar, zone_key, at)
        differing = _ask(held, AS_ASKED, agreeing=False, only=only)
    if not differing:
        return []
    only = [again.n for again in differing]
    excused = {again.n for again in _ask(held, WITHOUT_THE_LAST, agreeing=True, only=only)}
    return [again for again in differing if again.n not in excused]


def _ask(
    held: Claim, shifts: tuple[tuple[int, timedelta, timedelta], ...], *, agreeing: bool, only: list[int]
) -> list[Again]:
    places, known, counted = zip(*shifts, strict=True)
    found = rows(
        RECHECK,
        place=list(places),
        known=list(known),
        counted=list(counted),
        only=only,
        agreeing=agreeing,
        **bounds(held.since - GRACE, held.until),
    )
    return [Again(*row) for row in found]


def _incidents(held: Claim, wrong: dict[int, dict[str, Any]]) -> list[Incident]:
    if not wrong:
        return []
    checks = rows(
        "SELECT n, id, checked_at, allowed, decision_id FROM audit_check WHERE n = ANY (%(wrong)s) ORDER BY id",
        wrong=list(wrong),
    )
    reasons = dict(
        Decision.objects.filter(pk__in={check[4] for check in checks}).values_list("pk", "reasons")
    )
    return [
        Incident(
            company_id=held.company_id,
            audit_id=held.row_id,
            check_id=check_id,
            checked_at=checked_at,
            given={"verdict": "allow" if allowed else "deny", "reasons": reasons.get(decision_id, [])},
            recomputed=wrong[n],
            found_at=held.now(),
        )
        for n, check_id, checked_at, allowed, decision_id in checks
    ]
