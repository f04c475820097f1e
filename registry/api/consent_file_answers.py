"""Consent files as they are told of: their shapes, and how a row becomes one."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.conf import settings
from msgspec import Meta

from registry import consent_files, ids
from registry.api.bodies import Body
from registry.api.fields import Region
from registry.api.paging import Page
from registry.models import ConsentFile

State = Literal["queued", "running", "completed", "failed", "cancelled"]


class ConsentFileIn(Body):
    """What an upload may say besides its file."""

    region: Region | None = None


class ConsentFileUpload(ConsentFileIn, kw_only=True):
    """A CSV of consents, and what may be said about it."""

    file: Annotated[
        str, Meta(description="CSV; plain, gzip, or zip of one file.", extra_json_schema={"format": "binary"})
    ]


class ConsentFileCounts(msgspec.Struct, frozen=True):
    """What the rows that are done came to."""

    created: int
    duplicate: int
    rejected: int


class ConsentFileResults(msgspec.Struct, frozen=True):
    """Files made of it."""

    rejected: Annotated[
        str | None,
        Meta(description="Address of the CSV of refused rows, once the file is completed, while it is kept."),
    ]


class ConsentFileProblem(msgspec.Struct, frozen=True):
    """Why a file failed: a problem document (RFC 9457) of something that was no request."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class ConsentFileOut(msgspec.Struct, frozen=True):
    """A file of consents on its way into the register."""

    id: Annotated[str, Meta(examples=["cfi_4"])]
    state: State
    file_name: str
    sha256: Annotated[str, Meta(description="Digest of the file, unpacked.")]
    bytes_total: Annotated[int, Meta(description="Size of the file, unpacked.")]
    rows_total: Annotated[int, Meta(description="An estimate until the file is completed.")]
    rows_done: int
    counts: ConsentFileCounts
    results: ConsentFileResults
    problem: ConsentFileProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    results_until: Annotated[datetime | None, Meta(description="Until when the refused rows are kept.")]
    livemode: bool


class ConsentFilePage(Page[ConsentFileOut], frozen=True):
    """Consent files, the newest first."""


def shown(row: ConsentFile) -> ConsentFileOut:
    """A file as it is answered."""
    public = ids.public("cfi", row.pk)
    kept = row.state == "completed" and row.forgotten_at is None
    problem = None
    if row.problem:
        slug = row.problem["code"].replace("_", "-")
        problem = ConsentFileProblem(type=f"{settings.PUBLIC_URL}/docs/problems#{slug}", **row.problem)
    return ConsentFileOut(
        id=public,
        state=row.state,
        file_name=row.file_name,
        sha256=row.sha256,
        bytes_total=row.bytes_total,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        counts=ConsentFileCounts(row.created, row.duplicates, row.rejected),
        results=ConsentFileResults(
            f"{settings.PUBLIC_URL}/api/v1/consents/files/{public}/rejected" if kept else None
        ),
        problem=problem,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        results_until=row.finished_at + consent_files.KEPT_FOR if kept and row.finished_at else None,
        livemode=row.livemode,
    )
