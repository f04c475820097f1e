"""What is public of the law: rules, policies."""

import pytest

from registry.decision import RULE_DIGEST
from registry.reasons import REASONS
from tests.registry.api import problem


def test_it_lists_every_code_with_its_citation(nobody):
    body = nobody.get("/rules").json()

    assert body["rule"] == RULE_DIGEST
    assert body["policy"] == "cn"
    assert [item["code"] for item in body["items"]] == list(REASONS)
    consent = next(item for item in body["items"] if item["code"] == "consent_missing")
    assert consent["verdict"] == "deny"
    assert consent["severity"] == REASONS["consent_missing"].severity
    assert consent["citation"]


def test_it_cites_another_policy(nobody):
    cited = {
        item["code"]: item["citation"] for item in nobody.get("/rules", {"policy": "uk"}).json()["items"]
    }

    assert cited["consent_missing"] != nobody.get("/rules").json()["items"][5]["citation"]
    problem(nobody.get("/rules", {"policy": "atlantis"}), 404, "not_found")
    problem(nobody.get("/rules?policy=%00"), 400, "malformed_request")


def test_it_lists_the_policies(nobody):
    items = nobody.get("/policies").json()["items"]

    assert "cn" in [item["id"] for item in items]
    assert len({item["id"] for item in items}) == len(items)
    assert next(item for item in items if item["id"] == "cn")["jurisdictions"] == ["CN"]


def test_it_shows_a_policy_with_what_is_in_force(nobody):
    body = nobody.get("/policies/cn").json()

    assert body["parameters"]["basis"]["in_force"]["value"] == "consent_required"
    assert body["parameters"]["basis"]["in_force"]["citation"]
    assert body["digest"]
    assert body["at"] == "2026-03-10T02:00:00Z"


def dated_parameter(body):
    """A parameter whose value changed on some day, and that day."""
    for name, parameter in body["parameters"].items():
        for value in parameter["values"]:
            if value["from"] and any(other["until"] == value["from"] for other in parameter["values"]):
                return name, value
    return None


def test_it_shows_what_was_in_force_on_a_day(nobody):
    packs = [item["id"] for item in nobody.get("/policies").json()["items"]]
    found = [(pack, dated_parameter(nobody.get(f"/policies/{pack}").json())) for pack in packs]
    pack, (name, value) = next((pack, changed) for pack, changed in found if changed)

    then = nobody.get(f"/policies/{pack}", {"at": value["from"]}).json()["parameters"][name]["in_force"]
    before = nobody.get(f"/policies/{pack}", {"at": f"{value['from'][:4]}-01-01"}).json()["parameters"][name]

    assert then == value
    assert value["from"].endswith("-01-01") or before["in_force"] != value


@pytest.mark.parametrize(
    "at", ["2026-03-10", "2026-03-10T10:00:00Z", "2026-03-10T10:00:00+08:00", "2026-03-10T10:00:00 08:00"]
)
def test_it_reads_moments_and_days(nobody, at):
    assert nobody.get("/policies/cn", {"at": at}).status_code == 200


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-03-10T10:00:00", "2026-13-01", "0001-01-01", "9999-12-31T23:59:59-12:00"]
)
def test_it_points_at_a_moment_it_cannot_read(nobody, at):
    problem(nobody.get("/policies/cn", {"at": at}), 422, "invalid_input", "/at")


def test_it_finds_no_other_policy(nobody):
    problem(nobody.get("/policies/atlantis"), 404, "not_found")
    problem(nobody.request("POST", "/policies"), 405, "method_not_allowed")
    problem(nobody.request("DELETE", "/rules"), 405, "method_not_allowed")
