"""Violations over the API: a company sees its own, with the evidence as of the call, and answers them."""

from datetime import timedelta

import pytest
from django.test import Client

from compliance import violations
from compliance.models import Violation, ViolationResponse
from registry import companies, ids
from registry.models import Company
from registry.periods import Moment
from registry.reasons import REASONS
from tests.compliance.calls_made import asked, at, audited, called, client, refused
from tests.story import ACME_CALLER, ANA

URL = "/api/v1/violations"


def key(company: Company, *scopes: str, test: bool = False) -> Client:
    """A client with a new key of the company."""
    moment = Moment.of(at("2026-01-01 09:00"))
    _, secret = companies.issue_key(company=company, moment=moment, scopes=scopes or ("calls",), test=test)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def dialer(acme) -> Client:
    """Acme's key for its calls."""
    return key(acme)


@pytest.fixture
def denied(acme) -> int:
    """A call that was made after a denial: Ana had refused Acme."""
    refused(acme, "09:00")
    call = called(acme, "10:01", check_id=asked(acme, "10:00"))
    audited(acme)
    return call


def rows_of(response) -> list[dict]:
    """The rows of a page."""
    assert response.status_code == 200, response.content
    return response.json()["items"]


def public(code: str = "called_after_deny") -> str:
    return ids.public("vio", Violation.objects.get(code=code).pk)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_it_lists_the_violations_of_the_company(dialer, denied):
    response = dialer.get(URL)
    rows = rows_of(response)
    assert {row["code"] for row in rows} == {"called_after_deny", "opted_out_of_company", "consent_missing"}
    assert response.json()["next_page_token"] is None
    (row,) = [row for row in rows if row["code"] == "called_after_deny"]
    found = Violation.objects.get(code="called_after_deny")
    assert row["call"]["id"] == ids.public("cal", denied)
    assert row["call"]["call_id"].startswith("c")
    assert row["call"]["started_at"] == "2026-03-10T02:01:00Z"
    assert (row["id"], row["check"]) == (ids.public("vio", found.pk), ids.public("chk", found.check_id))
    assert (row["severity"], row["status"]) == ("severe", "open")
    assert row["detail"] == REASONS["called_after_deny"].detail
    assert (row["number"], row["caller"]) == ("+86138****8000", f"+{ACME_CALLER}")
    assert (row["sector"], row["channel"]) == ("insurance", "live")


@pytest.mark.parametrize(
    ("scopes", "shown"), [(("calls",), "+86138****8000"), (("calls", "read"), f"+{ANA}")]
)
def test_it_shows_numbers_in_full_only_to_a_key_that_may_read_them(acme, denied, scopes, shown):
    rows = rows_of(key(acme, *scopes).get(URL, {"unmask": "true"}))
    assert {row["number"] for row in rows} == {shown}


def test_it_pages_by_the_time_of_the_call(acme, dialer):
    for minute in range(5):
        called(acme, f"10:0{minute}")
    audited(acme)
    seen, token = [], ""
    while True:
        response = dialer.get(URL, {"page_size": 3, "page_token": token})
        seen += rows_of(response)
        token = response.json()["next_page_token"]
        if token is None:
            break
    assert len(seen) == Violation.objects.count()
    assert len({row["id"] for row in seen}) == len(seen)
    starts = [row["call"]["started_at"] for row in seen]
    assert starts == sorted(starts, reverse=True)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"code": "no_check"}, ["no_check"]),
        ({"status": "answered"}, ["consent_missing"]),
        ({"status": "withdrawn"}, ["outside_calling_hours"]),
        ({"status": "open", "code": "consent_missing"}, []),
        ({"since": "2026-03-10T14:00:00Z"}, ["consent_missing", "no_check"]),
        ({"since": "2026-03-10T22:00:01+08:00"}, []),
        ({"until": "2026-03-10T14:00:00Z"}, []),
        ({"since": "2026-03-10", "until": "2026-03-10"}, ["consent_missing", "no_check"]),
        ({"until": "2026-03-09"}, []),
        ({}, ["consent_missing", "no_check"]),
    ],
)
def test_it_filters(acme, dialer, query, codes):
    called(acme, "22:00")
    audited(acme)
    Violation.objects.filter(code="consent_missing").update(status="answered")
    Violation.objects.filter(code="outside_calling_hours").update(status="withdrawn")
    assert sorted(row["code"] for row in rows_of(dialer.get(URL, query))) == codes


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"status": "guilty"}, "/status"),
        ({"code": "nonsense"}, "/code"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-03-10T10:00:00"}, "/since"),
        ({"until": "0001-01-01"}, "/until"),
        ({"until": "9999-12-31"}, "/until"),
        ({"page_size": "0"}, "/page_size"),
        ({"page_token": "rubbish"}, "/page_token"),
    ],
)
def test_it_refuses_a_query_that_means_nothing(dialer, query, pointer):
    response = dialer.get(URL, query)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_it_shows_nothing_of_another_company(acme, denied):
    other = key(client())
    found = public()
    assert rows_of(other.get(URL)) == []
    assert other.get(f"{URL}/{found}").status_code == 404
    response = other.post(f"{URL}/{found}/responses", {"text": "Not ours."}, content_type="application/json")
    assert response.status_code == 404
    assert Violation.objects.get(code="called_after_deny").status == "open"


def test_it_wants_a_key_with_the_scope(acme, denied):
    assert Client().get(URL).status_code == 401
    response = key(acme, "check").get(URL)
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    path = f"{URL}/{public()}/responses"
    assert key(acme, "read").post(path, {"text": "No."}, content_type="application/json").status_code == 403
    assert not ViolationResponse.objects.exists()


def test_it_keeps_test_keys_from_live_data(acme, denied):
    tester = key(acme, test=True)
    assert rows_of(tester.get(URL)) == []
    assert tester.get(f"{URL}/{public()}").status_code == 404
    path = f"{URL}/{public()}/responses"
    assert tester.post(path, {"text": "Hello."}, content_type="application/json").status_code == 404


def test_it_answers_only_the_methods_it_has(dialer, denied):
    assert dialer.post(URL, {}, content_type="application/json").status_code == 405
    assert dialer.delete(f"{URL}/{public()}").status_code == 405
    assert dialer.get(f"{URL}/{public()}/responses").status_code == 405


# --- one --------------------------------------------------------------------------------------------------------------


def test_it_shows_the_evidence_as_of_the_call(acme, dialer, denied):
    check = Violation.objects.get(code="called_after_deny").check_id
    shown = dialer.get(f"{URL}/{public()}").json()
    evidence = shown["evidence"]
    assert (evidence["verdict"], evidence["reasons"]) == ("deny", ["opted_out_of_company", "consent_missing"])
    assert evidence["as_of"] == "2026-03-10T02:01:00Z"
    assert evidence["facts"]["refused"] is True
    assert evidence["findings"]["denied"] is True
    assert evidence["check"]["id"] == ids.public("chk", check)
    assert evidence["check"]["verdict"] == "deny"
    assert evidence["policy"]["id"] == "cn-insurance"
    assert len(evidence["rule"]) == 64
    assert shown["responses"] == []


def test_it_tells_of_a_refusal_no_more_than_its_month(dialer, denied):
    shown = dialer.get(f"{URL}/{public('opted_out_of_company')}")
    assert shown.json()["evidence"]["refused_since"] == "2026-03"
    assert b"opt_" not in shown.content
    assert b"2026-03-10T01:00" not in shown.content


def test_it_cites_the_article(dialer, denied):
    assert "138" in dialer.get(f"{URL}/{public('opted_out_of_company')}").json()["citation"]


@pytest.mark.parametrize(
    "wrong", ["vio_999999999", "chk_1", "1", "vio_0", "vio_١", "vio_99999999999999999999"]
)
def test_it_knows_no_such_violation(dialer, denied, wrong):
    assert dialer.get(f"{URL}/{wrong}").status_code == 404


def test_it_shows_evidence_without_a_verdict(acme, dialer, denied):
    """A call that could not be judged has evidence all the same."""
    row = Violation.objects.get(code="called_after_deny")
    row.evidence |= {
        "verdict": None,
        "reasons": None,
        "check": None,
        "policy": {"id": None, "digest": None},
        "rule": None,
    }
    row.save()
    shown = dialer.get(f"{URL}/{public()}")
    assert shown.status_code == 200
    assert shown.json()["evidence"]["verdict"] is None
    assert shown.json()["citation"] == ""


# --- answers ----------------------------------------------------------------------------------------------------------


def test_it_takes_an_answer(dialer, denied):
    body = {
        "text": "The person asked us to call back.\nThe recording is kept.",
        "evidence": [{"type": "recording", "sha256": "0" * 64, "uri": "https://acme.example/r/1"}],
    }
    response = dialer.post(f"{URL}/{public()}/responses", body, content_type="application/json")
    assert response.status_code == 201
    made = ViolationResponse.objects.get()
    assert (made.text, made.evidence) == (body["text"], body["evidence"])
    assert response.json()["id"] == ids.public("res", made.pk)
    violation = Violation.objects.get(code="called_after_deny")
    assert (violation.status, violation.updated_at) == ("answered", made.created_at)
    shown = dialer.get(f"{URL}/{public()}").json()
    assert shown["status"] == "answered"
    assert [each["text"] for each in shown["responses"]] == [body["text"]]


def test_it_takes_more_than_one_answer(dialer, denied):
    for text in ("First.", "And another thing."):
        path = f"{URL}/{public()}/responses"
        assert dialer.post(path, {"text": text}, content_type="application/json").status_code == 201
    assert [each["text"] for each in dialer.get(f"{URL}/{public()}").json()["responses"]] == [
        "First.",
        "And another thing.",
    ]


def test_it_takes_an_answer_once_under_one_idempotency_key(dialer, denied):
    path = f"{URL}/{public()}/responses"
    answers = [
        dialer.post(
            path, {"text": "Once."}, content_type="application/json", headers={"Idempotency-Key": "k1"}
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert ViolationResponse.objects.count() == 1


@pytest.mark.parametrize("status", ["confirmed", "dismissed", "withdrawn"])
def test_it_takes_no_answer_to_what_is_settled(dialer, denied, status):
    Violation.objects.filter(code="called_after_deny").update(status=status)
    response = dialer.post(
        f"{URL}/{public()}/responses", {"text": "Too late."}, content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (409, "violation_settled")
    assert not ViolationResponse.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "   "}, "/text"),
        ({"text": "a\u0000b"}, "/text"),
        ({"text": "x" * 10_001}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": "a", "evidence": [{"type": "page", "sha256": "short"}]}, "/evidence/0/sha256"),
        (
            {"text": "a", "evidence": [{"type": "page", "sha256": "0" * 64, "uri": "javascript:x"}]},
            "/evidence/0/uri",
        ),
        ({"text": "a", "mood": "sorry"}, "/mood"),
    ],
)
def test_it_refuses_an_answer_that_is_none(dialer, denied, body, pointer):
    response = dialer.post(f"{URL}/{public()}/responses", body, content_type="application/json")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not ViolationResponse.objects.exists()
    assert Violation.objects.get(code="called_after_deny").status == "open"


def test_it_stays_answered_when_the_day_is_audited_again(acme, dialer, denied):
    dialer.post(f"{URL}/{public()}/responses", {"text": "Sorry."}, content_type="application/json")
    audited(acme)
    assert Violation.objects.get(code="called_after_deny").status == "answered"


# --- the regulator's word ---------------------------------------------------------------------------------------------


def test_it_is_settled_once(acme, denied, clock):
    # After the audit, which the tests let run ten days later.
    clock += timedelta(days=30)
    row = Violation.objects.get(code="called_after_deny")
    assert violations.settle(violation_id=row.pk, status="dismissed", clock=clock).status == "dismissed"
    with pytest.raises(violations.ViolationSettled):
        violations.settle(violation_id=row.pk, status="confirmed", clock=clock)
    row.refresh_from_db()
    assert (row.status, row.updated_at) == ("dismissed", clock)
    with pytest.raises(violations.NotFound):
        violations.settle(violation_id=row.pk + 10_000, status="confirmed", clock=clock)
