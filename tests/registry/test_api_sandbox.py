"""Test keys: deterministic answers on a reserved range, and not a row of the live register."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from registry import sandbox, tasks
from registry.decision import ALLOW_CODES, DENY_CODES
from registry.models import Check, Consent, OptOut, Relationship, SandboxRecord
from registry.phone import parse
from tests.registry.api import Api, problem
from tests.registry.test_api_consents import AGREED
from tests.registry.test_api_opt_outs import SAID
from tests.registry.test_api_relationships import BOUGHT

TABLE = Path(__file__).parents[2] / "docs" / "TEST-NUMBERS.md"
FIRST = "+447700900000"


def asked(question, number: int):
    return question | {"number": f"+{number}"}


@pytest.fixture(autouse=True)
def nothing_live(db):
    """No test key's request leaves a live row."""
    yield
    assert not Check.objects.exists()
    assert not OptOut.objects.exists()
    assert not Consent.objects.exists()
    assert not Relationship.objects.exists()


def test_it_has_a_number_for_every_reason():
    assert sorted(sandbox.REASONS.values()) == sorted((*ALLOW_CODES, *DENY_CODES))
    assert all(parse(f"+{number}") == number for number in sandbox.RANGE)


def test_it_lists_every_number_in_the_documents():
    rows = dict(re.findall(r"^\| `\+(\d+)` \| (.*) \|$", TABLE.read_text(), re.MULTILINE))

    for last, code in sandbox.REASONS.items():
        verdict = "allow" if code in ALLOW_CODES else "deny"
        assert rows[str(sandbox.FIRST + last)] == f"{verdict}: `{code}`"
    others = {sandbox.OPTS_OUT, sandbox.SLOW, sandbox.TOO_MANY, sandbox.UNDECIDABLE}
    assert len(rows) == len(sandbox.REASONS) + len(others)
    assert {str(number) for number in others} <= set(rows)


@pytest.mark.parametrize(("last", "code"), sandbox.REASONS.items())
def test_it_answers_the_reason_of_the_number(test_api, question, nobody, last, code):
    body = test_api.post("/checks", asked(question, sandbox.FIRST + last)).json()

    assert [reason["code"] for reason in body["reasons"]] == [code]
    assert body["verdict"] == ("allow" if code in ALLOW_CODES else "deny")
    assert (body["valid_until"] is not None) == (code in ALLOW_CODES)
    assert body["livemode"] is False
    assert body["policy"]["id"] == "test"
    claims = nobody.post("/receipts/verify", {"receipt": body["receipt"]}).json()["claims"]
    assert claims["livemode"] is False
    assert claims["reasons"] == [code]


def test_it_answers_the_same_twice(test_api, question):
    first, second = (test_api.post("/checks", asked(question, sandbox.FIRST + 104)).json() for _ in range(2))

    assert first["id"] != second["id"]
    ignored = ("id", "receipt")
    assert {k: v for k, v in first.items() if k not in ignored} == {
        k: v for k, v in second.items() if k not in ignored
    }


def test_it_opts_out_after_the_first_check_of_a_key(test_api, acme, key_of, question):
    codes = [
        test_api.post("/checks", asked(question, sandbox.OPTS_OUT)).json()["reasons"][0]["code"]
        for _ in range(3)
    ]
    other = Api(key_of(acme, test=True)).post("/checks", asked(question, sandbox.OPTS_OUT)).json()

    assert codes == ["consent_on_record", "opted_out_of_company", "opted_out_of_company"]
    assert other["verdict"] == "allow"


def test_it_has_a_slow_number(test_api, question, monkeypatch):
    waited = []
    monkeypatch.setattr(sandbox.time, "sleep", waited.append)

    assert test_api.post("/checks", asked(question, sandbox.SLOW)).json()["verdict"] == "allow"
    assert waited == [2.0]


def test_it_has_a_number_too_many(test_api, question):
    response = test_api.post("/checks", asked(question, sandbox.TOO_MANY))

    problem(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "1"
    assert response.headers["RateLimit-Policy"]


def test_it_has_an_undecidable_number(test_api, question):
    problem(test_api.post("/checks", asked(question, sandbox.UNDECIDABLE)), 503, "undecidable")


def test_it_denies_every_other_number_of_the_range(test_api, question):
    assert (
        test_api.post("/checks", asked(question, sandbox.FIRST + 555)).json()["reasons"][0]["code"]
        == "consent_missing"
    )


@pytest.mark.parametrize("number", ["+8613800138000", "+447700901000", "+447700899999"])
def test_it_refuses_numbers_outside_the_range(test_api, question, number):
    for path, body in (
        ("/checks", question),
        ("/opt-outs", SAID),
        ("/consents", AGREED),
        ("/relationships", BOUGHT),
    ):
        found = problem(test_api.post(path, body | {"number": number}), 422, "number_not_accepted", "/number")
        assert found["errors"][0]["code"] == "number_not_for_tests"
    assert not SandboxRecord.objects.exists()


def test_it_answers_a_batch_item_by_item(test_api, question):
    numbers = [sandbox.FIRST, sandbox.TOO_MANY, sandbox.UNDECIDABLE, sandbox.FIRST + 100, 8613800138000]
    items = [{"ref": str(n), "number": f"+{n}"} for n in numbers] + [{"ref": "x"}]

    body = test_api.post(
        "/checks/batch", {"defaults": {"caller": question["caller"], "sector": "other"}, "items": items}
    ).json()

    assert [result.get("verdict") or result["error"]["code"] for result in body["results"]] == [
        "allow",
        "too_many_requests",
        "undecidable",
        "deny",
        "number_not_accepted",
        "invalid_input",
    ]
    assert body["counts"] == {"allowed": 1, "denied": 1, "failed": 4}


def test_it_keeps_its_checks_to_the_key(test_api, api, question, acme, key_of):
    made = test_api.post("/checks", asked(question, sandbox.FIRST)).json()

    assert test_api.get(f"/checks/{made['id']}").json() == made
    (item,) = test_api.get("/checks").json()["items"]
    assert (item["id"], item["number"], item["livemode"]) == (made["id"], "+4477****0000", False)
    assert api.get("/checks").json()["items"] == []
    problem(api.get(f"/checks/{made['id']}"), 404, "not_found")
    problem(Api(key_of(acme, test=True)).get(f"/checks/{made['id']}"), 404, "not_found")


def test_it_lists_its_checks_by_pages(test_api, question):
    made = [test_api.post("/checks", asked(question, sandbox.FIRST)).json()["id"] for _ in range(3)]

    page = test_api.get("/checks", {"page_size": 2}).json()
    rest = test_api.get("/checks", {"page_size": 2, "page_token": page["next_page_token"]}).json()

    assert [item["id"] for item in page["items"] + rest["items"]] == made[::-1]


def test_it_keeps_opt_outs(test_api, now):
    said = SAID | {"number": FIRST, "hours": {"from": "09:00", "to": "18:00"}}
    made = test_api.post("/opt-outs", said)
    now.shift(timedelta(minutes=1))

    again = test_api.post("/opt-outs", said)

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()
    assert made.json()["livemode"] is False
    path = f"/opt-outs/{made.json()['id']}"
    assert test_api.get(path).json() == made.json()
    assert [item["id"] for item in test_api.get("/opt-outs").json()["items"]] == [made.json()["id"]]
    withdrawn = test_api.post(f"{path}/withdraw").json()
    assert withdrawn["withdrawn_at"] == "2026-03-10T02:01:00Z"
    assert test_api.post(f"{path}/withdraw").json() == withdrawn
    assert test_api.post("/opt-outs", said).status_code == 201
    problem(
        test_api.post("/opt-outs", said | {"said_at": "2027-01-01T00:00:00Z"}),
        422,
        "invalid_input",
        "/said_at",
    )


def test_it_keeps_consents(test_api):
    made = test_api.post("/consents", AGREED | {"number": FIRST})
    again = test_api.post("/consents", AGREED | {"number": FIRST})

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()
    path = f"/consents/{made.json()['id']}"
    assert test_api.get(path).json()["history"][0]["status"] == "recorded"
    assert test_api.get("/consents").json()["items"][0]["id"] == made.json()["id"]
    assert test_api.post(f"{path}/revoke").json()["status"] == "revoked"
    assert test_api.get(path).json()["status"] == "revoked"
    problem(test_api.post(f"{path}/revoke"), 409, "consent_not_open")
    counts = test_api.post("/consents/batch", {"items": [AGREED | {"number": FIRST}]}).json()["counts"]
    assert counts == {"created": 0, "duplicate": 1, "rejected": 0}


def test_it_keeps_relationships(test_api):
    made = test_api.post("/relationships", BOUGHT | {"number": FIRST})
    again = test_api.post("/relationships", BOUGHT | {"number": FIRST})

    assert (made.status_code, again.status_code) == (201, 200)
    assert test_api.get(f"/relationships/{made.json()['id']}").json() == made.json() == again.json()
    assert test_api.get("/relationships").json()["items"][0]["id"] == made.json()["id"]


def test_it_ends_with_a_revoked_key(acme, key_of, question, moment):
    from registry import companies
    from registry.models import ApiKey

    key = key_of(acme, test=True)
    api = Api(key)
    assert api.post("/checks", asked(question, sandbox.FIRST)).status_code == 200
    companies.revoke_key(key=ApiKey.objects.get(digest=companies.digest(key)), moment=moment)

    problem(api.post("/checks", asked(question, sandbox.FIRST)), 401, "key_not_valid")


def test_it_forgets_after_a_month(test_api, question, now):
    test_api.post("/checks", asked(question, sandbox.FIRST))
    now.shift(timedelta(days=29))
    assert tasks.forget_sandbox_records() == 0
    now.shift(timedelta(days=1))

    assert tasks.forget_sandbox_records() == 1
    assert not SandboxRecord.objects.exists()
