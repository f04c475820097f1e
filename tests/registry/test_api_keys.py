"""Keys: how one is sent, and that one which ended gets no answer, whatever a process remembers of it."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import companies
from registry.api import access
from registry.models import ApiKey, Check
from registry.periods import Moment
from tests.registry.api import Api, problem


def row_of(key: str) -> ApiKey:
    return ApiKey.objects.get(digest=companies.digest(key))


@pytest.fixture
def key(acme, key_of) -> str:
    """A key whose requests a process has answered before, so that it remembers it."""
    key = key_of(acme, "check")
    assert Api(key).get("/checks").status_code == 200
    return key


@pytest.fixture
def other_process(monkeypatch):
    """Runs something with the memory of another web process."""

    def run(act):
        with monkeypatch.context() as patch:
            patch.setattr(access, "_kept", {})
            return act()

    return run


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        lambda key: f"Bearer {key}",
        lambda key: f"bearer {key}",
        lambda key: f"Bearer   {key}",
        lambda key: basic("", key),
        lambda key: basic("kamailio", key),
    ],
)
def test_it_takes_the_key_as_a_token_or_as_a_password(key, header):
    assert Api().get("/checks", Authorization=header(key)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        lambda key: "Bearer",
        lambda key: "Bearer ",
        lambda key: f"Bearer {key}x",
        lambda key: f"Bearer {key[:-1]}",
        lambda key: f"Token {key}",
        lambda key: key,
        lambda key: basic(key, ""),
        lambda key: basic("user", key + "x"),
        lambda key: "Basic ???",
        lambda key: "Basic " + b64encode(b"\xff\xfe").decode(),
        lambda key: "Bearer " + "x" * 10_000,
        lambda key: "Bearer é",
    ],
)
def test_it_refuses_what_is_no_key(key, header):
    response = Api().get("/checks", Authorization=header(key))

    problem(response, 401, "key_not_valid")
    assert "Bearer" in response.headers["WWW-Authenticate"]


def test_it_offers_basic_to_who_tried_it(key):
    assert "Basic" in Api().get("/checks", Authorization=basic("a", "b")).headers["WWW-Authenticate"]
    assert "Basic" not in Api("wrong").get("/checks").headers["WWW-Authenticate"]


def test_it_stores_no_key(key):
    row = row_of(key)

    assert key not in str(vars(row))
    assert key.startswith(row.prefix)


def test_it_ends_with_its_time(acme, key_of, question, now):
    api = Api(key_of(acme, "check", expires_in=timedelta(hours=1)))
    assert api.post("/checks", question).status_code == 200
    now.shift(timedelta(hours=1))

    problem(api.post("/checks", question), 401, "key_not_valid")
    problem(api.get("/checks"), 401, "key_not_valid")
    assert Check.objects.count() == 1


def test_it_refuses_a_revoked_key_at_once_in_every_process(key, question, other_process, moment):
    api = Api(key)
    assert api.post("/checks", question).status_code == 200
    assert other_process(lambda: api.post("/checks", question)).status_code == 200
    assert access._kept
    other_process(lambda: companies.revoke_key(key=row_of(key), moment=moment))

    problem(api.post("/checks", question), 401, "key_not_valid")
    assert Check.objects.count() == 2


def test_it_refuses_a_key_revoked_by_a_clock_that_runs_ahead(key, question, moment):
    Api(key).post("/checks", question)
    companies.revoke_key(key=row_of(key), moment=Moment.of(moment.at + timedelta(seconds=30)))

    problem(Api(key).post("/checks", question), 401, "key_not_valid")


@pytest.mark.parametrize("body", [{"number": "x"}, {"x": 1}, b"{"])
def test_it_tells_a_revoked_key_not_even_what_is_wrong(key, question, body, moment):
    Api(key).post("/checks", question)
    companies.revoke_key(key=row_of(key), moment=moment)

    problem(Api(key).post("/checks", body), 401, "key_not_valid")


def test_it_refuses_a_batch_under_a_revoked_key(key, question, moment):
    items = [{**question, "reference": None}, {**question, "number": "+8613900139000"}]
    assert Api(key).post("/checks/batch", {"items": items}).status_code == 200
    companies.revoke_key(key=row_of(key), moment=moment)

    problem(Api(key).post("/checks/batch", {"items": items}), 401, "key_not_valid")
    problem(Api(key).post("/checks/batch", {"items": [{"number": "x"}]}), 401, "key_not_valid")
    problem(Api(key).post("/checks/batch", {"items": []}), 401, "key_not_valid")
    assert Check.objects.count() == 2


def test_it_refuses_a_key_that_lost_its_scope(key, question):
    Api(key).post("/checks", question)
    ApiKey.objects.filter(pk=row_of(key).pk).update(scopes=["read"])

    problem(Api(key).post("/checks", question), 403, "scope_missing")
    assert Check.objects.count() == 1


def test_it_refuses_a_key_that_was_deleted(key, question):
    Api(key).post("/checks", question)
    row_of(key).delete()

    problem(Api(key).post("/checks", question), 401, "key_not_valid")
    assert Check.objects.count() == 1


def test_it_refuses_a_replay_to_a_revoked_key(key, question, moment):
    api = Api(key)
    assert api.post("/checks", question, **{"Idempotency-Key": "k1"}).status_code == 200
    companies.revoke_key(key=row_of(key), moment=moment)

    problem(api.post("/checks", question, **{"Idempotency-Key": "k1"}), 401, "key_not_valid")


def test_it_asks_the_database_once_for_a_check_under_a_known_key(key, question):
    api = Api(key)
    api.post("/checks", question)

    with CaptureQueriesContext(connection) as queries:
        assert api.post("/checks", question).status_code == 200

    # The one statement that decides and writes does not go through Django's cursors; the tests' transaction makes it
    # a savepoint.
    assert [query["sql"].split()[0] for query in queries] == ["SAVEPOINT", "RELEASE"]


def test_it_bounds_what_it_remembers(acme, key_of, question, monkeypatch):
    monkeypatch.setattr(access, "MAX_KEPT", 2)
    for _ in range(5):
        Api(key_of(acme, "check")).post("/checks", question)

    assert len(access._kept) <= 2


def test_it_writes_the_key_s_prefix_to_the_log_and_no_number(key, question):
    from structlog.testing import capture_logs

    with capture_logs() as events:
        Api(key).post("/checks", question)

    (event,) = [event for event in events if event["event"] == "request"]
    assert event["key"] == row_of(key).prefix
    assert event["route"] == "api/v1/checks"
    assert event["status"] == 200
    assert "13800138000" not in str(events)
    assert key not in str(events)
