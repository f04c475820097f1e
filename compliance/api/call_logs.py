"""Call logs: upload a file of calls, follow its loading, fetch the rows that were rejected, stop it."""

import io
from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from compliance import calls
from compliance.api.call_log_answers import OPTIONS, UPLOAD, CallLogOut, CallLogPage, shown
from compliance.models import CallLog
from compliance.models.call_files import CallFile
from compliance.tasks import load_call_log
from registry import ids, uploads
from registry.api import paging
from registry.api.bodies import answer
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.files import AnyType, content_of, form
from registry.api.idempotency import idempotent
from registry.errors import NotFound
from registry.lists.rejects import COLUMNS
from registry.periods import Moment

log = structlog.get_logger(__name__)


def send(call_log_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `reconcile` finds it."""
    try:
        load_call_log.apply_async([call_log_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the upload is safe already)
        log.warning("broker_unavailable", call_log=call_log_id, error=type(error).__qualname__)


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
        "twice is a duplicate. A call without a check is accepted and becomes a violation. Rows that are no calls "
        "stand in the file of rejected rows. A file whose times carry no offset needs `zone`. With a test key the "
        "first rows are read at once, the answer says what would become of them, and nothing is kept.",
        answers={202: (CallLogOut, "Stored, and queued.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[400, 409, 413, 415, 422],
    )
    @idempotent(content_of(OPTIONS))
    def post(self, request: Request) -> HttpResponse:
        file, options = form(self.http, OPTIONS)
        upload = {"file": file, "file_name": file.name or "", "moment": Moment.of(request.clock), **options}
        if not self.access.livemode:
            return answer(shown(calls.rehearse(company=self.access.company, **upload)), 202)
        row = calls.accept(company=self.access.company, **upload)
        transaction.on_commit(lambda: send(row.pk))
        return answer(shown(row), 202)

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
        if not self.access.livemode:
            return answer(CallLogPage([], None))
        rows = CallLog.objects.filter(company_id=self.access.company_id)
        return answer(paging.newest(rows, asked, shown))


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
        found = None
        if self.access.livemode:
            found = CallLog.objects.filter(
                pk=public_id("log", call_log), company_id=self.access.company_id
            ).first()
        if found is None:
            raise NotFound
        return found


class RejectedRows(CallLogById):
    """The rows of a call log that were no calls."""

    scopes = {"GET": ("calls", "read")}
    http_method_names: Sequence[str] = ["get", "head"]
    content_negotiation_class = AnyType

    @documented(
        id="readRejectedRows",
        tag="call logs",
        summary="Fetch the rejected rows",
        description="CSV with the header `row,value,error_code,error_message`; only the header if no row was "
        "rejected. 404 until the log is loaded, and again when its files have been removed after some months.",
        answers={},
        files={
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR, "CSV: row, value, error_code, error_message."
            )
        },
        problems=[404],
    )
    def get(self, request: Request, call_log: str) -> HttpResponseBase:
        return rejected_rows(self.own(call_log), "log")


def rejected_rows(row: CallFile, prefix: str) -> FileResponse:
    """The rejected rows of a file of calls. Raises `NotFound` until it is loaded, and once they were removed."""
    if row.state != "completed":
        raise NotFound(
            f"The {row._meta.verbose_name} is {row.state}; there are rejected rows once it is completed"
        )
    if not row.file:
        raise NotFound(f"Rejected rows are kept for {settings.CALL_LOG_FILE_DAYS} days")
    if row.rejected_file:
        file: Any = uploads.open_stored(row.rejected_file)
    else:
        file = io.BytesIO(f"{','.join(COLUMNS)}\r\n".encode())
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{ids.public(prefix, row.pk)}-rejected.csv",
        content_type="text/csv; charset=utf-8",
    )


urlpatterns = [
    path("call-logs", CallLogs.as_view()),
    path("call-logs/<str:call_log>", CallLogById.as_view()),
    path("call-logs/<str:call_log>/rejected", RejectedRows.as_view()),
]
