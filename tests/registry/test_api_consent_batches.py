"""POST /consents/batch: created, duplicate or rejected, item by item."""

from datetime import timedelta

from registry.models import Consent
from tests.registry.api import Api, problem
from tests.registry.test_api_consents import AGREED


def item(n: int, **change):
    return AGREED | {"reference": f"form-{n}", "number": f"+861380013{n:04d}"} | change


def test_it_tells_what_became_of_each(api):
    known = api.post("/consents", item(1)).json()

    body = api.post(
        "/consents/batch",
        {
            "items": [
                item(1),
                item(2),
                item(3, number="x"),
                item(4, given_at="2027-01-01T00:00:00Z"),
                {"reference": "form-5"},
                "no item",
                item(2),
                item(7, reference="form-7", number="+8613800130002", given_at="2026-03-08T00:00:00Z"),
            ]
        },
    ).json()

    results = body["results"]
    assert [result["status"] for result in results] == [
        "duplicate",
        "created",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "duplicate",
        "rejected",
    ]
    assert results[0]["id"] == known["id"]
    assert results[6]["id"] == results[1]["id"]
    assert [result["reference"] for result in results[:5]] == [f"form-{n}" for n in range(1, 6)]
    assert results[2]["error"]["errors"][0]["pointer"] == "/number"
    assert results[3]["error"]["errors"][0]["pointer"] == "/given_at"
    assert "/sectors" in [fault["pointer"] for fault in results[4]["error"]["errors"]]
    assert results[7]["error"]["code"] == "consent_overlaps"
    assert body["counts"] == {"created": 1, "duplicate": 2, "rejected": 5}
    assert sorted(Consent.objects.values_list("reference", flat=True)) == ["form-1", "form-2"]


def test_it_takes_a_thousand_and_no_more(api):
    problem(api.post("/consents/batch", {"items": [1] * 1001}), 422, "invalid_input", "/items")

    assert api.post("/consents/batch", {"items": [1] * 1000}).json()["counts"]["rejected"] == 1000


def test_it_records_many(api):
    body = api.post("/consents/batch", {"items": [item(n) for n in range(50)]}).json()

    assert body["counts"] == {"created": 50, "duplicate": 0, "rejected": 0}
    assert Consent.objects.count() == 50


def test_it_points_at_what_is_wrong_with_the_whole(api):
    problem(api.post("/consents/batch", {}), 422, "invalid_input", "/items")
    problem(api.post("/consents/batch", {"items": [], "x": 1}), 422, "invalid_input", "/x")
    problem(api.post("/consents/batch", b"{"), 400, "malformed_request")


def test_it_writes_nothing_when_something_unforeseen_happens(api, monkeypatch):
    from registry.api import consents

    record, calls = consents.consents.record, []

    def sometimes(**values):
        calls.append(values)
        if len(calls) == 2:
            raise ZeroDivisionError
        return record(**values)

    monkeypatch.setattr(consents.consents, "record", sometimes)

    problem(api.post("/consents/batch", {"items": [item(1), item(2)]}), 500, "internal_error")
    assert not Consent.objects.exists()


def test_it_wants_key_scope_and_method(acme, key_of, nobody, api):
    problem(nobody.post("/consents/batch", {"items": []}), 401, "not_authenticated")
    problem(Api(key_of(acme, "check", "read")).post("/consents/batch", {"items": []}), 403, "scope_missing")
    problem(api.request("GET", "/consents/batch"), 405, "method_not_allowed")


def test_it_records_an_old_and_a_new_consent_of_one_person(api, question, now):
    number = {"number": question["number"]}
    old, new = (
        item(1, **number, given_at="2026-03-01T00:00:00Z"),
        item(2, **number, given_at="2026-03-02T00:00:00Z"),
    )

    body = api.post("/consents/batch", {"items": [old, new]}).json()

    assert body["counts"] == {"created": 2, "duplicate": 0, "rejected": 0}
    statuses = [api.get(f"/consents/{result['id']}").json()["status"] for result in body["results"]]
    assert statuses == ["superseded", "recorded"]
    now.shift(timedelta(seconds=1))
    assert api.post("/checks", question).json()["basis"]["id"] == body["results"][1]["id"]
