"""Alive, ready, figures: what load balancers and monitoring ask."""

import pytest
from django.db import OperationalError

from registry.api import health, metrics
from registry.models import RuleSet
from tests.registry.api import Api, problem


@pytest.fixture
def site() -> Api:
    return Api(base="")


def test_it_is_alive_without_a_database(site):
    assert site.get("/healthz").json() == {"status": "alive"}


def test_it_is_ready(site, db, now):
    body = site.get("/readyz").json()

    assert body["status"] == "ready"
    assert body["checks"] == {"database": "ok", "rule": "ok", "policies": "ok", "partition": "ok"}


def test_it_is_not_ready_without_its_rule(site, db, now):
    RuleSet.objects.all().update(digest="another")

    problem(site.get("/readyz"), 503, "service_unavailable", "/rule")


def test_it_is_not_ready_without_this_month_s_partition(site, db, now, monkeypatch):
    monkeypatch.setattr(health.partitions, "exists", lambda *_: False)

    problem(site.get("/readyz"), 503, "service_unavailable", "/partition")


def test_it_is_not_ready_without_a_database(site, now, monkeypatch):
    def gone(_):
        raise OperationalError("connection refused to 10.0.0.7")

    monkeypatch.setattr(health, "NEEDS", (("database", gone, "The database does not answer"),))

    body = problem(site.get("/readyz"), 503, "service_unavailable", "/database")
    assert "10.0.0.7" not in str(body)


def test_it_counts_requests_and_checks(site, api, question, agreed):
    def figure(name: str) -> float:
        lines = site.get("/metrics").content.decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name + " ")), 0.0)

    requests = 'registry_requests_total{method="POST",route="api/v1/checks",status="200"}'
    checks = 'registry_checks_total{reason="consent_on_record",verdict="allow"}'
    seconds = 'registry_request_seconds_count{route="api/v1/checks"}'
    before = [figure(name) for name in (requests, checks, seconds)]
    api.post("/checks", question)

    assert [figure(name) for name in (requests, checks, seconds)] == [count + 1 for count in before]
    assert "13800138000" not in site.get("/metrics").content.decode()


def test_it_makes_no_figure_of_a_made_up_method(site, db):
    site.request("BREW", "/healthz")

    text = metrics.render()[0].decode()
    assert "BREW" not in text
    assert 'method="OTHER"' in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_it_is_only_read(site, db, path):
    assert site.request("POST", path).status_code in (403, 405)
