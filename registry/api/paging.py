"""Lists: a page at a time, in an order that does not move, with a token that says where the next page begins.

A token is the sort key of the last row shown (keyset paging), so that rows added meanwhile move nothing. It is opaque
and not secret: whatever it says, the query is bound to the asking company.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

import msgspec
from django.db.models import QuerySet
from rest_framework.request import Request

from registry import phone
from registry.api.access import Access
from registry.errors import Fault, InvalidInput

LARGEST = 1000
DEFAULT = 100
_BIGGEST = (1 << 63) - 1

Item = TypeVar("Item")


class Paging(msgspec.Struct, frozen=True):
    """What a request asks of a list: how many rows, after which, and whether numbers are shown in full."""

    size: int
    after: tuple[int, ...] | None
    unmask: bool
    #: Of how many parts the list's sort key is.
    parts: int = 1

    def number(self, number: int) -> str:
        """A number as this list shows it."""
        return phone.e164(number) if self.unmask else phone.mask(number)


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page; `next_page_token` is null on the last."""

    items: list[Item]
    next_page_token: str | None


def read(request: Request, access: Access, parts: int = 1) -> Paging:
    """The paging of a request, for a list whose sort key has `parts` parts. Raises `InvalidInput`."""
    faults = []
    size, after = DEFAULT, None
    text = request.query_params.get("page_size", "")
    if text:
        size = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if not 1 <= size <= LARGEST:
            faults.append(Fault("/page_size", "not_in_range", f"A whole number from 1 to {LARGEST}"))
    token = request.query_params.get("page_token", "")
    if token:
        after = _open(token, parts)
        if after is None:
            faults.append(Fault("/page_token", "page_token_unknown", "Not a token that a list answered with"))
    asked = request.query_params.get("unmask", "false").lower()
    if asked not in ("true", "false", "1", "0", ""):
        faults.append(Fault("/unmask", "not_in_list", "One of: true, false"))
    if faults:
        raise InvalidInput(faults=faults)
    return Paging(size, after, asked in ("true", "1") and "read" in access.scopes, parts)


def _open(token: str, parts: int) -> tuple[int, ...] | None:
    try:
        values = msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=list[int])
    except (ValueError, msgspec.MsgspecError):
        return None
    return tuple(values) if len(values) == parts and all(abs(value) <= _BIGGEST for value in values) else None


def _close(key: tuple[int, ...]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def page(
    rows: Iterable[Any], paging: Paging, show: Callable[[Any], Item], key: Callable[[Any], tuple[int, ...]]
) -> Page[Item]:
    """A page of `rows`, of which one more than its size was fetched; `key` is the sort key of a row."""
    held = list(rows)
    shown = held[: paging.size]
    return Page([show(row) for row in shown], _close(key(shown[-1])) if len(held) > paging.size else None)


def newest(rows: QuerySet[Any], paging: Paging, show: Callable[[Any], Item], key: str = "pk") -> Page[Item]:
    """A page of `rows`, the newest first: by `key`, a number that no two of them share."""
    if paging.after is not None:
        rows = rows.filter(**{f"{key}__lt": paging.after[0]})
    return page(rows.order_by(f"-{key}")[: paging.size + 1], paging, show, lambda row: (getattr(row, key),))


def state(request: Request, known: Collection[str]) -> str:
    """The state that a list is narrowed to by `?state=`; empty for none. Raises `InvalidInput`."""
    asked = request.query_params.get("state", "")
    if asked and asked not in known:
        raise InvalidInput(f"One of: {', '.join(known)}", pointer="/state")
    return asked
