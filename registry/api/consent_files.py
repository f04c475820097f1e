"""Consent files: send a CSV of consents, follow how it is put on record, fetch the rows that were refused, stop it."""

import structlog
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from registry import consent_files, ids
from registry.api import paging
from registry.api.bodies import answer, shaped
from registry.api.consent_file_answers import (
    ConsentFileIn,
    ConsentFileOut,
    ConsentFilePage,
    ConsentFileUpload,
    shown,
)
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented, ref
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.files import AnyType, content_of, form
from registry.api.idempotency import idempotent
from registry.errors import NotFound
from registry.lists.consents import COLUMNS, REQUIRED
from registry.models import ApiKey, ConsentFile
from registry.periods import Moment
from registry.tasks import load_consent_file

log = structlog.get_logger(__name__)

#: What an upload may say besides its file.
OPTIONS = ConsentFileIn.__struct_fields__


def send(consent_file_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `find_lost_consent_files` finds it."""
    try:
        load_consent_file.apply_async([consent_file_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the upload is safe already)
        log.warning("broker_unavailable", consent_file=consent_file_id, error=type(error).__qualname__)


class ConsentFiles(Endpoint):
    """Send a file of consents, and see those sent."""

    scopes = {"POST": ("consent",), "GET": ("consent", "read")}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": ref(ConsentFileUpload)})
    @documented(
        id="createConsentFile",
        tag="consents",
        summary="Record the consents of a CSV file",
        description="Answers as soon as the file is stored; a worker puts it on record, each row as "
        f"`POST /consents` would. Columns: `{','.join(COLUMNS)}`, of which `{','.join(REQUIRED)}` are needed; sectors "
        "and channels are separated by `|`. A reference that is on record is a duplicate, so that a file sent twice "
        "adds nothing. With a test key the rows are read and counted, and leave nothing.",
        answers={202: (ConsentFileOut, "Stored, and queued.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409, 413, 415, 422],
    )
    @idempotent(content_of(OPTIONS))
    def post(self, request: Request) -> HttpResponse:
        file, options = form(self.http, OPTIONS)
        given = shaped(options, ConsentFileIn)
        row = consent_files.accept(
            key=ApiKey.objects.get(pk=self.access.key_id),
            file=file,
            moment=Moment.of(request.clock),
            file_name=file.name or "",
            region=given.region or "",
        )
        transaction.on_commit(lambda: send(row.pk))
        return answer(shown(row), 202)

    @documented(
        id="listConsentFiles",
        tag="consents",
        summary="List your files of consents",
        answers={200: (ConsentFilePage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        rows = ConsentFile.objects.filter(company_id=self.access.company_id, livemode=self.access.livemode)
        return answer(paging.newest(rows, asked, shown))


class ConsentFileById(Endpoint):
    """One file of consents."""

    scopes = {"GET": ("consent", "read"), "DELETE": ("consent",)}

    @documented(
        id="readConsentFile",
        tag="consents",
        summary="Follow a file of consents",
        answers={200: (ConsentFileOut, "How far it is.")},
        problems=[404],
    )
    def get(self, request: Request, consent_file: str) -> HttpResponse:
        return answer(shown(self.own(consent_file)))

    @documented(
        id="cancelConsentFile",
        tag="consents",
        summary="Stop a file of consents",
        description="It is removed with its refused rows. The consents that are on record by then stay on record. A "
        "file that has ended stays as it is (409).",
        answers={200: (ConsentFileOut, "It is cancelled.")},
        problems=[404, 409],
    )
    def delete(self, request: Request, consent_file: str) -> HttpResponse:
        row = consent_files.cancel(row=self.own(consent_file), moment=Moment.of(request.clock))
        return answer(shown(row))

    def own(self, consent_file: str) -> ConsentFile:
        """A file of the asking company, under a key of the same mode. Raises `NotFound`."""
        found = ConsentFile.objects.filter(
            pk=public_id("cfi", consent_file),
            company_id=self.access.company_id,
            livemode=self.access.livemode,
        ).first()
        if found is None:
            raise NotFound
        return found


class ConsentFileRejected(ConsentFileById):
    """The refused rows of a file of consents."""

    scopes = {"GET": ("consent", "read")}
    http_method_names = ["get", "head"]
    content_negotiation_class = AnyType

    @documented(
        id="readConsentFileRejected",
        tag="consents",
        summary="Fetch the refused rows of a file of consents",
        description="CSV with the header `row,value,error_code,error_message`; only the header if no row was refused. "
        "404 until the file is completed, and when the rows are kept no longer.",
        answers={},
        files={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The rows, as CSV.")},
        problems=[404],
    )
    def get(self, request: Request, consent_file: str) -> HttpResponseBase:
        row = self.own(consent_file)
        if row.state != "completed":
            raise NotFound(f"The file is {row.state}; there are refused rows once it is completed")
        if row.forgotten_at is not None:
            raise NotFound("The refused rows of that file are kept no longer")
        name = f"{ids.public('cfi', row.pk)}-rejected.csv"
        return StreamingHttpResponse(
            consent_files.rejected(row),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
