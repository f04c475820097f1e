"""The task that loads a call log."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError

from compliance import calls, tasks
from compliance.models import Call, CallLog
from config.celery import app
from registry import claims
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")


def test_it_loads_the_log_and_answers_with_counts(acme, clock):
    log = accept(acme, native(line("c1"), line("c2")))
    with time_machine.travel(clock):
        counts = tasks.load_call_log(log.pk)
    assert counts == {"state": "completed", "accepted": 2, "duplicates": 0, "rejected": 0, "opt_outs": 0}
    assert Call.objects.count() == 2


def test_it_may_come_twice(acme, eager):
    log = accept(acme, native(line("c1")))
    first = tasks.load_call_log.apply_async([log.pk]).get()
    assert tasks.load_call_log.apply_async([log.pk]).get() == first
    assert Call.objects.count() == 1


def test_it_tries_again_when_the_database_was_away(acme, eager, monkeypatch):
    log = accept(acme, native(line("c1")))
    complete = claims.Claim.complete
    tries = []

    def away_twice(self, **values):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the connection is lost")
        complete(self, **values)

    monkeypatch.setattr(claims.Claim, "complete", away_twice)
    assert tasks.load_call_log.apply_async([log.pk]).get()["state"] == "completed"
    assert len(tries) == 3
    assert Call.objects.count() == 1


def test_it_leaves_the_log_to_be_found_when_the_database_stays_away(acme, eager, monkeypatch):
    log = accept(acme, native(line("c1")))

    def away(*args, **kwargs):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(claims.Claim, "complete", away)
    with pytest.raises(OperationalError):
        tasks.load_call_log.apply_async([log.pk]).get()
    assert CallLog.objects.get().state == "queued"
    assert not Call.objects.exists()


def test_it_reports_a_defect_to_the_log_of_the_worker(acme, monkeypatch):
    log = accept(acme, native(line("c1")))

    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(calls, "ask_for_audits", broken)
    with pytest.raises(ZeroDivisionError):
        tasks.load_call_log(log.pk)
    assert CallLog.objects.get().state == "failed"


def test_it_goes_to_the_queue_of_call_logs():
    route = app.amqp.router.route({}, "compliance.load_call_log")
    assert route["queue"].name == "calls"


def test_it_is_acknowledged_when_it_is_done():
    assert tasks.load_call_log.acks_late
    assert tasks.load_call_log.max_retries * timedelta(seconds=tasks.load_call_log.retry_backoff) < timedelta(
        hours=1
    )
