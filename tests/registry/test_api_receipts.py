"""Receipts: whoever holds one can verify it, here or with the public keys alone."""

from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from registry import receipts
from tests.registry.api import Api, problem


@pytest.fixture
def receipt(api, question, agreed) -> str:
    return api.post("/checks", question).json()["receipt"]


def test_it_verifies_without_a_key(nobody, receipt):
    response = nobody.post("/receipts/verify", {"receipt": receipt})

    assert response.status_code == 200
    assert response.json()["valid"] is True
    assert response.json()["expired"] is False
    assert response.json()["claims"]["verdict"] == "allow"


def test_it_says_that_an_allow_has_lapsed(nobody, receipt, now):
    now.shift(timedelta(days=2))

    body = nobody.post("/receipts/verify", {"receipt": receipt}).json()

    assert (body["valid"], body["expired"]) == (True, True)


def test_it_verifies_a_denial(nobody, api, question):
    denied = api.post("/checks", question).json()["receipt"]

    body = nobody.post("/receipts/verify", {"receipt": denied}).json()

    assert body["claims"]["verdict"] == "deny"
    assert "exp" not in body["claims"]
    assert body["expired"] is False


def test_it_can_be_verified_with_the_published_keys_alone(receipt):
    response = Api(base="").get("/.well-known/jwks.json")

    keys = KeySet.import_key_set(response.json())
    signed = jws.deserialize_compact(receipt, keys, algorithms=["Ed25519"])

    assert response.status_code == 200
    assert "max-age" in response.headers["Cache-Control"]
    assert "d" not in response.json()["keys"][0]
    assert signed.headers()["typ"] == "predial-receipt+jwt"
    assert signed.payload == receipts.verify(receipt)


def altered(receipt: str) -> list[str]:
    header, payload, signature = receipt.split(".")
    flipped = [
        receipt[:at] + ("A" if receipt[at] != "A" else "B") + receipt[at + 1 :]
        for at in range(0, len(receipt), 7)
    ]
    last = signature[:-1] + chr(ord(signature[-1]) + 1)
    none = "eyJhbGciOiJub25lIn0"
    return [
        *flipped,
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload}.{last}",
        f"{header}.{payload}.{signature}==",
        f"{header}.{payload}.{signature}\n",
        f" {receipt}",
        receipt + ".x",
        "x",
        "a.b.c",
        "€",
    ]


def test_it_refuses_every_change(nobody, receipt):
    for wrong in altered(receipt):
        problem(nobody.post("/receipts/verify", {"receipt": wrong}), 422, "receipt_not_valid", "/receipt")


@pytest.mark.parametrize("body", [{}, {"receipt": 1}, {"receipt": ""}, {"receipt": "x" * 8001}])
def test_it_points_at_the_receipt(nobody, body):
    problem(nobody.post("/receipts/verify", body), 422, "invalid_input", "/receipt")


def test_it_knows_no_other_method(nobody):
    problem(nobody.request("GET", "/receipts/verify"), 405, "method_not_allowed")
    problem(Api(base="").request("POST", "/.well-known/jwks.json"), 405, "method_not_allowed")
