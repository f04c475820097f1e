"""Who asks, and whether they may: API keys, their scopes, and what belongs to whom.

A key is looked up in the database for every request but a check. The check is the one request that cannot afford a
second round trip, so it takes the key from memory (`remembered`) and has the statement that decides and
writes look at the key's row itself (`predial/may_ask.sql`): in one snapshot it is either in force, and the check is
written, or it is not, and nothing is. So the memory needs no invalidation to be right: at worst it is wrong about a
key that the statement then refuses. Whatever is answered without that statement, an error too, looks the key up first
(`Access.confirm`).
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from registry import companies
from registry.errors import KeyNotValid, NotAuthenticated, ScopeMissing
from registry.models import ApiKey, Company

#: Longer than any key; what is longer is not looked at.
MAX_SECRET = 200
#: Keys kept in memory by a process; when they are more, it starts anew.
MAX_KEPT = 10_000

_kept: dict[str, "Access"] = {}


@dataclass(frozen=True, slots=True)
class Access:
    """A key that was found in force: whose it is and what it may do."""

    key_id: int
    digest: str
    prefix: str
    company: Company
    scopes: frozenset[str]
    livemode: bool
    expires_at: datetime | None
    #: Taken from memory, and so to be looked up before anything is answered with it.
    remembered: bool = False

    @property
    def company_id(self) -> int:
        """The id of the company whose key it is."""
        return self.company.pk

    @property
    def is_authenticated(self) -> bool:
        """Always true; DRF asks it of its users."""
        return True

    def demand(self, needed: Sequence[str]) -> None:
        """Raise `ScopeMissing` unless the key carries one of the scopes needed; of none, none is enough."""
        if self.scopes.isdisjoint(needed):
            raise ScopeMissing(f"This needs a key with the scope {' or '.join(needed) or 'of nobody'}")

    def confirm(self, clock: datetime, needed: Sequence[str]) -> "Access":
        """The same access as the database has it now. Raises `KeyNotValid` or `ScopeMissing`."""
        if not self.remembered:
            return self
        _kept.pop(self.digest, None)
        found = look_up(self.digest, clock)
        found.demand(needed)
        return found


def look_up(digest: str, clock: datetime) -> Access:
    """The access of the key with that digest. Raises `KeyNotValid`.

    A revocation on record ends a key whatever its date: the clocks of two machines never agree wholly.
    """
    row = ApiKey.objects.select_related("company").filter(digest=digest, revoked_at__isnull=True).first()
    if row is None or not row.works(clock):
        raise KeyNotValid
    return Access(
        row.pk, digest, row.prefix, row.company, frozenset(row.scopes), row.livemode, row.expires_at
    )


def secret_of(header: str) -> str | None:
    """The key in an Authorization header: a Bearer token, or the password of Basic with any user name.

    None if there is no such header. Raises `KeyNotValid` for a header that holds none.
    """
    if not header:
        return None
    scheme, _, rest = header.partition(" ")
    secret = rest.strip()
    if scheme.lower() == "basic":
        try:
            secret = b64decode(secret, validate=True).decode("ascii").partition(":")[2]
        except (binascii.Error, ValueError):
            raise KeyNotValid("The Basic credentials could not be read") from None
    elif scheme.lower() != "bearer":
        raise KeyNotValid("Send the key as a Bearer token, or as the password of Basic")
    if not secret or len(secret) > MAX_SECRET or not secret.isascii():
        raise KeyNotValid
    return secret


class ApiKeyAuthentication(BaseAuthentication):
    """A key in the Authorization header. `request.auth` is its `Access`.

    With `remembers`, a key that this process has met comes from its memory; only for views whose statement looks at
    the key's row itself, and not where an idempotency key may replay an answer without that statement.
    """

    def __init__(self, *, remembers: bool = False) -> None:
        self.remembers = remembers

    def authenticate(self, request: Request) -> tuple[Access, Access] | None:
        secret = secret_of(request.META.get("HTTP_AUTHORIZATION", ""))
        if secret is None:
            return None
        digest = companies.digest(secret)
        if self.remembers and "HTTP_IDEMPOTENCY_KEY" not in request.META:
            access = remembered(digest, request.clock)
        else:
            access = look_up(digest, request.clock)
        # For the access log, which sees the plain request only.
        getattr(request, "_request", request).access = access
        return access, access

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def remembered(digest: str, clock: datetime) -> Access:
    """The access of a key from memory, or looked up and kept there. Raises `KeyNotValid`."""
    access = _kept.get(digest)
    if access is not None and (access.expires_at is None or clock < access.expires_at):
        return access
    access = look_up(digest, clock)
    if access.livemode:
        # A test key meets no statement that would look at its row.
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[digest] = replace(access, remembered=True)
    return access


def forget_all() -> None:
    """Empty this process's memory."""
    _kept.clear()


class HasScope(BasePermission):
    """The key carries a scope that the view names for the method: `scopes = {"POST": ("check",), …}`.

    One of those named is enough. A method that the view answers but names no scope for is refused; one that it does
    not answer passes, and meets its 405.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        access = request.auth
        if access is None:
            raise NotAuthenticated(
                "Send `Authorization: Bearer <key>`, or Basic with the key as the password"
            )
        needed = needed_for(view, str(request.method))
        if needed is not None:
            access.demand(needed)
        return True


def needed_for(view: Any, method: str) -> Sequence[str] | None:
    """The scopes of which a method of a view needs one; None if the view does not answer the method."""
    method = "GET" if method == "HEAD" else method
    if method.lower() not in view.http_method_names or not hasattr(view, method.lower()):
        return None
    scopes: dict[str, Sequence[str]] = getattr(view, "scopes", {})
    return scopes.get(method, ())
