"""Consents: record one with its evidence, see its history, revoke it."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import consents
from registry.models import Consent, Notice
from registry.periods import Moment
from tests.registry.api import Api, problem

AGREED = {
    "number": "+8613800138000",
    "sectors": ["insurance"],
    "channels": ["live"],
    "given_at": "2026-03-09T09:00:00+08:00",
    "method": "web_form",
    "notice": "We may call you about insurance.",
    "evidence": [{"type": "screenshot", "sha256": "AB" * 32, "uri": "https://acme.example/1"}],
    "source_url": "https://acme.example/form",
    "reference": "form-4711",
}


def record_id(body) -> int:
    return int(body["id"].removeprefix("con_"))


def test_it_puts_a_consent_on_record(api, acme):
    response = api.post("/consents", AGREED)

    row = Consent.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": f"con_{row.record_id}",
        "number": "+8613800138000",
        "status": "recorded",
        "sectors": ["insurance"],
        "channels": ["live"],
        "given_at": "2026-03-09T01:00:00Z",
        "expires_at": "2028-03-09T01:00:00Z",
        "method": "web_form",
        "notice": f"not_{Notice.objects.get().pk}",
        "evidence": [{"type": "screenshot", "sha256": "ab" * 32, "uri": "https://acme.example/1"}],
        "source_url": "https://acme.example/form",
        "reference": "form-4711",
        "recorded_at": "2026-03-10T02:00:00Z",
        "late": False,
        "livemode": True,
    }
    assert (row.company_id, row.number, row.status) == (acme.pk, 8613800138000, "recorded")
    assert Notice.objects.get().text == AGREED["notice"]


def test_it_carries_calls_from_then_on(api, question):
    assert api.post("/checks", question).json()["verdict"] == "deny"
    api.post("/consents", AGREED)

    assert api.post("/checks", question).json()["verdict"] == "allow"


def test_it_knows_a_reference_again(api):
    first = api.post("/consents", AGREED)

    again = api.post("/consents", AGREED | {"given_at": "2026-03-09T10:00:00+08:00"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Consent.objects.count() == 1


def test_it_keeps_a_notice_once(api):
    first = api.post("/consents", AGREED).json()

    second = api.post("/consents", AGREED | {"reference": "form-2", "number": "+8613900139000"}).json()
    third = api.post(
        "/consents", AGREED | {"reference": "form-3", "number": "+8613900139001", "notice": first["notice"]}
    ).json()

    assert first["notice"] == second["notice"] == third["notice"]
    assert Notice.objects.count() == 1


def test_it_knows_no_notice_of_others(api, other_api):
    theirs = other_api.post("/consents", AGREED).json()["notice"]

    problem(api.post("/consents", AGREED | {"notice": theirs}), 422, "invalid_input", "/notice")
    problem(api.post("/consents", AGREED | {"notice": "not_999999999"}), 422, "invalid_input", "/notice")
    assert api.post("/consents", AGREED | {"notice": "not_²"}).status_code == 201


def test_it_marks_what_comes_late(api):
    body = api.post("/consents", AGREED | {"given_at": "2026-02-01T09:00:00+08:00"}).json()

    assert body["late"] is True
    assert Consent.objects.get().late


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"number": "x"}, ["/number"]),
        ({"sectors": []}, ["/sectors"]),
        ({"sectors": ["casino"]}, ["/sectors/0"]),
        ({"channels": []}, ["/channels"]),
        ({"channels": ["live", "fax"]}, ["/channels/1"]),
        ({"given_at": "2026-03-10T02:00:01Z"}, ["/given_at"]),
        ({"given_at": "2026-03-09T09:00:00"}, ["/given_at"]),
        ({"given_at": "0001-01-01T00:00:00+14:00"}, ["/given_at"]),
        ({"expires_at": "2026-03-09T01:00:00Z"}, ["/expires_at"]),
        ({"method": "telepathy"}, ["/method"]),
        ({"notice": ""}, ["/notice"]),
        ({"notice": "a\0b"}, ["/notice"]),
        ({"evidence": []}, ["/evidence"]),
        ({"evidence": [{"type": "page"}]}, ["/evidence/0/sha256"]),
        ({"evidence": [{"type": "page", "sha256": "x"}]}, ["/evidence/0/sha256"]),
        ({"evidence": [{"type": "page", "sha256": "0" * 64, "extra": 1}]}, ["/evidence/0/extra"]),
        ({"source_url": "no address"}, ["/source_url"]),
        ({"reference": ""}, ["/reference"]),
        ({"unknown": 1}, ["/unknown"]),
        ({"number": "x", "given_at": "2027-01-01T00:00:00Z"}, ["/number", "/given_at"]),
    ],
)
def test_it_points_at_the_fields_at_fault(api, change, pointers):
    code = "number_not_accepted" if pointers == ["/number"] else "invalid_input"

    problem(api.post("/consents", AGREED | change), 422, code, *pointers)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    "name", ["number", "sectors", "channels", "given_at", "method", "notice", "evidence", "reference"]
)
def test_it_points_at_what_is_missing(api, name):
    body = {key: value for key, value in AGREED.items() if key != name}

    problem(api.post("/consents", body), 422, "invalid_input", f"/{name}")


def test_it_refuses_one_of_the_same_scope_given_earlier(api):
    api.post("/consents", AGREED)

    earlier = AGREED | {"reference": "form-2", "given_at": "2026-03-08T09:00:00+08:00"}

    problem(api.post("/consents", earlier), 409, "consent_overlaps", "/given_at")
    assert Consent.objects.count() == 1


def test_it_shows_its_history(api, now, clock):
    made = api.post("/consents", AGREED).json()
    for hours, act in ((1, consents.confirm), (2, consents.dispute)):
        act(record_id=record_id(made), moment=Moment.of(clock + timedelta(hours=hours)))
    now.shift(timedelta(hours=3))

    body = api.get(f"/consents/{made['id']}").json()

    assert body["status"] == "disputed"
    on_record = [line for line in body["history"] if line["replaced_at"] is None]
    assert [(line["status"], line["since"], line["until"]) for line in on_record] == [
        ("recorded", "2026-03-09T01:00:00Z", "2026-03-10T03:00:00Z"),
        ("confirmed", "2026-03-10T03:00:00Z", "2026-03-10T04:00:00Z"),
        ("disputed", "2026-03-10T04:00:00Z", "2028-03-09T01:00:00Z"),
    ]
    assert len(body["history"]) == Consent.objects.count()
    assert {name: body[name] for name in made if name != "status"} == {
        name: value for name, value in made.items() if name != "status"
    }


def test_it_expires(api, now):
    made = api.post("/consents", AGREED | {"expires_at": "2026-03-11T00:00:00Z"}).json()
    now.shift(timedelta(days=2))

    assert api.get(f"/consents/{made['id']}").json()["status"] == "expired"


def test_it_is_superseded_by_a_later_one(api):
    first = api.post("/consents", AGREED).json()
    api.post("/consents", AGREED | {"reference": "form-2", "given_at": "2026-03-10T09:00:00+08:00"})

    assert api.get(f"/consents/{first['id']}").json()["status"] == "superseded"


def test_it_is_revoked_for_the_person(api, question, now):
    made = api.post("/consents", AGREED).json()
    now.shift(timedelta(hours=1))

    response = api.post(f"/consents/{made['id']}/revoke")

    assert response.status_code == 200
    assert response.json()["status"] == "revoked"
    assert api.get(f"/consents/{made['id']}").json() == response.json()
    assert api.post("/checks", question).json()["reasons"][0]["code"] == "consent_revoked"
    problem(api.post(f"/consents/{made['id']}/revoke"), 409, "consent_not_open")


def test_it_is_revoked_once_under_an_idempotency_key(api):
    made = api.post("/consents", AGREED).json()
    first = api.post(f"/consents/{made['id']}/revoke", **{"Idempotency-Key": "r"})

    again = api.post(f"/consents/{made['id']}/revoke", **{"Idempotency-Key": "r"})

    assert (again.status_code, again.content) == (200, first.content)


def test_it_lists_those_of_the_company(api, reader, other_api, now, clock):
    made = [
        api.post("/consents", AGREED | {"reference": f"form-{n}", "number": f"+861380013800{n}"}).json()
        for n in range(3)
    ]
    other_api.post("/consents", AGREED)
    consents.confirm(record_id=record_id(made[1]), moment=Moment.of(clock + timedelta(minutes=1)))
    now.shift(timedelta(hours=1))

    page = api.get("/consents", {"page_size": 2}).json()
    rest = api.get("/consents", {"page_size": 2, "page_token": page["next_page_token"]}).json()

    shown = page["items"] + rest["items"]
    assert [item["id"] for item in shown] == [body["id"] for body in made[::-1]]
    assert [item["status"] for item in shown] == ["recorded", "confirmed", "recorded"]
    assert shown[0]["number"] == "+86138****8002"
    assert reader.get("/consents", {"unmask": "1"}).json()["items"][0]["number"] == "+8613800138002"


def test_it_hides_those_of_others(api, other_api):
    made = api.post("/consents", AGREED).json()

    problem(other_api.get(f"/consents/{made['id']}"), 404, "not_found")
    problem(other_api.post(f"/consents/{made['id']}/revoke"), 404, "not_found")
    problem(api.get("/consents/con_999999999"), 404, "not_found")
    problem(api.get("/consents/opt_1"), 404, "not_found")
    assert Consent.objects.get().status == "recorded"


def test_it_wants_key_scope_and_method(acme, key_of, nobody, api):
    weak, reads = Api(key_of(acme, "check")), Api(key_of(acme, "read"))
    problem(nobody.post("/consents", AGREED), 401, "not_authenticated")
    problem(weak.post("/consents", AGREED), 403, "scope_missing")
    problem(weak.get("/consents"), 403, "scope_missing")
    problem(weak.get("/consents/con_1"), 403, "scope_missing")
    problem(reads.post("/consents", AGREED), 403, "scope_missing")
    problem(reads.post("/consents/con_1/revoke"), 403, "scope_missing")
    assert reads.get("/consents").status_code == 200
    problem(api.request("DELETE", "/consents/con_1"), 405, "method_not_allowed")
    problem(api.request("PUT", "/consents"), 405, "method_not_allowed")
    problem(api.request("GET", "/consents/con_1/revoke"), 405, "method_not_allowed")
    assert not Consent.objects.exists()


def test_it_takes_a_long_notice_and_every_script(api):
    notice = "我们可能会致电\n" * 1000

    api.post("/consents", AGREED | {"notice": notice})

    assert Notice.objects.get().text == notice
    assert Consent.objects.get().given_at == datetime(2026, 3, 9, 1, tzinfo=UTC)
