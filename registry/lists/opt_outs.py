"""Opt-outs from a list of numbers, put on record as `opt_outs.register` would, tens of thousands at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from registry import change_events
from registry.codes import ALL_CHANNELS, CHANNELS, OPT_OUT_SOURCES, SCOPES, SECTORS, mask
from registry.errors import InvalidInput, OptOutNotYours
from registry.lists.loading import Counts, Progress, Reject, chunks, stage
from registry.lists.numbers import Entry, entries
from registry.lists.rows import Fault, Rejected, codes, instant, reject
from registry.lists.text import Source
from registry.models import Company
from registry.periods import Moment
from registry.sql import read

_INSERT = f"{read(Path(__file__).parent / 'opt_outs.sql')}\nRETURNING id, number"
#: A list that is loaded every night says nothing new; one that says when people said so does.
_AGAIN = f"""
WITH said AS (
    SELECT number, scope, sector, CASE WHEN scope = 2 THEN %(company)s::bigint END AS company_id, channels,
        %(reporter)s::bigint AS reporter, max(said_at) AS again_at
    FROM pg_temp.incoming_opt_out WHERE dated
    GROUP BY number, scope, sector, channels
){read(Path(__file__).parent / "opt_outs_again.sql")}
RETURNING id, number, upper_inf(valid)"""
_STAGED = (
    ("number", "bigint"),
    ("scope", "smallint"),
    ("sector", "smallint"),
    ("channels", "smallint"),
    ("said_at", "timestamptz"),
    ("dated", "boolean"),
)


class _OptOut(NamedTuple):
    """One staged row, in the order of `_STAGED`."""

    number: int
    scope: int
    sector: int | None
    channels: int
    said_at: datetime
    #: Whether the list says when; otherwise it is when the list was loaded.
    dated: bool


@dataclass(frozen=True)
class Terms:
    """What holds for every row of a list that says nothing else in columns of its own."""

    moment: Moment
    scope: str = "all"
    sector: str | None = None
    company: Company | None = None
    #: When the people said so; None: now.
    said_at: datetime | None = None
    source: str = "import"
    #: Who handed the list in, if a company, carrier or regulator did.
    reporter: Company | None = None

    def __post_init__(self) -> None:
        if self.said_at is not None and self.said_at > self.moment.at:
            raise InvalidInput("An opt-out cannot be said in the future", pointer="/said_at")
        if (self.scope == "sector") != (self.sector is not None):
            raise InvalidInput("A sector goes with the scope sector, and with no other", pointer="/sector")
        if (self.scope == "company") != (self.company is not None):
            raise InvalidInput("A company goes with the scope company, and with no other", pointer="/company")
        plain = self.reporter is not None and self.reporter.kind == "company"
        if plain and (self.scope != "company" or self.company != self.reporter):
            raise OptOutNotYours(pointer="/scope")


def load(
    source: Source,
    terms: Terms,
    *,
    on_reject: Reject,
    on_progress: Progress = lambda _: None,
    layout: str = "auto",
    region: str | None = None,
    column: str | None = None,
    delimiter: str | None = None,
) -> Counts:
    """Put a list on record, chunk by chunk, each binding every check from its commit on.

    A header may name `said_at`, `scope`, `sector` and `channels`, which then go before `terms`. What stands already
    and was said no earlier is a duplicate, so that a list loaded twice, or again after a break, adds only what is new.
    Raises `UnreadableFile`, `UnknownLayout` and `BadNumber` (region) before anything is written.
    """
    counts = Counts()

    def readable(rows: Iterator[Entry | Rejected]) -> Iterator[_OptOut]:
        for row in rows:
            try:
                if isinstance(row, Entry):
                    yield _read(row, terms)
                    continue
                refused = row
            except Fault as fault:
                refused = reject(row.line, "", fault)
            counts.rejected += 1
            on_reject(refused)

    found = entries(source, layout=layout, region=region, column=column, delimiter=delimiter)
    for chunk in chunks(readable(found)):
        accepted = _record(chunk, terms)
        counts.accepted += accepted
        counts.duplicates += len(chunk) - accepted
        on_progress(source.position)
    on_progress(source.size)
    return counts


def _read(entry: Entry, terms: Terms) -> _OptOut:
    """The staged row of an entry. Raises `Fault`."""
    cells = entry.cells
    said_at = terms.said_at or terms.moment.at
    dated = terms.said_at is not None
    if not cells:
        return _OptOut(
            entry.number, SCOPES.index(terms.scope), _place(terms.sector), ALL_CHANNELS, said_at, dated
        )
    scope, sector = terms.scope, terms.sector
    if text := cells.get("scope", "").strip().lower():
        if text not in SCOPES:
            raise Fault("scope_unknown", f"Known are: {', '.join(SCOPES)}", text)
        scope, sector = text, terms.sector if text == "sector" else None
    if scope == "company" and terms.company is None:
        raise Fault("company_missing", "Say for the whole list which company was refused", scope)
    if terms.reporter is not None and terms.reporter.kind == "company" and scope != "company":
        raise Fault("opt_out_not_yours", OptOutNotYours.title, scope)
    if (text := cells.get("sector", "")).strip() and scope == "sector":
        named = codes(text, SECTORS, "sector")
        if len(named) > 1:
            raise Fault("sector_unknown", "Name one sector a row", text)
        sector = named[0]
    if scope == "sector" and sector is None:
        raise Fault("sector_missing", "The row names no sector")
    if (text := cells.get("said_at", "")).strip():
        said_at, dated = instant(text, "said_at", terms.moment.at), True
    channels = ALL_CHANNELS
    if (text := cells.get("channels", "")).strip():
        channels = mask(codes(text, CHANNELS, "channels"), CHANNELS)
    return _OptOut(entry.number, SCOPES.index(scope), _place(sector), channels, said_at, dated)


def _place(sector: str | None) -> int | None:
    return None if sector is None else SECTORS.index(sector)


@transaction.atomic
def _record(rows: list[_OptOut], terms: Terms) -> int:
    stage("incoming_opt_out", _STAGED, rows)
    values = {
        "company": terms.company.pk if terms.company else None,
        "source": OPT_OUT_SOURCES.index(terms.source),
        "reporter": terms.reporter.pk if terms.reporter else None,
        "known_at": terms.moment.known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        new = cursor.fetchall()
        if any(row.dated for row in rows):
            cursor.execute(_AGAIN, values)
            # Each that was said again is two rows: what ends and what begins.
            new += [(pk, number) for pk, number, begins in cursor.fetchall() if begins]
    change_events.opt_outs_registered(
        [pk for pk, _ in new], {number for _, number in new}, moment=terms.moment
    )
    return len(new)
