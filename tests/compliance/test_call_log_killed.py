"""A worker that dies, and one that is slow: the file is loaded whole, once."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from compliance import calls, staging
from compliance.models import Audit, Call, CallLog
from registry import claims
from registry.errors import RuleNotLoaded, Undecidable
from registry.models import OptOut
from tests.compliance.call_logs import accept, enter, line, native

pytestmark = pytest.mark.usefixtures("files")

CONTENT = native(line("c1", opt_out_requested="true"), line("c2"), line("c3", number="nonsense"))


class Killed(BaseException):
    """What no `except Exception` sees, as a kill is not seen."""


def kill(*args, **kwargs):
    raise Killed


def nothing_is_left(log: CallLog, files) -> bool:
    stored = [path for path in files.rglob("*") if path.is_file()]
    return not Call.objects.exists() and not OptOut.objects.exists() and stored == [files / log.file]


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("compliance.staging", "add"),
        ("compliance.staging", "months"),
        ("registry.partitions", "ensure"),
        ("compliance.rejections.Rejections", "store"),
        ("compliance.staging", "insert"),
        ("registry.opt_outs", "register_refusals"),
        ("compliance.calls", "ask_for_audits"),
        ("registry.claims.Claim", "complete"),
    ],
)
def test_it_is_loaded_by_the_next_worker_wherever_the_first_was_killed(
    acme, clock, files, monkeypatch, module, function
):
    log = accept(acme, CONTENT)
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.{function}", kill)
        with pytest.raises(Killed):
            calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert log.state == "running"
    assert nothing_is_left(log, files)
    # The first session is gone, and its lock with it: the next worker need not wait for the lease.
    counts = calls.load(log.pk, clock=clock + timedelta(seconds=1))
    assert counts == {"state": "completed", "accepted": 2, "duplicates": 0, "rejected": 1, "opt_outs": 1}
    assert Call.objects.count() == 2


def test_it_is_not_taken_over_while_its_worker_gives_signs_of_life(acme, clock, monkeypatch):
    log = accept(acme, CONTENT)
    CallLog.objects.update(state="running", started_at=clock, beat_at=clock)
    monkeypatch.setattr(claims, "_session_lock", lambda *args: False)  # another session holds it
    assert calls.load(log.pk, clock=clock + claims.LEASE)["state"] == "running"
    assert calls.load(log.pk, clock=clock + claims.LEASE + timedelta(seconds=1))["state"] == "completed"


@pytest.mark.parametrize("function", ["add", "insert"])
def test_it_leaves_nothing_of_a_worker_that_was_overtaken(acme, clock, files, monkeypatch, function):
    log = accept(acme, CONTENT)
    original = getattr(staging, function)

    def overtake(*args, **kwargs):
        CallLog.objects.update(started_at=clock + timedelta(hours=1))
        return original(*args, **kwargs)

    monkeypatch.setattr(staging, function, overtake)
    counts = calls.load(log.pk, clock=clock)
    assert (counts["state"], counts["accepted"]) == ("running", 0)
    assert nothing_is_left(log, files)


def test_it_is_put_back_when_the_database_fails(acme, clock, files, monkeypatch):
    log = accept(acme, CONTENT)

    def fail(*args, **kwargs):
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patch:
        patch.setattr(staging, "insert", fail)
        with pytest.raises(OperationalError):
            calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert log.state == "queued"
    assert nothing_is_left(log, files)
    assert calls.load(log.pk, clock=clock + timedelta(seconds=1))["accepted"] == 2


def test_it_is_found_again_when_the_connection_breaks(committed, clock, files, monkeypatch):
    log = accept(enter(), CONTENT)
    insert = staging.insert

    def hang_up(*args, **kwargs):
        found = insert(*args, **kwargs)
        connection.connection.close()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(staging, "insert", hang_up)
        with pytest.raises(OperationalError):
            calls.load(log.pk, clock=clock)
    assert nothing_is_left(log, files)
    assert CallLog.objects.get().state == "queued"
    assert calls.load(log.pk, clock=clock + timedelta(seconds=1))["accepted"] == 2


@pytest.mark.parametrize("error", ["another rule", "no database"])
def test_it_is_put_back_when_nothing_can_be_decided(acme, clock, files, monkeypatch, error):
    log = accept(acme, CONTENT)

    def undecided(*args, **kwargs):
        if error == "another rule":
            raise RuleNotLoaded
        raise Undecidable from OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(staging, "insert", undecided)
        if error == "another rule":
            assert calls.load(log.pk, clock=clock)["state"] == "queued"
        else:
            with pytest.raises(OperationalError):
                calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert (log.state, log.problem) == ("queued", None)
    assert nothing_is_left(log, files)
    assert calls.load(log.pk, clock=clock + timedelta(seconds=1))["state"] == "completed"


def test_it_fails_where_someone_sees_it_when_the_register_has_a_defect(acme, clock, files, monkeypatch):
    log = accept(acme, CONTENT)

    def break_down(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(staging, "insert", break_down)
    with pytest.raises(ZeroDivisionError):
        calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    assert log.state == "failed"
    assert log.problem["code"] == "loading_broke"
    assert log.problem["status"] == 500
    assert "Zero" not in str(log.problem)
    assert nothing_is_left(log, files)


def test_it_leaves_no_staging_table_to_the_next_file(acme, clock):
    calls.load(accept(acme, CONTENT).pk, clock=clock)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.staged_call')")
        assert cursor.fetchone() == (None,)


def test_it_asks_for_no_audit_when_it_was_killed(acme, clock, monkeypatch):
    log = accept(acme, native(line(started_at="2026-01-09T10:00:00Z")))
    monkeypatch.setattr(claims.Claim, "complete", kill)
    with pytest.raises(Killed):
        calls.load(log.pk, clock=clock)
    assert not Audit.objects.exists()
