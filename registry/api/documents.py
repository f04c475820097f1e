"""How an operation is described in `openapi.yaml`: by the very shapes that read its body and write its answers.

`documented` stands over a view's method. The shapes it names become components of the schema in `add_shapes`, made by
msgspec from the types that decode and encode, so that the contract cannot say anything else than the code does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from registry.api.problems import CONTENT_TYPE, Problem
from registry.errors import RegistryError

Method = TypeVar("Method", bound=Callable[..., Any])
Ref = dict[str, str]

_REF = "#/components/schemas/{name}"
_shapes: set[type[msgspec.Struct]] = set()

#: What a status means wherever it is answered.
MEANINGS = {
    400: "The request could not be read: no JSON, no UTF-8, a member named twice.",
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key does not carry the scope, or the company may not do that.",
    404: "There is no such thing, or it is another company's.",
    406: "The Accept header admits no JSON.",
    409: "The thing's state does not allow it; or the first request with that Idempotency-Key is still running.",
    410: "What was asked for is kept no longer.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    422: "A value is not acceptable: `errors` names the fields. Or the Idempotency-Key was used with another request.",
    429: "Too many requests: `Retry-After` says when to come back.",
    503: "Undecidable, or something the register depends on is down. Do not dial.",
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9_.:-]+$"},
    OpenApiParameter.HEADER,
    description="A request sent again with the same key and body gets the same answer, kept for 24 hours, and has no "
    "second effect. A replay carries `Idempotent-Replayed: true`.",
)
PAGING = (
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
        description="Rows on a page.",
    ),
    OpenApiParameter(
        "page_token", {"type": "string", "minLength": 1}, description="`next_page_token` of the page before."
    ),
    OpenApiParameter(
        "unmask",
        {"type": "boolean", "default": False},
        description="Show numbers in full. Heeded only for a key with the scope `read`.",
    ),
)


def ref(shape: type[msgspec.Struct]) -> Ref:
    """A reference to a shape, which becomes a component."""
    _shapes.add(shape)
    return {"$ref": _REF.format(name=shape.__name__)}


def documented(
    *,
    id: str,  # noqa: A002 - OpenAPI's own word
    tag: str,
    summary: str,
    description: str = "",
    answers: Mapping[int, tuple[type[msgspec.Struct], str]],
    body: type[msgspec.Struct] | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    problems: Iterable[int] = (),
    example: Any = None,
    public: bool = False,
    files: Mapping[tuple[int, str], OpenApiResponse] | None = None,
) -> Callable[[Method], Method]:
    """Describe an operation: the shapes of its body and answers, and the statuses of what can go wrong.

    What every operation can answer (400, 401, 403, 406, 429, 503, and 413, 415, 422 where there is a body) need not
    be named in `problems`. `example` is a body; `files` are answers that are no JSON, by status and media type.
    """
    statuses = {400, 406, 429, 503, *problems} | (set() if public else {401, 403})
    if body is not None:
        statuses |= {413, 415, 422}
    responses: dict[Any, Any] = {
        status: OpenApiResponse(ref(shape), description=meaning)
        for status, (shape, meaning) in answers.items()
    }
    responses |= files or {}
    for status in sorted(statuses):
        responses[status, CONTENT_TYPE] = OpenApiResponse(ref(Problem), description=MEANINGS[status])
    return extend_schema(
        operation_id=id,
        tags=[tag],
        summary=summary,
        description=description or f"{summary}.",
        request={"application/json": ref(body)} if body is not None else None,
        responses=responses,
        parameters=list(parameters),
        examples=[OpenApiExample("Example", example, request_only=True)] if example is not None else None,
        auth=[] if public else None,
    )


def add_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: put the shapes among the components, and say of each JSON body that it is required."""
    shapes = sorted(_shapes, key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in components.items():
        # Where two shapes share a name, msgspec puts the module before it, and references to the name lead nowhere.
        if name in schemas or "." in name:
            raise ValueError(f"two components are named {name.rpartition('.')[2]}")
        schema.pop("title", None)
        schemas[name] = schema
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    for path in result.get("paths", {}).values():
        for operation in path.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "$ref" in content.get("application/json", {}).get("schema", {}):
                operation["requestBody"]["required"] = True
    return result


def kinds_of(root: type[RegistryError] = RegistryError) -> list[type[RegistryError]]:
    """Every class of error below `root`, itself left out, in order of name."""
    found = {kind for direct in root.__subclasses__() for kind in (direct, *kinds_of(direct))}
    return sorted(found, key=lambda kind: kind.__name__)


class KeyInSchema(OpenApiAuthenticationExtension):
    """The two ways to send a key."""

    target_class = "registry.api.access.ApiKeyAuthentication"
    match_subclasses = True
    name = ["key", "keyAsPassword"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{"key": []}, {"keyAsPassword": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "A key of the company: `Authorization: Bearer live_…`. Test keys start `test_`.",
            },
            {
                "type": "http",
                "scheme": "basic",
                "description": "Any user name, and the key as the password, for clients that know nothing else.",
            },
        ]
