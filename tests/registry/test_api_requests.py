"""What surrounds every request: its id, its headers, and what becomes of errors nobody foresaw."""

import psycopg
import pytest
from django.db import OperationalError, connection

from registry.api import checks, opt_outs
from registry.models import Check, OptOut
from tests.registry.api import Api, problem


def test_it_echoes_the_request_id(api):
    assert api.get("/checks", **{"X-Request-ID": "call-7/abc"}).headers["X-Request-ID"] == "call-7/abc"


@pytest.mark.parametrize("odd", ["", "a b", "x" * 129, "é", "<script>"])
def test_it_makes_a_request_id_where_none_can_be_echoed(api, odd):
    made = api.get("/checks", **{"X-Request-ID": odd}).headers["X-Request-ID"]

    assert made != odd
    assert len(made) == 32


def test_it_makes_another_id_for_each_request(api):
    assert api.get("/checks").headers["X-Request-ID"] != api.get("/checks").headers["X-Request-ID"]


def test_it_sets_no_cookie_and_is_not_stored(api, question):
    response = api.post("/checks", question)

    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert int(response.headers["Content-Length"]) == len(response.content)


@pytest.mark.parametrize("path", ["/nothing", "/checks/", "/opt-outs/opt_1/nothing", "/", ""])
def test_it_answers_problems_where_there_is_nothing(api, path):
    problem(api.get(path), 404, "not_found")


def test_it_answers_pages_with_pages(client, db):
    response = client.get("/nothing")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_it_says_nothing_of_the_inside(api, question, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("number 8613800138000")

    monkeypatch.setattr(checks, "check", fail)

    body = problem(api.post("/checks", question), 500, "internal_error")

    assert "ZeroDivision" not in str(body)
    assert "13800138000" not in str(body)


def test_it_logs_where_it_failed_and_not_on_what(api, question, monkeypatch):
    from structlog.testing import capture_logs

    def fail(*_, **__):
        raise ZeroDivisionError("number 8613800138000")

    monkeypatch.setattr(checks, "check", fail)
    with capture_logs() as events:
        api.post("/checks", question)

    (event,) = [event for event in events if event["event"] == "unexpected_error"]
    assert event["error"] == "ZeroDivisionError"
    assert "test_api_requests.py" in event["where"]
    assert "13800138000" not in str(events)


def test_it_answers_503_when_the_database_is_gone(api, question, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(checks, "check", gone)
    monkeypatch.setattr(opt_outs, "register", gone)
    said = {
        "number": question["number"],
        "scope": "company",
        "said_at": "2026-03-10T01:00:00Z",
        "source": "call",
    }

    for response in (api.post("/checks", question), api.post("/opt-outs", said)):
        problem(response, 503, "service_unavailable")
        assert response.headers["Retry-After"] == "1"
    assert not Check.objects.exists()
    assert not OptOut.objects.exists()


def test_it_answers_503_when_the_key_cannot_be_looked_up(api, question, monkeypatch):
    from registry.api import access

    def gone(*_):
        raise OperationalError("connection refused")

    access.forget_all()
    monkeypatch.setattr(access, "look_up", gone)

    problem(api.post("/checks", question), 503, "service_unavailable")


def test_it_explains_every_problem_type(client, db):
    from registry.api.documents import kinds_of

    page = client.get("/docs/problems")

    text = page.content.decode()
    assert page.status_code == 200
    missing = [kind.slug() for kind in kinds_of() if f'<h2 id="{kind.slug()}">' not in text]
    assert not missing


def test_it_outlives_a_restart_of_the_database(committed_acme, key_of, question):
    api = Api(key_of(committed_acme))
    assert api.post("/checks", question).status_code == 200
    connection.ensure_connection()
    lost = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])

    response = api.post("/checks", question)

    assert response.status_code == 200
    assert connection.connection.info.backend_pid != lost
    assert Check.objects.count() == 2
