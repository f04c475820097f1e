"""Quotas: counted for a company, told in headers, and a 429 beyond."""

from datetime import timedelta

import pytest

from registry.api.throttles import Counters, Quota
from registry.models import Check
from tests.registry.api import Api, problem


@pytest.fixture
def narrow(settings):
    settings.RATE_LIMITS = {"check": (2, 10), "default": (3, 10), "anonymous": (1, 10)}


def test_it_tells_the_quota_and_what_is_left(api, question, narrow):
    response = api.post("/checks", question)

    assert response.headers["RateLimit-Policy"] == '"check";q=2;w=10'
    assert response.headers["RateLimit"] == '"check";r=1;t=10'


def test_it_refuses_beyond_the_quota_until_the_window_ends(api, question, narrow, now):
    for _ in range(2):
        assert api.post("/checks", question).status_code == 200
    now.shift(timedelta(seconds=4))

    response = api.post("/checks", question)

    problem(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "6"
    assert response.headers["RateLimit"] == '"check";r=0;t=6'
    assert Check.objects.count() == 2
    now.shift(timedelta(seconds=6))
    assert api.post("/checks", question).status_code == 200


def test_it_counts_a_company_whatever_key_it_uses(acme, key_of, question, narrow):
    statuses = [Api(key_of(acme, "check")).post("/checks", question).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_it_counts_companies_apart(api, other_api, question, narrow):
    for _ in range(3):
        api.post("/checks", question)

    assert other_api.post("/checks", question).status_code == 200


def test_it_counts_checks_apart_from_the_rest(api, question, narrow):
    for _ in range(3):
        api.post("/checks", question)

    assert api.get("/consents").status_code == 200


def test_it_counts_addresses_where_there_is_no_key(nobody, narrow):
    assert nobody.get("/rules").status_code == 200

    response = nobody.get("/rules")

    problem(response, 429, "too_many_requests")
    assert response.headers["RateLimit-Policy"] == '"anonymous";q=1;w=10'


def test_it_forgets_past_windows(clock, monkeypatch, settings):
    from registry.api import throttles

    settings.RATE_LIMITS = {"a": (1, 10)}
    monkeypatch.setattr(throttles, "MAX_COUNTERS", 3)
    counters = Counters()
    for who in range(3):
        counters.take(Quota("a", 1, 10), who, clock)
    later = clock + timedelta(seconds=20)

    counters.take(Quota("a", 1, 10), "new", later)

    assert len(counters._counts) == 1
    assert counters.take(Quota("a", 1, 10), "new", later).left == -1


def test_it_takes_the_scope_before_the_quota(acme, key_of, narrow):
    api = Api(key_of(acme, "read"))

    for _ in range(4):
        problem(api.post("/checks", {}), 403, "scope_missing")
