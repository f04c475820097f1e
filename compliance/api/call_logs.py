"""Call logs: upload a file of calls, follow its loading, fetch the rows that were rejected, stop it."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from kombu.exceptions import OperationalError as BrokerAway
from msgspec import Meta
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from compliance import calls, uploads
from compliance.errors import FileMissing
from compliance.formats import FORMATS
from compliance.models import CallLog
from compliance.tasks import load_call_log
from registry import ids
from registry.api import paging
from registry.api.bodies import answer
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.idempotency import idempotent
from registry.api.paging import Page
from registry.codes import CHANNELS, SECTORS
from registry.errors import Fault, InvalidInput, NotFound
from registry.periods import Moment

State = Literal["queued", "running", "completed", "failed", "cancelled"]
OPTIONS = ("format", "zone", "region", "sector", "channel")
#: What an upload looks like, for the schema; `calls.accept` checks the options.
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
        str | None, Meta(description="Address of the CSV of rejected rows, if there are any.")
    ]


class CallLogOut(msgspec.Struct, frozen=True):
    """A call log on its way into the register."""

    id: Annotated[str, Meta(examples=["log_4"])]
    state: State
    format: str
    file_name: str
    sha256: str
    rows_total: int
    rows_done: int
    counts: CallLogCounts
    results: CallLogResults
    problem: Annotated[dict[str, Any] | None, Meta(description="Why it failed, as a problem document.")]
    created_at: datetime
    finished_at: datetime | None


class CallLogPage(Page[CallLogOut], frozen=True):
    """Call logs, the newest first."""


def content(request: HttpRequest) -> bytes:
    """What tells two uploads apart: their options and the digest of the file."""
    digest = sha256()
    for upload in request.FILES.getlist("file"):
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return msgspec.json.encode([sorted(request.POST.items()), digest.hexdigest()])


def send(call_log_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `reconcile` finds it."""
    try:
        load_call_log.apply_async([call_log_id], retry=False)
    except (BrokerAway, OSError):
        return


class CallLogs(Endpoint):
    """Upload a call log, and list those sent."""

    scopes = {"POST": ("calls",), "GET": ("calls", "read")}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UPLOAD})
    @documented(
        id="createCallLog",
        tag="call logs",
        summary="Upload a call log",
        description="Answers as soon as the file is stored; a worker loads it, whole or not at all. A call sent "
        "twice is a duplicate. A call without a check is accepted and becomes a violation. Rows that are no calls stand in the "
        "file of rejected rows. A file whose times carry no offset needs `zone`.",
        answers={202: (CallLogOut, "Stored, and queued.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[400, 409, 413, 415, 422],
    )
    @idempotent(content)
    def post(self, request: Request) -> HttpResponse:
        options, files = request.data, self.http.FILES
        faults = [
            Fault(f"/{name}", "unknown_field", "No such member is known here")
            for name in options
            if name not in (*OPTIONS, "file")
        ]
        if faults:
            raise InvalidInput(faults=faults)
        upload = files.get("file")
        if upload is None:
            raise FileMissing(pointer="/file")
        log = calls.accept(
            company=self.access.company,
            file=upload.file,
            file_name=upload.name or "",
            moment=Moment.of(request.clock),
            **{name: options[name] for name in OPTIONS if options.get(name)},
        )
        if not self.access.livemode:
            # A test key proves that the file can be sent; its calls never meet the register's.
            log = calls.cancel(log=log, moment=Moment.of(request.clock))
        else:
            transaction.on_commit(lambda: send(log.pk))
        return answer(shown(log), 202)

    @documented(
        id="listCallLogs",
        tag="call logs",
        summary="List your call logs",
        answers={200: (CallLogPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        rows = CallLog.objects.filter(company_id=self.access.company_id).order_by("-id")
        if asked.after is not None:
            rows = rows.filter(pk__lt=asked.after[0])
        return answer(paging.page(rows[: asked.size + 1], asked, shown, lambda row: (row.pk,)))


class CallLogById(Endpoint):
    """One call log."""

    scopes = {"GET": ("calls", "read"), "DELETE": ("calls",)}

    @documented(
        id="readCallLog",
        tag="call logs",
        summary="Follow the loading of a call log",
        answers={200: (CallLogOut, "How far it is.")},
        problems=[404],
    )
    def get(self, request: Request, call_log: str) -> HttpResponse:
        return answer(shown(self.own(call_log)))

    @documented(
        id="cancelCallLog",
        tag="call logs",
        summary="Stop the loading of a call log",
        description="None of its calls is taken. One that is loaded stays loaded (409).",
        answers={200: (CallLogOut, "It is cancelled.")},
        problems=[404, 409],
    )
    def delete(self, request: Request, call_log: str) -> HttpResponse:
        return answer(shown(calls.cancel(log=self.own(call_log), moment=Moment.of(request.clock))))

    def own(self, call_log: str) -> CallLog:
        """A call log of the asking company. Raises `NotFound`."""
        found = CallLog.objects.filter(
            pk=public_id("log", call_log), company_id=self.access.company_id
        ).first()
        if found is None:
            raise NotFound
        return found


class RejectedRows(CallLogById):
    """The rows of a call log that were no calls."""

    scopes = {"GET": ("calls", "read")}
    http_method_names = ["get", "head"]

    @extend_schema(
        responses={
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR, "CSV: row, value, error_code, error_message."
            )
        }
    )
    @documented(
        id="readRejectedRows",
        tag="call logs",
        summary="Fetch the rejected rows",
        answers={},
        problems=[404],
    )
    def get(self, request: Request, call_log: str) -> HttpResponseBase:
        log = self.own(call_log)
        if not log.rejected_file:
            raise NotFound("No row of that call log was rejected, or it is not loaded")
        return FileResponse(
            uploads.open_stored(log.rejected_file),
            as_attachment=True,
            filename=f"{ids.public('log', log.pk)}-rejected.csv",
            content_type="text/csv; charset=utf-8",
        )


def shown(log: CallLog) -> CallLogOut:
    """A call log as it is answered."""
    public = ids.public("log", log.pk)
    return CallLogOut(
        id=public,
        state=log.state,
        format=log.format,
        file_name=log.file_name,
        sha256=log.sha256,
        rows_total=log.rows_total,
        rows_done=log.rows_done,
        counts=CallLogCounts(log.accepted, log.duplicates, log.rejected, log.opt_outs),
        results=CallLogResults(f"/api/v1/call-logs/{public}/rejected" if log.rejected_file else None),
        problem=log.problem,
        created_at=log.created_at,
        finished_at=log.finished_at,
    )


urlpatterns = [
    path("call-logs", CallLogs.as_view()),
    path("call-logs/<str:call_log>", CallLogById.as_view()),
    path("call-logs/<str:call_log>/rejected", RejectedRows.as_view()),
]
