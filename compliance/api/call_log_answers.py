"""How call logs are told of: their shapes, and how a row becomes one; and what an upload of one looks like."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings
from msgspec import Meta

from compliance.formats import FORMATS
from compliance.models import CallLog
from registry import ids
from registry.api.paging import Page
from registry.codes import CHANNELS, SECTORS

State = Literal["queued", "running", "completed", "failed", "cancelled"]

#: What an upload may say besides its file; `calls.accept` checks the values.
OPTIONS = ("format", "zone", "region", "sector", "channel")
#: The same for the schema.
UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "format": {"type": "string", "enum": ["auto", *FORMATS], "default": "auto"},
        "zone": {
            "type": "string",
            "description": "IANA zone or offset of times without one.",
            "example": "Asia/Shanghai",
        },
        "region": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Region of national numbers."},
        "sector": {"type": "string", "enum": list(SECTORS), "description": "Of rows that name none."},
        "channel": {
            "type": "string",
            "enum": list(CHANNELS),
            "default": "live",
            "description": "Of rows that name none.",
        },
    },
}


class CallLogCounts(msgspec.Struct, frozen=True):
    """What became of the rows."""

    accepted: int
    duplicates: int
    rejected: int
    opt_outs: Annotated[int, Meta(description="Refusals heard in these calls that were new.")]


class CallLogResults(msgspec.Struct, frozen=True):
    """Files made of it."""

    rejected: Annotated[
        str | None,
        Meta(description="Address of the CSV of rejected rows, once the log is loaded, while it is kept."),
    ]


class CallLogProblem(msgspec.Struct, frozen=True):
    """Why a call log could not be loaded: a problem document (RFC 9457) of something that was no request."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class CallLogOut(msgspec.Struct, frozen=True):
    """A call log on its way into the register."""

    id: Annotated[str, Meta(examples=["log_4"])]
    state: State
    format: Annotated[str, Meta(description="As given, or what was recognised.")]
    file_name: str
    sha256: str
    bytes_total: int
    rows_total: Annotated[int, Meta(description="An estimate until the log is loaded.")]
    rows_done: int
    counts: CallLogCounts
    results: CallLogResults
    problem: CallLogProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    livemode: bool


class CallLogPage(Page[CallLogOut], frozen=True):
    """Call logs, the newest first."""


def shown(log: CallLog) -> CallLogOut:
    """A call log as it is answered. A row that is not saved is the rehearsal of a test key."""
    public = ids.public("log", log.pk or 0)
    loaded = log.state == "completed" and log.pk is not None and bool(log.file)
    return CallLogOut(
        id=public,
        state=log.state,
        format=log.format,
        file_name=log.file_name,
        sha256=log.sha256,
        bytes_total=log.bytes_total,
        rows_total=log.rows_total,
        rows_done=log.rows_done,
        counts=CallLogCounts(log.accepted, log.duplicates, log.rejected, log.opt_outs),
        results=CallLogResults(
            f"{settings.PUBLIC_URL}/api/v1/call-logs/{public}/rejected" if loaded else None
        ),
        problem=problem_shown(log.problem) if log.problem else None,
        created_at=log.created_at,
        started_at=log.started_at,
        finished_at=log.finished_at,
        livemode=log.pk is not None,
    )


def problem_shown(kept: dict[str, Any]) -> CallLogProblem:
    """The document of what was kept of an error (`claims.problem`)."""
    slug = kept["code"].replace("_", "-")
    return CallLogProblem(type=f"{settings.PUBLIC_URL}/docs/problems#{slug}", **kept)
