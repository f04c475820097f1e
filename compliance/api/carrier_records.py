"""Carrier records: a carrier uploads its records of calls, follows their loading, fetches rejected rows, stops it."""

from collections.abc import Sequence

import structlog
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from compliance import carrier_records
from compliance.api.call_logs import rejected_rows
from compliance.api.carrier_record_answers import OPTIONS, UPLOAD, CarrierRecordOut, CarrierRecordPage, shown
from compliance.models import CarrierRecord
from compliance.tasks import load_carrier_record
from registry.api import paging
from registry.api.bodies import answer
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import public_id
from registry.api.files import AnyType, content_of, form
from registry.api.idempotency import idempotent
from registry.errors import NotFound
from registry.periods import Moment

log = structlog.get_logger(__name__)


def send(carrier_record_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `reconcile` finds it."""
    try:
        load_carrier_record.apply_async([carrier_record_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the upload is safe already)
        log.warning("broker_unavailable", carrier_record=carrier_record_id, error=type(error).__qualname__)


class CarrierRecords(Endpoint):
    """Upload records of calls, and list those sent."""

    scopes = {"POST": ("calls",), "GET": ("calls", "read")}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UPLOAD})
    @documented(
        id="createCarrierRecord",
        tag="carrier records",
        summary="Upload a carrier's records of calls",
        description="For keys of carriers and of the regulator. The formats are those of call logs; a worker loads the "
        "file, whole or not at all, and a call sent twice is a duplicate. Calls from the callers of a company are set "
        "against its call log. Where the file says for which time it is complete, also the other way round: what the "
        "company reports and nobody carried.",
        answers={202: (CarrierRecordOut, "Stored, and queued.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[400, 403, 409, 413, 415, 422],
    )
    @idempotent(content_of(OPTIONS))
    def post(self, request: Request) -> HttpResponse:
        file, options = form(self.http, OPTIONS)
        upload = {"file": file, "file_name": file.name or "", "moment": Moment.of(request.clock), **options}
        if not self.access.livemode:
            return answer(shown(carrier_records.rehearse(company=self.access.company, **upload)), 202)
        row = carrier_records.accept(company=self.access.company, **upload)
        transaction.on_commit(lambda: send(row.pk))
        return answer(shown(row), 202)

    @documented(
        id="listCarrierRecords",
        tag="carrier records",
        summary="List your records of calls",
        answers={200: (CarrierRecordPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        if not self.access.livemode:
            return answer(CarrierRecordPage([], None))
        rows = CarrierRecord.objects.filter(company_id=self.access.company_id)
        return answer(paging.newest(rows, asked, shown))


class CarrierRecordById(Endpoint):
    """One carrier's file."""

    scopes = {"GET": ("calls", "read"), "DELETE": ("calls",)}

    @documented(
        id="readCarrierRecord",
        tag="carrier records",
        summary="Follow the loading of a carrier's file",
        answers={200: (CarrierRecordOut, "How far it is.")},
        problems=[404],
    )
    def get(self, request: Request, carrier_record: str) -> HttpResponse:
        return answer(shown(self.own(carrier_record)))

    @documented(
        id="cancelCarrierRecord",
        tag="carrier records",
        summary="Stop the loading of a carrier's file",
        description="None of its calls is taken. One that is loaded stays loaded (409).",
        answers={200: (CarrierRecordOut, "It is cancelled.")},
        problems=[404, 409],
    )
    def delete(self, request: Request, carrier_record: str) -> HttpResponse:
        row = carrier_records.cancel(row=self.own(carrier_record), moment=Moment.of(request.clock))
        return answer(shown(row))

    def own(self, carrier_record: str) -> CarrierRecord:
        """A file of who asks. Raises `NotFound`."""
        found = None
        if self.access.livemode:
            found = CarrierRecord.objects.filter(
                pk=public_id("car", carrier_record), company_id=self.access.company_id
            ).first()
        if found is None:
            raise NotFound
        return found


class RejectedCarrierRows(CarrierRecordById):
    """The rows of a carrier's file that were no calls."""

    scopes = {"GET": ("calls", "read")}
    http_method_names: Sequence[str] = ["get", "head"]
    content_negotiation_class = AnyType

    @documented(
        id="readRejectedCarrierRows",
        tag="carrier records",
        summary="Fetch the rejected rows of a carrier's file",
        description="As for call logs: CSV with the header `row,value,error_code,error_message`.",
        answers={},
        files={
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR, "CSV: row, value, error_code, error_message."
            )
        },
        problems=[404],
    )
    def get(self, request: Request, carrier_record: str) -> HttpResponseBase:
        return rejected_rows(self.own(carrier_record), "car")


urlpatterns = [
    path("carrier-records", CarrierRecords.as_view()),
    path("carrier-records/<str:carrier_record>", CarrierRecordById.as_view()),
    path("carrier-records/<str:carrier_record>/rejected", RejectedCarrierRows.as_view()),
]
