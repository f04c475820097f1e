"""Scrubs: send a list of numbers, follow how it is checked, fetch the results, stop it. Counts only: preflights."""

from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from registry import ids, preflights, scrub_parts, scrubs
from registry.api import paging
from registry.api.access import Access
from registry.api.bodies import answer, shaped
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented, ref
from registry.api.endpoint import Endpoint
from registry.api.fields import Reading, public_id
from registry.api.files import AnyType, content_of, form
from registry.api.idempotency import idempotent
from registry.api.questions import Asker, ListIn, ListUpload
from registry.api.scrub_answers import PreflightOut, ScrubOut, ScrubPage, counted, shown
from registry.errors import NotFound
from registry.models import Scrub
from registry.periods import Moment
from registry.tasks import run_scrub

log = structlog.get_logger(__name__)

#: What an upload may say besides its file.
OPTIONS = ListIn.__struct_fields__


def uploaded(http: HttpRequest, access: Access, moment: Moment) -> dict[str, Any]:
    """The list and the question of an upload, as the verbs take them. Raises what is wrong with the request."""
    file, options = form(http, OPTIONS)
    given, reading = shaped(options, ListIn), Reading()
    question = Asker(access, moment).about(0, given, reading)
    reading.settle()
    return {
        "question": question,
        "file": file,
        "moment": moment,
        "region": given.region or "",
        "column": given.column or "",
    }


def send(scrub_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `find_lost_scrubs` finds it."""
    try:
        run_scrub.apply_async([scrub_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the upload is safe already)
        log.warning("broker_unavailable", scrub=scrub_id, error=type(error).__qualname__)


class Scrubs(Endpoint):
    """Send a list, and see those sent."""

    scopes = {"POST": ("check",), "GET": ("check", "read")}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": ref(ListUpload)})
    @documented(
        id="createScrub",
        tag="scrubs",
        summary="Check a list of numbers",
        description="Answers as soon as the list is stored; a worker checks it. The number's column is the one whose "
        "name says so, or whose cells are numbers. Every number leaves a check of its own; a row without a number "
        "stands in the file of rejected rows. A scrub is no attempt to call: ask again before you dial. With a test "
        "key, the numbers are answered as test numbers are, and leave no checks.",
        answers={202: (ScrubOut, "Stored, and queued.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409, 413, 415, 422],
    )
    @idempotent(content_of(OPTIONS))
    def post(self, request: Request) -> HttpResponse:
        row = scrubs.accept(
            **uploaded(self.http, self.access, Moment.of(request.clock)),
            file_name=self.http.FILES["file"].name or "",
            key_id=self.access.key_id,
            livemode=self.access.livemode,
        )
        transaction.on_commit(lambda: send(row.pk))
        return answer(shown(row), 202)

    @documented(
        id="listScrubs",
        tag="scrubs",
        summary="List your scrubs",
        answers={200: (ScrubPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        rows = Scrub.objects.filter(company_id=self.access.company_id, livemode=self.access.livemode)
        return answer(paging.newest(rows, asked, shown))


class ScrubById(Endpoint):
    """One scrub."""

    scopes = {"GET": ("check", "read"), "DELETE": ("check",)}

    @documented(
        id="readScrub",
        tag="scrubs",
        summary="Follow a scrub",
        answers={200: (ScrubOut, "How far it is.")},
        problems=[404],
    )
    def get(self, request: Request, scrub: str) -> HttpResponse:
        return answer(shown(self.own(scrub)))

    @documented(
        id="cancelScrub",
        tag="scrubs",
        summary="Stop a scrub",
        description="Its list and results are removed. The numbers that were checked by then have left their checks. "
        "A scrub that has ended stays as it is (409).",
        answers={200: (ScrubOut, "It is cancelled.")},
        problems=[404, 409],
    )
    def delete(self, request: Request, scrub: str) -> HttpResponse:
        return answer(shown(scrubs.cancel(scrub=self.own(scrub), moment=Moment.of(request.clock))))

    def own(self, scrub: str) -> Scrub:
        """A scrub of the asking company, under a key of the same mode. Raises `NotFound`."""
        found = Scrub.objects.filter(
            pk=public_id("scr", scrub), company_id=self.access.company_id, livemode=self.access.livemode
        ).first()
        if found is None:
            raise NotFound
        return found


class ScrubResult(ScrubById):
    """A result of a scrub."""

    scopes = {"GET": ("check", "read")}
    http_method_names = ["get", "head"]
    content_negotiation_class = AnyType

    @documented(
        id="readScrubResult",
        tag="scrubs",
        summary="Fetch a result of a scrub",
        description="CSV. `all` holds every row of the list in its order, `allowed` and `denied` those rows; behind "
        "the list's own columns stand `verdict,reasons,check_id`, several reasons separated by `|`. `rejected` has "
        "`row,value,error_code,error_message`. 404 until the scrub is completed, and when the results are kept no "
        "longer.",
        answers={},
        files={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The rows, as CSV.")},
        parameters=[
            OpenApiParameter(
                "result", {"type": "string", "enum": list(scrub_parts.KINDS)}, OpenApiParameter.PATH
            )
        ],
        problems=[404],
    )
    def get(self, request: Request, scrub: str, result: str) -> HttpResponseBase:
        row = self.own(scrub)
        if result not in scrub_parts.KINDS:
            raise NotFound(f"The results are: {', '.join(scrub_parts.KINDS)}")
        if row.state != "completed":
            raise NotFound(f"The scrub is {row.state}; there are results once it is completed")
        if row.forgotten_at is not None:
            raise NotFound("The results of that scrub are kept no longer; send the list again")
        name = f"{ids.public('scr', row.pk)}-{result}.csv"
        return StreamingHttpResponse(
            scrub_parts.read(row, result),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Preflights(Endpoint):
    """Count what a scrub would come to."""

    scopes = {"POST": ("check",)}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": ref(ListUpload)})
    @documented(
        id="createPreflight",
        tag="scrubs",
        summary="Count what a scrub of a list would come to",
        description="Reads the list while you wait and answers with counts only: nothing about any one number, and no "
        f"check is left. At most {preflights.MOST_ROWS:,} rows. Do not dial by it.",
        answers={200: (PreflightOut, "Rows by verdict and by the reason that decided.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409, 413, 415, 422],
    )
    @idempotent(content_of(OPTIONS))
    def post(self, request: Request) -> HttpResponse:
        asked = uploaded(self.http, self.access, Moment.of(request.clock))
        test_key_id = None if self.access.livemode else self.access.key_id
        found = preflights.count(**asked, test_key_id=test_key_id)
        log.info("preflight", company=ids.public("com", self.access.company_id), rows=found.rows)
        return answer(counted(found, request.clock, livemode=self.access.livemode))
