"""Which penalty a policy's ladder proposes for a company, and why. Pure, without a database.

A ladder's rung says what follows the nth decision against a company, counted within a stretch of time. A policy
without a ladder leaves it to the officer, and the proposal says so: nothing here is invented.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from registry.durations import Duration
from registry.shapes import PENALTIES

#: What a decision may come to: no penalty, or one that a ladder may name.
ACTIONS = ("none", *PENALTIES)
#: Those that take a company's leave to call; the first ends by itself, the second does not.
SUSPENDING = ("suspend_new_outbound", "stop_new_outbound")


class Proposal(NamedTuple):
    """What a ladder proposes. `action` is empty where it is left to the officer's discretion.

    `count` is the number this decision would have, `within` the stretch it was counted in (ISO 8601, empty: ever),
    `lasts` the length of the penalty (ISO 8601, empty: without end), `earlier` the decisions that were counted.
    """

    action: str = ""
    lasts: str = ""
    count: int = 1
    within: str = ""
    earlier: tuple[datetime, ...] = ()
    citation: str = ""
    source: str = ""
    evidence: str = ""

    @property
    def discretion(self) -> bool:
        """Whether the policy has no value, so that the officer decides by discretion."""
        return not self.action


def propose(
    terms: Mapping[str, Any],
    citations: Mapping[str, Mapping[str, str]],
    *,
    earlier: Sequence[datetime],
    at: datetime,
) -> Proposal:
    """The penalty for one more decision at `at`, after those made `earlier`, by a policy's values.

    The highest rung that is reached decides. Decisions count from the instant they were made; one that lies exactly
    `within` before `at` counts.
    """
    ladder = terms.get("penalty_ladder") or []
    cited = citations.get("penalty_ladder", {})
    for rung in sorted(ladder, key=lambda rung: -rung["verified"]):
        within = rung.get("within", "")
        counted = tuple(sorted(made for made in earlier if _counts(made, within, at)))
        if len(counted) + 1 >= rung["verified"]:
            return Proposal(
                action=rung["action"],
                lasts=rung.get("lasts", ""),
                count=len(counted) + 1,
                within=within,
                earlier=counted,
                citation=cited.get("citation", ""),
                source=cited.get("source", ""),
                evidence=cited.get("evidence", ""),
            )
    return Proposal(count=len(earlier) + 1, earlier=tuple(sorted(earlier)))


def _counts(made: datetime, within: str, at: datetime) -> bool:
    return made <= at and (not within or Duration.parse(within).after(made) >= at)


def ends_at(lasts: str, at: datetime) -> datetime | None:
    """When a penalty that begins at `at` ends by itself; None for one without an end."""
    return Duration.parse(lasts).after(at) if lasts else None
