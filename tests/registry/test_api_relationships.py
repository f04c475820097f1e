"""Relationships: put one on record, renew it, list them."""

from datetime import timedelta

import pytest

from registry.models import Relationship
from tests.registry.api import Api, problem

BOUGHT = {
    "number": "+8613800138000",
    "kind": "purchase",
    "last_at": "2026-03-01T09:00:00+08:00",
    "reference": "order-1",
    "sector": "finance",
}


def test_it_puts_a_relationship_on_record(api, acme, question):
    response = api.post("/relationships", BOUGHT)

    row = Relationship.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": f"rel_{row.record_id}",
        "number": "+8613800138000",
        "kind": "purchase",
        "last_at": "2026-03-01T01:00:00Z",
        "expires_at": "2026-09-01T01:00:00Z",
        "reference": "order-1",
        "recorded_at": "2026-03-10T02:00:00Z",
        "livemode": True,
    }
    assert (row.company_id, row.number) == (acme.pk, 8613800138000)
    assert api.post("/checks", question | {"sector": "finance"}).json()["verdict"] == "allow"


def test_it_knows_and_renews_a_reference(api, now):
    first = api.post("/relationships", BOUGHT)
    now.shift(timedelta(hours=1))

    same = api.post("/relationships", BOUGHT)
    renewed = api.post("/relationships", BOUGHT | {"last_at": "2026-03-09T00:00:00Z"})

    assert (same.status_code, same.json()) == (200, first.json())
    assert renewed.status_code == 200
    assert renewed.json()["id"] == first.json()["id"]
    assert renewed.json()["last_at"] == "2026-03-09T00:00:00Z"
    assert Relationship.objects.current().count() == 1


def test_it_takes_the_terms_of_the_first_licensed_sector(api):
    response = api.post("/relationships", {name: BOUGHT[name] for name in BOUGHT if name != "sector"})

    assert response.status_code in (201, 422)
    if response.status_code == 422:
        problem(response, 422, "relationship_not_admitted", "/kind")


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"number": "x"}, "number_not_accepted", "/number"),
        ({"kind": "friendship"}, "invalid_input", "/kind"),
        ({"kind": "inquiry"}, "relationship_not_admitted", "/kind"),
        ({"last_at": "2027-01-01T00:00:00Z"}, "invalid_input", "/last_at"),
        ({"last_at": "9999-12-31T23:59:59-12:00"}, "invalid_input", "/last_at"),
        ({"last_at": "then"}, "invalid_input", "/last_at"),
        ({"reference": ""}, "invalid_input", "/reference"),
        ({"sector": "casino"}, "invalid_input", "/sector"),
        ({"region": "cn"}, "invalid_input", "/region"),
        ({"x": 1}, "invalid_input", "/x"),
    ],
)
def test_it_points_at_the_field_at_fault(api, change, code, pointer):
    problem(api.post("/relationships", BOUGHT | change), 422, code, pointer)
    assert not Relationship.objects.exists()


@pytest.mark.parametrize("name", ["number", "kind", "last_at", "reference"])
def test_it_points_at_what_is_missing(api, name):
    body = {key: value for key, value in BOUGHT.items() if key != name}

    problem(api.post("/relationships", body), 422, "invalid_input", f"/{name}")


def test_it_lists_and_shows_those_of_the_company(api, reader, other_api):
    made = [api.post("/relationships", BOUGHT | {"reference": f"order-{n}"}).json() for n in range(3)]
    other_api.post("/relationships", BOUGHT)

    page = api.get("/relationships", {"page_size": 2}).json()
    rest = api.get("/relationships", {"page_size": 2, "page_token": page["next_page_token"]}).json()

    assert [item["id"] for item in page["items"] + rest["items"]] == [body["id"] for body in made[::-1]]
    assert page["items"][0]["number"] == "+86138****8000"
    assert reader.get("/relationships", {"unmask": "true"}).json()["items"][0]["number"] == "+8613800138000"
    assert api.get(f"/relationships/{made[0]['id']}").json() == made[0]
    problem(other_api.get(f"/relationships/{made[0]['id']}"), 404, "not_found")
    problem(api.get("/relationships/rel_999999999"), 404, "not_found")


def test_it_wants_key_scope_and_method(acme, key_of, nobody, api):
    weak, reads = Api(key_of(acme, "check")), Api(key_of(acme, "read"))
    problem(nobody.post("/relationships", BOUGHT), 401, "not_authenticated")
    problem(weak.post("/relationships", BOUGHT), 403, "scope_missing")
    problem(weak.get("/relationships"), 403, "scope_missing")
    problem(weak.get("/relationships/rel_1"), 403, "scope_missing")
    problem(reads.post("/relationships", BOUGHT), 403, "scope_missing")
    problem(api.request("DELETE", "/relationships"), 405, "method_not_allowed")
    problem(api.request("DELETE", "/relationships/rel_1"), 405, "method_not_allowed")
    assert not Relationship.objects.exists()
