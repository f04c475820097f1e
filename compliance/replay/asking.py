"""One company-day asked twice: under the policies in force and under the draft, by the same statements as its audit.

Each call is asked as of the call and each check as it was asked, so that whatever differs is the draft's doing.
Attempts are counted as they were made: whether a company would have called again after another answer, nobody can know.
"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from compliance.audit import findings
from compliance.audit.findings import rows, run
from compliance.models import Replay
from compliance.replay.session import Session
from registry.codes import SECTORS
from registry.predial import many
from registry.sql import read

HERE = Path(__file__).parent
#: Examples kept of each kind of difference in a company-day.
EXAMPLES = 3
TABLE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS replay_before (n integer NOT NULL, allowed boolean, reasons text[])"
)
KEEP = "INSERT INTO replay_before SELECT n, allowed, reasons FROM many_judged"


class Turned(NamedTuple):
    """Questions that have all of this in common, and some of them."""

    kind: str
    sector: str
    was_allowed: bool | None
    allowed: bool | None
    reason: str | None
    count: int
    examples: list[tuple[int, datetime]]


def units(replay: Replay) -> list[tuple[int, date]]:
    """The company-days of a replay."""
    return rows(
        read(HERE / "units.sql"), first=replay.first, last=replay.last, companies=list(replay.companies)
    )  # type: ignore[return-value]


def ask(replay: Replay, company_id: int, day: date, views: Session) -> list[Turned]:
    """How the answers to a company-day's questions differ. The audit's working tables must be there."""
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    run("TRUNCATE audit_call, audit_check")
    loaded = sum(findings.load(company_id, since, until))
    run(read(HERE / "narrow.sql"), sectors=replay.sectors_mask, share=replay.share, as_of=replay.as_of)
    found: list[Turned] = []
    lookback = findings.longest_lookback()
    for first, past in findings.pieces(loaded):
        findings.match(first, past, since, until, lookback)
        many.answer()
        run(f"{TABLE}; TRUNCATE replay_before")
        run(KEEP)
        with views.draft():
            many.answer()
        found += [_turned(*row) for row in rows(read(HERE / "turned.sql"), examples=EXAMPLES)]
    return found


def _turned(kind: str, sector: int, *rest: Any) -> Turned:
    was_allowed, allowed, reason, count, ids, instants = rest
    examples = list(zip(ids or (), instants or (), strict=True))
    return Turned(kind, SECTORS[sector], was_allowed, allowed, reason, count, examples)
