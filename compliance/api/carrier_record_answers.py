"""How carriers' files are told of: their shapes, and how a row becomes one; and what an upload of one looks like."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.conf import settings
from msgspec import Meta

from compliance.api.call_log_answers import UPLOAD as CALL_LOG_UPLOAD
from compliance.api.call_log_answers import CallLogProblem, CallLogResults, State, problem_shown
from compliance.models import CarrierRecord
from registry import ids
from registry.api.paging import Page

#: What an upload may say besides its file; `carrier_records.accept` checks the values.
OPTIONS = ("format", "zone", "region", "carrier", "complete_from", "complete_until", "callers")
_ALIKE = ("file", "format", "zone", "region")
#: The same for the schema.
UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {name: CALL_LOG_UPLOAD["properties"][name] for name in _ALIKE}
    | {
        "carrier": {
            "type": "string",
            "maxLength": 100,
            "description": "Whose records they are, where the regulator sends them.",
        },
        "complete_from": {
            "type": "string",
            "format": "date-time",
            "description": "From here to `complete_until` the file holds every call of the callers in its rows and of "
            "those in `callers`. Both or neither; at most 62 days; not later than now.",
        },
        "complete_until": {"type": "string", "format": "date-time", "description": "The end, exclusive."},
        "callers": {
            "type": "string",
            "description": "Calling numbers without a row, separated by blanks or commas: they made no call.",
            "example": "+861065551234, +861065551235",
        },
    },
}


class CarrierRecordCounts(msgspec.Struct, frozen=True):
    """What became of the rows."""

    accepted: int
    duplicates: int
    rejected: int
    covered: Annotated[
        int, Meta(description="Callers it is complete for; none of a file of which a row was rejected.")
    ]
    anonymous: Annotated[int, Meta(description="Calls without a calling number, held against nothing.")]


class CarrierRecordOut(msgspec.Struct, frozen=True):
    """A carrier's file of calls on its way into the register."""

    id: Annotated[str, Meta(examples=["car_4"])]
    state: State
    format: Annotated[str, Meta(description="As given, or what was recognised.")]
    file_name: str
    carrier: str
    complete_from: datetime | None
    complete_until: datetime | None
    sha256: str
    bytes_total: int
    rows_total: Annotated[int, Meta(description="An estimate until the file is loaded.")]
    rows_done: int
    counts: CarrierRecordCounts
    results: CallLogResults
    problem: CallLogProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    livemode: bool


class CarrierRecordPage(Page[CarrierRecordOut], frozen=True):
    """Carriers' files, the newest first."""


def shown(row: CarrierRecord) -> CarrierRecordOut:
    """A file as it is answered. A row that is not saved is the rehearsal of a test key."""
    public = ids.public("car", row.pk or 0)
    loaded = row.state == "completed" and row.pk is not None and bool(row.file)
    return CarrierRecordOut(
        id=public,
        state=row.state,
        format=row.format,
        file_name=row.file_name,
        carrier=row.carrier,
        complete_from=row.complete_from,
        complete_until=row.complete_until,
        sha256=row.sha256,
        bytes_total=row.bytes_total,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        counts=CarrierRecordCounts(row.accepted, row.duplicates, row.rejected, row.covered, row.anonymous),
        results=CallLogResults(
            f"{settings.PUBLIC_URL}/api/v1/carrier-records/{public}/rejected" if loaded else None
        ),
        problem=problem_shown(row.problem) if row.problem else None,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        livemode=row.pk is not None,
    )
