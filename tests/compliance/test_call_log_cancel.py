"""Stopping the loading of a call log."""

from datetime import timedelta

import pytest

from compliance import calls, staging
from compliance.errors import CallLogEnded
from compliance.models import Call, CallLog
from registry.periods import Moment
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")


def test_it_is_not_loaded_any_more(acme, clock, moment):
    log = calls.cancel(log=accept(acme, native(line())), moment=moment)
    assert (log.state, log.finished_at) == ("cancelled", clock)
    assert calls.load(log.pk, clock=clock)["state"] == "cancelled"
    assert not Call.objects.exists()


@pytest.mark.parametrize("function", ["add", "months", "insert", "refusals"])
def test_it_stops_a_worker_at_any_point_before_the_end(acme, clock, moment, monkeypatch, function):
    log = accept(acme, native(line(opt_out_requested="true")))
    original = getattr(staging, function)

    def meanwhile(*args, **kwargs):
        found = original(*args, **kwargs)
        CallLog.objects.update(state="cancelled", finished_at=clock)
        return found

    monkeypatch.setattr(staging, function, meanwhile)
    calls.load(log.pk, clock=clock)
    assert not Call.objects.exists()
    log.refresh_from_db()
    assert log.accepted == 0


def test_it_stays_cancelled_when_it_is_cancelled_twice(acme, clock, moment):
    log = calls.cancel(log=accept(acme, native(line())), moment=moment)
    again = calls.cancel(log=log, moment=Moment.of(clock + timedelta(hours=1)))
    assert (again.state, again.finished_at) == ("cancelled", clock)


@pytest.mark.parametrize("content", [native(line()), b"a,b\n"])
def test_it_is_too_late_for_a_log_whose_loading_has_ended(acme, clock, moment, content):
    log = accept(acme, content)
    state = calls.load(log.pk, clock=clock)["state"]
    with pytest.raises(CallLogEnded):
        calls.cancel(log=log, moment=moment)
    log.refresh_from_db()
    assert log.state == state
