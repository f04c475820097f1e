"""Replays: ask a period's checks and calls again under a draft policy, and keep what came out. Writes no other table.

`request` puts one on record, `run` does it (safe to call twice and from many workers), `cancel` ends it.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from compliance.audit.findings import working_tables
from compliance.errors import ReplayBroke, ReplayEnded
from compliance.models import Replay
from compliance.replay import asking, draft
from compliance.replay.figures import Figures
from compliance.replay.session import session
from registry import claims
from registry.claims import Claim
from registry.codes import SECTORS
from registry.errors import InvalidInput, NotFound
from registry.models import Company

LONGEST = timedelta(days=366)
Progress = Callable[[int, int], None]


def request(
    *,
    pack: str,
    text: str,
    first: date,
    last: date,
    clock: datetime,
    sectors: list[str] | None = None,
    companies: list[int] | None = None,
    share: int = 100,
    terms_on: date | None = None,
    user: Any = None,
) -> Replay:
    """Put a replay on record, to be run. Days are UTC; `share` is of all numbers, in per cent.

    Raises `DraftNotAccepted`, `InvalidInput` for a period or choice that means nothing.
    """
    accepted = draft.read(pack, text)
    list(accepted.rows(terms_on))
    if last < first:
        raise InvalidInput("The days end before they begin", pointer="/last")
    if last - first >= LONGEST:
        raise InvalidInput(f"At most {LONGEST.days} days at once", pointer="/last")
    if first > clock.date():
        raise InvalidInput("Those days are to come", pointer="/first")
    if not 1 <= share <= 100:
        raise InvalidInput("A share is from 1 to 100 per cent", pointer="/share")
    if unknown := set(sectors or ()) - set(SECTORS):
        raise InvalidInput(f"One of: {', '.join(SECTORS)}; not {min(unknown)}", pointer="/sectors")
    if Company.objects.filter(pk__in=companies or ()).count() != len(set(companies or ())):
        raise InvalidInput("There is no such company", pointer="/companies")
    return Replay.objects.create(
        pack=pack,
        draft=text.replace("\r\n", "\n"),
        digest=accepted.digest,
        base_digest=accepted.base.digest,
        changes=[asdict(change) for change in accepted.changes()],
        terms_on=terms_on,
        first=first,
        last=last,
        sectors=sectors or list(SECTORS),
        companies=sorted(set(companies or ())),
        share=share,
        as_of=clock,
        created_at=clock,
        asked_by=user,
    )


def run(
    replay_id: int, *, clock: datetime, progress: Progress = lambda _done, _total: None
) -> dict[str, Any]:
    """Run one replay; its state and figures. What another worker does, or nobody wants any more, is left alone."""
    claim = claims.take(Replay, replay_id, clock=clock, units_done=0)
    if claim is not None:
        with claim.held(broke=ReplayBroke()):
            _run(claim, progress)
    return outcome(_get(replay_id))


def _run(claim: Claim[Replay], progress: Progress) -> None:
    row = claim.row
    accepted = draft.read(row.pack, row.draft)
    units = asking.units(row)
    claim.beat(units_total=len(units))
    figures = Figures()
    with session(accepted.rows(row.terms_on)) as views, working_tables():
        for done, (company_id, day) in enumerate(units, 1):
            figures.add(company_id, asking.ask(row, company_id, day, views))
            claim.beat(units_done=done)
            progress(done, len(units))
    claim.complete(figures=figures.as_dict())


def outcome(row: Replay) -> dict[str, Any]:
    """What a replay's row says, in plain values."""
    return {
        "id": row.pk,
        "state": row.state,
        "pack": row.pack,
        "digest": row.digest,
        "as_of": row.as_of.isoformat(),
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "share": row.share,
        "changes": row.changes,
        "problem": row.problem,
        "figures": row.figures,
    }


def cancel(*, replay_id: int, clock: datetime) -> Replay:
    """End a replay that is not done; its worker stops at its next step. Raises `NotFound`, `ReplayEnded`."""
    row = _get(replay_id)
    ended = Replay.objects.filter(pk=replay_id, state__in=("queued", "running")).update(
        state="cancelled", finished_at=clock
    )
    if not ended:
        raise ReplayEnded
    row.refresh_from_db()
    return row


def _get(replay_id: int) -> Replay:
    row = Replay.objects.select_related("asked_by").filter(pk=replay_id).first()
    if row is None:
        raise NotFound("There is no such replay")
    return row
