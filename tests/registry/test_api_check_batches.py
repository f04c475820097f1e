"""POST /checks/batch: one result for each item, in order, and no item spoils another."""

import json

import pytest

from registry.api import checks
from registry.errors import Undecidable
from registry.models import Check
from registry.predial import check
from tests.registry.api import Api, problem

DEFAULTS = {"caller": "+861065551234", "sector": "insurance"}
ANA, BEN = "+8613800138000", "+8613900139000"


def batch(*items, defaults=DEFAULTS):
    return {"defaults": defaults, "items": list(items)}


def test_it_answers_each_item_in_order(api, agreed):
    response = api.post("/checks/batch", batch({"ref": "a", "number": ANA}, {"ref": "b", "number": BEN}))

    body = response.json()
    assert response.status_code == 200
    assert [result["ref"] for result in body["results"]] == ["a", "b"]
    assert [result["verdict"] for result in body["results"]] == ["allow", "deny"]
    assert body["counts"] == {"allowed": 1, "denied": 1, "failed": 0}
    assert list(Check.objects.order_by("pk").values_list("number", "allowed")) == [
        (8613800138000, True),
        (8613900139000, False),
    ]
    assert api.get(f"/checks/{body['results'][0]['id']}").json() == {
        name: value for name, value in body["results"][0].items() if name != "ref"
    }


def test_it_counts_attempts_within_the_batch(api, agreed, monkeypatch):
    """Three a day: the same number twenty times over is allowed three times, in five turns and not in twenty."""
    turns = []
    ask = check.ask
    monkeypatch.setattr(check, "ask", lambda asked, *a, **k: turns.append(len(asked)) or ask(asked, *a, **k))
    body = api.post("/checks/batch", batch(*[{"number": ANA}] * 20, {"number": BEN})).json()

    verdicts = [result["verdict"] for result in body["results"]]
    assert verdicts == ["allow"] * 3 + ["deny"] * 18
    assert body["results"][3]["reasons"][0]["code"] == "attempts_exceeded"
    assert body["results"][3]["next_allowed_at"] == "2026-03-11T01:00:00Z"
    assert len({result["id"] for result in body["results"]}) == 21
    assert turns == [2, 1, 1, 1, 16]
    for result in (body["results"][1], body["results"][4]):
        assert api.get(f"/checks/{result['id']}").json() == {
            name: value for name, value in result.items() if name != "ref"
        }


def test_it_lets_a_bad_item_spoil_nothing(api, agreed):
    body = api.post(
        "/checks/batch",
        batch(
            {"ref": "a", "number": "nonsense"},
            {"ref": "b", "number": ANA},
            {"ref": "c"},
            {"ref": "d", "number": ANA, "channel": "fax"},
            {"ref": "e", "number": ANA, "x": 1},
            "not an item",
            {"ref": "f", "number": BEN, "seller": "com_999999999"},
            {"number": BEN},
        ),
    ).json()

    results = body["results"]
    assert [result["ref"] for result in results] == ["a", "b", "c", "d", "e", None, "f", None]
    pointers = [
        [fault["pointer"] for fault in r["error"]["errors"]] if "error" in r else None for r in results
    ]
    assert pointers == [["/number"], None, ["/number"], ["/channel"], ["/x"], [""], ["/seller"], None]
    assert results[0]["error"]["code"] == "number_not_accepted"
    assert results[0]["error"]["status"] == 422
    assert body["counts"] == {"allowed": 1, "denied": 1, "failed": 6}
    assert Check.objects.count() == 2


def test_it_takes_what_an_item_does_not_say_from_the_defaults(api, agreed):
    body = api.post(
        "/checks/batch",
        batch(
            {"number": ANA},
            {"number": ANA, "sector": "finance", "reference": "own"},
            defaults=DEFAULTS | {"reference": "theirs", "channel": "autodialed"},
        ),
    ).json()

    assert [(r["sector"], r["reference"], r["channel"]) for r in body["results"]] == [
        ("insurance", "theirs", "autodialed"),
        ("finance", "own", "autodialed"),
    ]


def test_it_reports_what_cannot_be_decided_item_by_item(api, agreed, monkeypatch):
    asked = checks.check
    monkeypatch.setattr(
        checks, "check", lambda questions, *a, **k: [Undecidable(), *asked(questions[1:], *a, **k)]
    )

    body = api.post("/checks/batch", batch({"ref": "a", "number": BEN}, {"ref": "b", "number": ANA})).json()

    assert body["results"][0]["error"]["code"] == "undecidable"
    assert body["results"][0]["error"]["status"] == 503
    assert body["results"][1]["verdict"] == "allow"
    assert body["counts"] == {"allowed": 1, "denied": 0, "failed": 1}


def test_it_refuses_a_ref_that_is_there_twice(api):
    response = api.post("/checks/batch", batch({"ref": "a", "number": ANA}, {"ref": "a", "number": BEN}))

    problem(response, 422, "invalid_input", "/items/1/ref")
    assert not Check.objects.exists()


def test_it_takes_a_thousand_items_and_no_more(api):
    items = [{"number": f"+861380013{n:04d}"} for n in range(1001)]

    problem(api.post("/checks/batch", batch(*items)), 422, "invalid_input", "/items")
    body = api.post("/checks/batch", batch(*items[:1000])).json()

    assert body["counts"] == {"allowed": 0, "denied": 1000, "failed": 0}
    assert [r["number"] for r in body["results"]] == [item["number"] for item in items[:1000]]
    assert Check.objects.count() == 1000


def test_it_answers_an_empty_batch(api):
    assert api.post("/checks/batch", {"items": []}).json() == {
        "results": [],
        "counts": {"allowed": 0, "denied": 0, "failed": 0},
    }


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/items"]),
        ({"items": {}}, ["/items"]),
        ({"items": [], "defaults": []}, ["/defaults"]),
        ({"items": [], "defaults": {"sector": "casino"}}, ["/defaults/sector"]),
        ({"items": [], "defaults": {"ref": "a"}}, ["/defaults/ref"]),
        ({"items": [], "extra": 1}, ["/extra"]),
    ],
)
def test_it_points_at_what_is_wrong_with_the_whole(api, body, pointers):
    response = api.post("/checks/batch", body)

    found = problem(response, 422, "invalid_input", *pointers)
    assert found["errors"]


def test_it_refuses_what_is_no_json(api):
    problem(api.post("/checks/batch", b'{"items": ['), 400, "malformed_request")
    twice = json.dumps(batch({"number": ANA})).replace('{"number"', '{"number": "+1", "number"')
    problem(api.post("/checks/batch", twice.encode()), 400, "malformed_request")


def test_it_wants_key_scope_and_method(acme, key_of, nobody, api):
    problem(nobody.post("/checks/batch", batch()), 401, "not_authenticated")
    problem(Api(key_of(acme, "read")).post("/checks/batch", batch()), 403, "scope_missing")
    problem(api.request("GET", "/checks/batch"), 405, "method_not_allowed")


def test_it_does_not_take_batch_for_the_id_of_a_check(api):
    assert api.get("/checks/batch").status_code == 405


def test_it_leaves_receipts_out_where_none_are_wanted(api, agreed):
    body = api.post("/checks/batch", batch({"number": ANA}, {"number": "x"}) | {"receipts": False}).json()

    checked = body["results"][0]
    assert checked["receipt"] is None
    again = api.get(f"/checks/{checked['id']}").json()
    assert again["receipt"]
    assert {**again, "receipt": None, "ref": None} == checked
    problem(api.post("/checks/batch", batch() | {"receipts": "no"}), 422, "invalid_input", "/receipts")


def test_it_counts_its_checks(api, agreed):
    from registry.api import metrics

    def counted() -> float:
        line = 'registry_checks_total{reason="consent_missing",verdict="deny"}'
        lines = metrics.render()[0].decode().splitlines()
        return next((float(text.split()[-1]) for text in lines if text.startswith(line)), 0.0)

    before = counted()
    api.post("/checks/batch", batch({"number": ANA}, {"number": BEN}, {"number": "+8613900139001"}))

    assert counted() == before + 2
