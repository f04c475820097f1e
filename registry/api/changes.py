"""Changes: the feed of what happened that concerns a company, in a strict order."""

import re

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from registry import changes, ids
from registry.api import paging
from registry.api.bodies import answer
from registry.api.change_answers import ChangePage, shown
from registry.api.documents import PAGING, documented
from registry.api.endpoint import Endpoint
from registry.errors import InvalidInput

_AFTER = re.compile(r"(?:chg_)?(0|[1-9][0-9]{0,17})", re.ASCII)


class Changes(Endpoint):
    """What happened."""

    scopes = {"GET": ("read",)}

    @documented(
        id="listChanges",
        tag="changes",
        summary="Read what happened that concerns you",
        description="In the order of their places, `chg_1`, `chg_2` and so on, without gaps: whoever has one has all "
        "before it, and none is put in between later. Keep `next_after` and send it as `after`. The same is told by "
        "webhooks. Without `after` the feed begins with the first change that is kept; 410 where changes behind "
        "`after` are kept no longer. A test key meets no changes.",
        answers={200: (ChangePage, "A page, the oldest first.")},
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "string", "pattern": "^(chg_)?(0|[1-9][0-9]{0,17})$"},
                description="The last change you have.",
            ),
            *PAGING,
        ],
        problems=[410, 422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        position = asked.after[0] if asked.after is not None else read_after(request)
        if not self.access.livemode:
            return answer(ChangePage([], None, next_after=None))
        changes.number()
        rows = changes.after(self.access.company_id, position, size=asked.size + 1)
        page = paging.page(
            rows, asked, lambda row: shown(row, unmask=asked.unmask), lambda row: (row.position or 0,)
        )
        last = page.items[-1].id if page.items else None
        if last is None and position is not None:
            last = ids.public("chg", position)
        return answer(ChangePage(page.items, page.next_page_token, next_after=last))


def read_after(request: Request) -> int | None:
    """The place in `after`; None if there is none. Raises `InvalidInput`."""
    text = request.query_params.get("after", "")
    if not text:
        return None
    found = _AFTER.fullmatch(text)
    if found is None:
        raise InvalidInput("An id of a change, such as chg_12", pointer="/after")
    return int(found[1])
