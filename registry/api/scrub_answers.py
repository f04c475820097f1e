"""How scrubs and preflights are told of: their shapes, and how a row becomes one."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings
from msgspec import Meta

from registry import ids, phone, scrub_parts
from registry.api.fields import Channel, Purpose, Sector
from registry.api.paging import Page
from registry.models import Scrub
from registry.preflights import Preflight

State = Literal["queued", "running", "completed", "failed", "cancelled"]


class ScrubCounts(msgspec.Struct, frozen=True):
    """What the rows that are done came to. Rejected are rows without a number, and numbers without a verdict."""

    allowed: int
    denied: int
    rejected: int


class ScrubResults(msgspec.Struct, frozen=True):
    """Addresses of the results as CSV, once the scrub is completed, until they are removed."""

    allowed: str | None
    denied: str | None
    rejected: str | None
    all: Annotated[str | None, Meta(description="Every row of the list, in its order.")]


class ScrubProblem(msgspec.Struct, frozen=True):
    """Why a scrub failed: a problem document (RFC 9457) of something that was no request."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class ScrubOut(msgspec.Struct, frozen=True):
    """A list on its way through the rule."""

    id: Annotated[str, Meta(examples=["scr_4"])]
    state: State
    file_name: str
    sha256: Annotated[str, Meta(description="Digest of the list, unpacked.")]
    bytes_total: Annotated[int, Meta(description="Size of the list, unpacked.")]
    rows_total: Annotated[int, Meta(description="An estimate until the scrub is completed.")]
    rows_done: int
    estimated_end_at: Annotated[
        datetime | None, Meta(description="When it will be completed, going by the rows done so far.")
    ]
    counts: ScrubCounts
    results: ScrubResults
    problem: ScrubProblem | None
    caller: str
    sector: Sector
    channel: Channel
    purpose: Purpose
    seller: Annotated[str, Meta(examples=["com_7"])]
    campaign: str | None
    reference: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    results_until: Annotated[datetime | None, Meta(description="Until when the results are kept.")]
    livemode: bool


class ScrubPage(Page[ScrubOut], frozen=True):
    """Scrubs, the newest first."""


class PreflightOut(msgspec.Struct, frozen=True):
    """What a scrub of the list would come to now, in rows."""

    rows: int
    counts: ScrubCounts
    reasons: Annotated[
        dict[str, int],
        Meta(
            description="Rows by the reason that decided, a code of GET /rules.",
            examples=[{"consent_missing": 3}],
        ),
    ]
    errors: Annotated[
        dict[str, int],
        Meta(description="Rejected rows by their error code.", examples=[{"number_malformed": 1}]),
    ]
    checked_at: datetime
    livemode: bool


def shown(scrub: Scrub) -> ScrubOut:
    """A scrub as it is answered."""
    public = ids.public("scr", scrub.pk)
    kept = scrub.state == "completed" and scrub.forgotten_at is None
    return ScrubOut(
        id=public,
        state=scrub.state,
        file_name=scrub.file_name,
        sha256=scrub.sha256,
        bytes_total=scrub.bytes_total,
        rows_total=scrub.rows_total,
        rows_done=scrub.rows_done,
        estimated_end_at=estimated_end(scrub),
        counts=ScrubCounts(scrub.allowed, scrub.denied, scrub.rejected),
        results=ScrubResults(
            **{
                kind: f"{settings.PUBLIC_URL}/api/v1/scrubs/{public}/results/{kind}" if kept else None
                for kind in scrub_parts.KINDS
            }
        ),
        problem=_problem(scrub.problem) if scrub.problem else None,
        caller=phone.e164(scrub.caller),
        sector=scrub.sector,
        channel=scrub.channel,
        purpose=scrub.purpose,
        seller=ids.public("com", scrub.seller_id),
        campaign=scrub.campaign or None,
        reference=scrub.reference or None,
        created_at=scrub.created_at,
        started_at=scrub.started_at,
        finished_at=scrub.finished_at,
        results_until=scrub.finished_at + scrub_parts.KEPT_FOR if kept and scrub.finished_at else None,
        livemode=scrub.livemode,
    )


def estimated_end(scrub: Scrub) -> datetime | None:
    """When a running scrub will be completed, going by what its present worker has done; None while nothing tells."""
    here = scrub.rows_done - scrub.rows_before
    if scrub.state != "running" or here <= 0 or scrub.beat_at is None or scrub.started_at is None:
        return None
    left = max(scrub.rows_total - scrub.rows_done, 0)
    return scrub.beat_at + timedelta(seconds=(scrub.beat_at - scrub.started_at).total_seconds() * left / here)


def counted(found: Preflight, clock: datetime, *, livemode: bool) -> PreflightOut:
    """A preflight as it is answered, its codes by how often they occur."""
    return PreflightOut(
        rows=found.rows,
        counts=ScrubCounts(found.allowed, found.denied, found.rejected),
        reasons=dict(found.reasons.most_common()),
        errors=dict(found.errors.most_common()),
        checked_at=clock,
        livemode=livemode,
    )


def _problem(kept: dict[str, Any]) -> ScrubProblem:
    """The document of what was kept of an error (`claims.problem`)."""
    slug = kept["code"].replace("_", "-")
    return ScrubProblem(type=f"{settings.PUBLIC_URL}/docs/problems#{slug}", **kept)
