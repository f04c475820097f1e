"""Every address has an access rule: a scope, whom a page is open to, or a stated reason why anybody may ask."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

#: Open to anybody, and why.
OPEN = {
    "api/v1/receipts/verify": "a receipt is proof for outsiders",
    ".well-known/jwks.json": "public keys",
    "api/v1/rules": "the law is public",
    "api/v1/policies": "the law is public",
    "api/v1/policies/<str:pack>": "the law is public",
    "api/v1/schema": "the contract is public",
    "api/v1/docs": "the contract is public",
    "docs": "the contract is public",
    "docs/problems": "where the `type` of a problem leads",
    "healthz": "asked by load balancers",
    "readyz": "asked by load balancers",
    "metrics": "asked by the monitoring; keep it inside the network",
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its view."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


ROUTES = [(path, entry) for path, entry in patterns(get_resolver()) if not path.startswith("admin/")]


@pytest.mark.parametrize(("path", "entry"), ROUTES, ids=[path for path, _ in ROUTES])
def test_it_has_an_access_rule(path, entry):
    view = getattr(entry.callback, "cls", None) or getattr(entry.callback, "view_class", None)
    if path in OPEN:
        return
    assert view is not None, f"{path} is a plain function: give it an access rule or a reason in OPEN"
    rule = getattr(view, "scopes", None) or getattr(view, "open_to", None)
    assert rule, f"{path} ({view.__name__}) declares neither scopes nor whom it is open to"


def test_it_opens_nothing_that_is_not_there():
    assert set(OPEN) <= {path for path, _ in ROUTES}
