"""The `Idempotency-Key` header: on any POST that writes, the same key and request get the same answer.

The semantics are those of draft-ietf-httpapi-idempotency-key-header-07: another request under the key is 422, the
first one still running is 409, and a replay says `Idempotent-Replayed: true`. Without the header nothing is paid.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from registry import sealed
from registry.api import problems
from registry.api.endpoint import Endpoint
from registry.errors import InvalidInput, RegistryError, ServiceUnavailable
from registry.idempotency import Kept, digest, once

_KEY = re.compile(r'"?([\x21\x23-\x7e][\x20-\x21\x23-\x7e]{0,199})"?', re.ASCII)
#: Answers that are not kept, since the same request may fare better a moment later.
TRANSIENT = frozenset({401, 403, 409, 429})

View = Callable[..., HttpResponse]


def body_digest(request: HttpRequest) -> bytes:
    """What names the content of a request: its body. Uploads name theirs by the fields and the file's digest."""
    return request.body


def idempotent(
    content: Callable[[HttpRequest], bytes] = body_digest, *, secret: bool = False
) -> Callable[[View], View]:
    """Make a view's `post` answer to `Idempotency-Key`. `content` gives the bytes that tell two requests apart.

    With `secret` the answer that is kept is sealed: it holds what lies in no table as it is.
    """

    def decorate(post: View) -> View:
        @wraps(post)
        def answer(view: Endpoint, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            header = request.META.get("HTTP_IDEMPOTENCY_KEY")
            if header is None:
                return post(view, request, *args, **kwargs)
            key = read_key(header)
            http = view.http
            kept, replayed = once(
                company_id=view.access.company_id,
                key=f"{'live' if view.access.livemode else 'test'}:{key}",
                request_digest=digest(
                    (request.method or "").encode(), http.get_full_path().encode(), content(http)
                ),
                clock=request.clock,
                act=lambda: act(view, lambda: post(view, request, *args, **kwargs), seal=secret),
            )
            body = unsealed(bytes(kept.body)) if secret else kept.body
            response = HttpResponse(body, status=kept.status, content_type=kept.content_type)
            if replayed:
                response["Idempotent-Replayed"] = "true"
            return response

        return answer

    return decorate


def read_key(header: str) -> str:
    """The key in the header, plain or as a structured-field string. Raises `InvalidInput`."""
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise InvalidInput(
            "An Idempotency-Key is 1 to 200 printable ASCII characters", pointer="/Idempotency-Key"
        )
    return found[1]


def unsealed(body: bytes) -> bytes:
    """A sealed answer as it was given. Raises `ServiceUnavailable` where SECRET_KEY has been changed since."""
    opened = sealed.unseal(body.decode())
    if opened is None:
        raise ServiceUnavailable("The answer that was kept cannot be opened any more")
    return opened.encode()


def act(view: Endpoint, post: Callable[[], HttpResponse], *, seal: bool = False) -> Kept:
    """Run a view; a refusal that will stay one is an answer to keep, and undoes what the view had written."""
    try:
        with transaction.atomic():
            response = post()
    except RegistryError as error:
        if error.status >= 500 or error.status in TRANSIENT:
            raise
        response = problems.respond(error, view.http)
    body = sealed.seal(response.content.decode()).encode() if seal else response.content
    return Kept(response.status_code, body, response.headers["Content-Type"])
