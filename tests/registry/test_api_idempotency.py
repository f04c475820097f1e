"""Idempotency-Key: the same request twice has one effect and one answer."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from registry import idempotency, tasks
from registry.api import opt_outs
from registry.models import Check, Consent, IdempotencyKey, OptOut
from tests.registry.api import Api, problem

KEY = {"Idempotency-Key": "7d3f-1"}
SAID = {
    "number": "+8613800138000",
    "scope": "company",
    "said_at": "2026-03-10T09:00:00+08:00",
    "source": "call",
}


def test_it_replays_the_answer_byte_for_byte(api, question, now):
    first = api.post("/checks", question, **KEY)
    now.shift(timedelta(minutes=5))

    second = api.post("/checks", question, **KEY)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Check.objects.count() == 1


def test_it_replays_a_creation_as_a_creation(api):
    assert api.post("/opt-outs", SAID, **KEY).status_code == 201

    assert api.post("/opt-outs", SAID, **KEY).status_code == 201
    assert api.post("/opt-outs", SAID).status_code == 200
    assert OptOut.objects.count() == 1


def test_it_refuses_another_body_under_the_key(api, question):
    api.post("/checks", question, **KEY)

    problem(api.post("/checks", question | {"reference": "other"}, **KEY), 422, "idempotency_key_reused")
    assert Check.objects.count() == 1


def test_it_refuses_another_address_under_the_key(api, question):
    api.post("/checks", question, **KEY)

    problem(api.post("/checks/batch", {"items": [question]}, **KEY), 422, "idempotency_key_reused")


def test_it_keeps_a_refusal_too(api, question):
    first = api.post("/checks", question | {"number": "x"}, **KEY)

    second = api.post("/checks", question | {"number": "x"}, **KEY)

    assert first.status_code == 422
    assert second.content == first.content
    assert second.headers["Idempotent-Replayed"] == "true"


def test_it_keeps_no_failure(api, question, monkeypatch):
    from registry.api import checks

    with monkeypatch.context() as patch:
        patch.setattr(checks, "check", lambda *_, **__: 1 / 0)
        problem(api.post("/checks", question, **KEY), 500, "internal_error")

    assert not IdempotencyKey.objects.exists()
    assert api.post("/checks", question, **KEY).status_code == 200


def test_it_undoes_what_a_failed_request_wrote(api, monkeypatch):
    from registry.api import idempotency as face

    with monkeypatch.context() as patch:
        patch.setattr(face, "Kept", lambda *_: 1 / 0)
        problem(api.post("/opt-outs", SAID, **KEY), 500, "internal_error")

    assert not OptOut.objects.exists()
    assert api.post("/opt-outs", SAID, **KEY).status_code == 201


def test_it_keeps_companies_apart(api, other_api):
    api.post("/opt-outs", SAID, **KEY)

    assert other_api.post("/opt-outs", SAID, **KEY).status_code == 201
    assert OptOut.objects.count() == 2


def test_it_keeps_test_keys_apart(api, test_api, question):
    api.post("/checks", question, **KEY)

    response = test_api.post("/checks", question | {"number": "+447700900000"}, **KEY)

    assert response.status_code == 200
    assert "Idempotent-Replayed" not in response.headers


def test_it_takes_a_quoted_key_for_the_same(api, question):
    api.post("/checks", question, **{"Idempotency-Key": '"abc"'})

    assert (
        api.post("/checks", question, **{"Idempotency-Key": "abc"}).headers["Idempotent-Replayed"] == "true"
    )


@pytest.mark.parametrize("wrong", ["", " ", '""', "x" * 201, "é", "a\tb"])
def test_it_refuses_a_key_that_is_none(api, question, wrong):
    problem(
        api.post("/checks", question, **{"Idempotency-Key": wrong}), 422, "invalid_input", "/Idempotency-Key"
    )


def test_it_forgets_after_a_day(api, question, now):
    api.post("/checks", question, **KEY)
    now.shift(timedelta(hours=23, minutes=59))
    assert tasks.forget_idempotency_keys() == 0
    assert api.post("/checks", question, **KEY).headers["Idempotent-Replayed"] == "true"
    now.shift(timedelta(minutes=1))

    assert "Idempotent-Replayed" not in api.post("/checks", question, **KEY).headers
    assert Check.objects.count() == 2
    now.shift(timedelta(days=1))
    assert tasks.forget_idempotency_keys() == 1
    assert not IdempotencyKey.objects.exists()


def test_it_writes_nothing_without_the_header(api, question):
    api.post("/checks", question)

    assert not IdempotencyKey.objects.exists()


def test_it_answers_409_while_the_first_request_runs(committed_acme, key_of, monkeypatch):
    api = Api(key_of(committed_acme))
    entered, leave = threading.Event(), threading.Event()
    register = opt_outs.register

    def slowly(*args, **kwargs):
        entered.set()
        assert leave.wait(10)
        return register(*args, **kwargs)

    monkeypatch.setattr(opt_outs, "register", slowly)
    answers = []

    def first():
        try:
            answers.append(api.post("/opt-outs", SAID, **KEY))
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(10)
    while_it_runs = Api(api.key).post("/opt-outs", SAID, **KEY)
    leave.set()
    thread.join(10)
    afterwards = Api(api.key).post("/opt-outs", SAID, **KEY)

    problem(while_it_runs, 409, "request_in_flight")
    assert answers[0].status_code == 201
    assert afterwards.content == answers[0].content
    assert afterwards.headers["Idempotent-Replayed"] == "true"
    assert OptOut.objects.count() == 1


def test_it_has_one_effect_for_many_at_once(committed_acme, key_of):
    key = key_of(committed_acme)
    body = {
        "number": "+8613800138000",
        "sectors": ["insurance"],
        "channels": ["live"],
        "given_at": "2026-03-01T09:00:00+08:00",
        "method": "web_form",
        "notice": "We may call.",
        "evidence": [{"type": "page", "sha256": "0" * 64}],
        "reference": "form-1",
    }
    answers = []

    def send():
        try:
            answers.append(Api(key).post("/consents", body, **KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert Consent.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    created = [answer for answer in answers if answer.status_code == 201]
    assert sum("Idempotent-Replayed" not in answer.headers for answer in created) == 1
    assert len({answer.content for answer in created}) == 1


def test_it_tells_requests_apart_by_every_part():
    assert idempotency.digest(b"a", b"bc") != idempotency.digest(b"ab", b"c")
    assert idempotency.digest(b"a", b"bc") == idempotency.digest(b"a", b"bc")
