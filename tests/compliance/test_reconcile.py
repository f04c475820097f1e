"""Jobs that no message tells of any more: they are found and sent again, or given up where people see it."""

from datetime import date, timedelta

import pytest
import time_machine

from compliance import hints, tasks
from compliance.models import Audit, Call, CallLog
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")

DAY = date(2026, 3, 9)
#: Just more than the silence that is borne.
A_WHILE = hints.SILENCE + timedelta(seconds=1)


def audit(company, clock, **fields):
    return Audit.objects.create(**{"company": company, "day": DAY, "requested_at": clock, **fields})


@pytest.fixture
def sent(monkeypatch):
    """What is put in the queue, instead of the queue."""
    messages = []
    for task in (tasks.load_call_log, tasks.audit_company_day):
        monkeypatch.setattr(
            task, "apply_async", lambda args, name=task.name, **options: messages.append((name, args))
        )
    return messages


def told(**counts):
    """What a round says it sent: `counts`, and nothing of the other kinds."""
    return {"call_logs": 0, "carrier_records": 0, "audits": 0, "reconciliations": 0} | counts


def reconcile_at(clock):
    with time_machine.travel(clock, tick=False):
        return tasks.reconcile()


def test_it_sends_a_call_log_whose_message_was_lost(acme, clock, sent):
    log = accept(acme, native(line()))
    assert reconcile_at(clock + hints.SILENCE) == told(call_logs=0, audits=0)
    assert reconcile_at(clock + A_WHILE) == told(call_logs=1, audits=0)
    assert sent == [("compliance.load_call_log", [log.pk])]


def test_it_does_not_send_a_waiting_call_log_every_minute(acme, clock, sent):
    accept(acme, native(line()))
    reconcile_at(clock + A_WHILE)
    assert reconcile_at(clock + A_WHILE + timedelta(minutes=1))["call_logs"] == 0
    assert reconcile_at(clock + A_WHILE + A_WHILE)["call_logs"] == 1


def test_it_sends_a_call_log_whose_worker_fell_silent(acme, clock, sent):
    accept(acme, native(line()))
    CallLog.objects.update(state="running", started_at=clock, beat_at=clock)
    assert reconcile_at(clock + hints.SILENCE)["call_logs"] == 0
    assert reconcile_at(clock + A_WHILE)["call_logs"] == 1
    log = CallLog.objects.get()
    assert (log.state, log.beat_at) == ("running", clock)


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
def test_it_leaves_what_has_ended(acme, clock, sent, state):
    accept(acme, native(line()))
    CallLog.objects.update(state=state, beat_at=clock)
    audit(acme, clock, state="failed" if state == "failed" else "completed", beat_at=clock)
    assert reconcile_at(clock + timedelta(days=2)) == told(call_logs=0, audits=0)
    assert sent == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_it_gives_up_a_call_log_that_a_day_of_tries_did_not_load(acme, clock, sent, state):
    accept(acme, native(line()))
    CallLog.objects.update(state=state, started_at=clock, beat_at=clock + timedelta(hours=23))
    assert reconcile_at(clock + hints.PATIENCE + timedelta(minutes=1))["call_logs"] == 0
    log = CallLog.objects.get()
    assert log.state == "failed"
    assert log.problem["code"] == "loading_gave_up"
    assert log.finished_at == clock + hints.PATIENCE + timedelta(minutes=1)


def test_it_does_not_give_up_a_call_log_that_nobody_has_begun(acme, clock, sent):
    accept(acme, native(line()))
    assert reconcile_at(clock + 2 * hints.PATIENCE)["call_logs"] == 1
    assert CallLog.objects.get().state == "queued"


def test_it_loads_in_the_end_what_a_broken_queue_did_not_get(acme, clock, eager):
    accept(acme, native(line()))
    reconcile_at(clock + A_WHILE)
    assert CallLog.objects.get().state == "completed"
    assert Call.objects.count() == 1


def test_it_sends_an_audit_whose_message_was_lost(acme, clock, sent):
    audit(acme, clock)
    assert reconcile_at(clock + hints.SILENCE)["audits"] == 0
    assert reconcile_at(clock + A_WHILE)["audits"] == 1
    assert sent == [("compliance.audit_company_day", [acme.pk, "2026-03-09"])]
    assert reconcile_at(clock + A_WHILE + timedelta(minutes=1))["audits"] == 0


def test_it_sends_an_audit_whose_worker_died(acme, clock, sent):
    audit(acme, clock, state="running", beat_at=clock)
    assert reconcile_at(clock + hints.AUDIT_LEASE)["audits"] == 0
    assert reconcile_at(clock + hints.AUDIT_LEASE + timedelta(seconds=1))["audits"] == 1
    assert Audit.objects.get().beat_at == clock


def test_it_has_a_stale_audit_done_again(acme, clock, sent):
    audit(acme, clock, state="completed", beat_at=clock, stale_since=clock)
    assert reconcile_at(clock)["audits"] == 1
    assert sent == [("compliance.audit_company_day", [acme.pk, "2026-03-09"])]
    row = Audit.objects.get()
    assert (row.state, row.requested_at) == ("queued", clock)
    assert reconcile_at(clock + timedelta(minutes=1))["audits"] == 0


def test_it_gives_up_an_audit_that_a_day_of_tries_did_not_end(acme, clock, sent):
    audit(acme, clock, state="running", beat_at=clock + timedelta(hours=23))
    assert reconcile_at(clock + hints.PATIENCE + timedelta(minutes=1))["audits"] == 0
    row = Audit.objects.get()
    assert (row.state, row.problem) == ("failed", hints.AUDIT_GAVE_UP)
