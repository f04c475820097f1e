"""The one place where something that went wrong becomes an answer: RFC 9457 `application/problem+json`.

Domain errors (`registry/errors.py`) name themselves. What Django, DRF and the database raise is translated into one
of them. What nobody foresaw is logged and says nothing of the inside.
"""

import math
import traceback
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from django.conf import settings
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import translation
from django.views import defaults
from rest_framework import exceptions as drf_errors

from registry import errors
from registry.api.requests import is_api
from registry.errors import Fault, RegistryError

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True):
    """One field at fault."""

    pointer: str
    code: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """What went wrong (RFC 9457). `code` is for programs; `errors` names the fields at fault, if there are any."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem]


def type_of(error: type[RegistryError]) -> str:
    """The address that explains a class of error: its paragraph of docs/PROBLEMS.md, as this server shows it."""
    return f"{settings.PUBLIC_URL}/docs/problems#{error.slug()}"


def problem(error: RegistryError, request_id: str) -> Problem:
    """The problem document of a domain error."""
    return Problem(
        type=type_of(type(error)),
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code(),
        request_id=request_id,
        errors=[FieldProblem(*fault) for fault in error.faults],
    )


def respond(error: RegistryError, request: HttpRequest) -> HttpResponse:
    """The answer to a request that met a domain error."""
    document = problem(error, getattr(request, "request_id", ""))
    response = HttpResponse(msgspec.json.encode(document), status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, errors.TooManyRequests):
        response["Retry-After"] = str(error.retry_after)
    elif error.status == 503:
        response["Retry-After"] = "1"
    elif error.status == 401:
        response["WWW-Authenticate"] = challenge(request)
    return response


def challenge(request: HttpRequest) -> str:
    """How to authenticate. Basic is offered only to who tried it: a browser would ask its user for a password."""
    basic = request.META.get("HTTP_AUTHORIZATION", "").lower().startswith("basic")
    return ('Basic realm="register", ' if basic else "") + 'Bearer realm="register"'


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler."""
    request, view = context["request"], context["view"]
    domain = translate(error)
    response = respond(domain, getattr(request, "_request", request))
    if isinstance(domain, errors.MethodNotAllowed):
        response["Allow"] = ", ".join(view.allowed_methods)
    return response


def translate(error: Exception) -> RegistryError:
    """The domain error that stands for any error."""
    if isinstance(error, RegistryError):
        return error
    for kinds, make in _TRANSLATIONS:
        if isinstance(error, kinds):
            return make(error)
    log_unexpected(error)
    return errors.InternalError()


def log_unexpected(error: Exception) -> None:
    """Log where an unforeseen error happened, and not its message: the database's messages quote people's numbers."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    log.error("unexpected_error", error=type(error).__qualname__, where=where)


def _integrity(error: Exception) -> RegistryError:
    name = constraint(error)
    if name in errors.BY_CONSTRAINT:
        return errors.BY_CONSTRAINT[name]()
    log_unexpected(error)
    return errors.InternalError()


def constraint(error: Exception) -> str:
    """The name of the constraint that an IntegrityError broke; empty if the database did not say."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def _unavailable(error: Exception) -> RegistryError:
    log.warning("database_unavailable", error=type(error).__qualname__)
    return errors.ServiceUnavailable("The register's database did not answer; nothing was decided or written")


def _unstorable(error: Exception) -> RegistryError:
    log_unexpected(error)
    return errors.InvalidInput("A value is outside what the register can store")


def _throttled(error: Exception) -> RegistryError:
    wait = getattr(error, "wait", None)
    return errors.TooManyRequests(retry_after=max(1, math.ceil(wait or 1)))


def _invalid(error: Exception) -> RegistryError:
    with translation.override("en"):
        faults = list(_faults(error.detail, ""))  # type: ignore[attr-defined]
    return errors.InvalidInput(faults=faults)


def _faults(detail: Any, pointer: str) -> list[Fault]:
    """DRF's nested details as one fault a field."""
    if isinstance(detail, dict):
        return [
            fault
            for name, inner in detail.items()
            for fault in _faults(
                inner, pointer if name == "non_field_errors" else f"{pointer}/{escape(name)}"
            )
        ]
    if isinstance(detail, list) and not any(isinstance(inner, str) for inner in detail):
        return [fault for at, inner in enumerate(detail) for fault in _faults(inner, f"{pointer}/{at}")]
    if isinstance(detail, list):
        return [fault for inner in detail for fault in _faults(inner, pointer)]
    return [Fault(pointer, getattr(detail, "code", None) or "invalid", str(detail))]


def escape(name: object) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _plain(kind: type[RegistryError]) -> Callable[[Exception], RegistryError]:
    return lambda error: kind()


#: In order: the first that fits. A lost connection reaches us as one of several classes.
_TRANSLATIONS: tuple[tuple[tuple[type[Exception], ...], Callable[[Exception], RegistryError]], ...] = (
    ((Http404, drf_errors.NotFound), _plain(errors.NotFound)),
    ((drf_errors.NotAuthenticated,), _plain(errors.NotAuthenticated)),
    ((drf_errors.AuthenticationFailed,), _plain(errors.KeyNotValid)),
    ((django_errors.PermissionDenied, drf_errors.PermissionDenied), _plain(errors.ScopeMissing)),
    ((drf_errors.MethodNotAllowed,), _plain(errors.MethodNotAllowed)),
    ((drf_errors.NotAcceptable,), _plain(errors.NotAcceptable)),
    ((drf_errors.UnsupportedMediaType,), _plain(errors.MediaTypeNotSupported)),
    ((drf_errors.Throttled,), _throttled),
    ((drf_errors.ValidationError,), _invalid),
    ((django_errors.RequestDataTooBig,), _plain(errors.BodyTooLarge)),
    (
        (drf_errors.ParseError, django_errors.SuspiciousOperation, UnreadablePostError),
        _plain(errors.MalformedRequest),
    ),
    ((IntegrityError,), _integrity),
    ((OperationalError, InterfaceError), _unavailable),
    ((DataError,), _unstorable),
)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: a problem on the paths of the API, a page elsewhere."""
    if is_api(request.path_info):
        return respond(errors.NotFound("There is nothing at this address"), request)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    if is_api(request.path_info):
        return respond(translate(exception), request)
    return defaults.bad_request(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """handler500: for what went wrong outside a view."""
    if is_api(request.path_info):
        return respond(errors.InternalError(), request)
    return defaults.server_error(request)
