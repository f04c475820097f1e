"""The contract: what the server says of itself, and that it says all."""

from collections.abc import Iterator

import pytest
import yaml
from django.urls import get_resolver

from registry.api.endpoint import PublicEndpoint
from tests.architecture.test_routes import patterns

#: Addresses below /api/v1/ that are no operations of the contract but the contract itself.
CONTRACT = {"api/v1/schema", "api/v1/docs"}


@pytest.fixture(scope="module")
def schema():
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema) -> Iterator[tuple[str, str, dict]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_served(nobody):
    response = nobody.get("/schema")

    served = yaml.safe_load(response.content)
    assert response.status_code == 200
    assert served["openapi"] == "3.1.0"
    assert "/api/v1/checks" in served["paths"]
    assert nobody.get("/schema", Accept="application/vnd.oai.openapi+json").json()["openapi"] == "3.1.0"


def test_it_is_served_as_a_page_without_inline_scripts(client, db):
    for path in ("/api/v1/docs", "/docs"):
        response = client.get(path)
        assert response.status_code == 200
        assert "<script>" not in response.content.decode()
        assert "'self'" in response.headers["Content-Security-Policy"]


def test_it_describes_every_address(schema):
    routed = {
        "/" + path.replace("<str:", "{").replace(">", "}")
        for path, _ in patterns(get_resolver())
        if path.startswith(("api/v1/", ".well-known/")) and path not in CONTRACT
    }

    assert routed <= set(schema["paths"])


def test_it_is_the_same_every_time(schema):
    from drf_spectacular.generators import SchemaGenerator

    assert SchemaGenerator().get_schema(request=None, public=True) == schema


def test_it_names_every_operation_once(schema):
    names = [operation["operationId"] for _, _, operation in operations(schema)]

    assert len(names) == len(set(names))


def test_it_says_who_may_ask(schema):
    public = {
        "/" + path.replace("<str:", "{").replace(">", "}")
        for path, entry in patterns(get_resolver())
        if issubclass(getattr(entry.callback, "cls", object), PublicEndpoint)
    }
    for path, method, operation in operations(schema):
        keys = [name for way in operation.get("security", []) for name in way]
        assert keys == ([] if path in public else ["key", "keyAsPassword"]), (path, method)
        assert ("401" in operation["responses"]) == (path not in public), (path, method)


def test_it_answers_problems_as_problems(schema):
    for path, method, operation in operations(schema):
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        for status, response in operation["responses"].items():
            assert response["description"], (path, method, status)
            kinds = list(response.get("content", {}))
            if status.startswith(("4", "5")):
                assert kinds == ["application/problem+json"], (path, method, status)


def test_it_names_no_component_that_is_not_there(schema):
    import json
    import re

    named = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(schema)))

    assert named <= set(schema["components"]["schemas"])


def test_it_offers_idempotency_on_every_post_that_writes(schema):
    for path, method, operation in operations(schema):
        if method == "post" and operation.get("security"):
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert "Idempotency-Key" in names, path
