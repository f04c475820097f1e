"""The contract, for programs and for people: the schema as this server makes it, its page, the types of problems."""

import html
import re
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.throttles import Throttle


@cache
def _made(view: type[SpectacularAPIView]) -> Any:
    """The schema, once a process: making it takes seconds, and the code does not change while it runs."""
    generator = view.generator_class()
    return generator.get_schema(request=None, public=True)


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, for `?format=json` or an Accept header that asks for it, as JSON."""

    throttle_classes = (Throttle,)

    def _get_schema_response(self, request: Request) -> Response:
        return Response(
            data=_made(type(self)),
            headers={"Content-Disposition": 'inline; filename="openapi.yaml"'},
        )


@extend_schema(exclude=True)
class Docs(SpectacularSwaggerSplitView):
    """A page to read the contract and to try it; its script is a file of its own, as the content policy asks."""

    url_name = "schema"
    throttle_classes = (Throttle,)


_HEADING = re.compile(r"^## (?P<slug>[a-z-]+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@cache
def _problem_page() -> str:
    """docs/PROBLEMS.md as HTML: headings with anchors, paragraphs, code. It uses nothing else of Markdown."""
    text = (settings.BASE_DIR / "docs" / "PROBLEMS.md").read_text(encoding="utf-8")
    parts = []
    for block in filter(None, map(str.strip, text.split("\n\n"))):
        words = _CODE.sub(r"<code>\1</code>", html.escape(block, quote=False))
        if found := _HEADING.match(block):
            parts.append(f'<h2 id="{found["slug"]}">{found["slug"]}</h2>')
        elif block.startswith("# "):
            parts.append(f"<h1>{words[2:]}</h1>")
        else:
            parts.append(f"<p>{words}</p>")
    return mark_safe("\n".join(parts))  # noqa: S308 - made from a file of ours, escaped above


def problem_types(request: HttpRequest) -> HttpResponse:
    """Where the `type` of a problem leads: what it means and what to do."""
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Problem types</title></head>'
    return HttpResponse(f"{head}<body>{_problem_page()}</body></html>")
