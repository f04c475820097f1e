"""What was uploaded is removed after a while; what was loaded of it stays."""

from datetime import timedelta

import pytest
import time_machine

from compliance import calls
from compliance.models import Call
from compliance.tasks import forget_call_log_files
from tests.compliance.call_logs import accept, line, native

pytestmark = pytest.mark.usefixtures("files")


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


@pytest.fixture
def log(acme, clock):
    log = accept(acme, native(line("c1"), line("c2", number="12")))
    calls.load(log.pk, clock=clock)
    log.refresh_from_db()
    return log


def test_it_removes_the_files_of_a_log_that_ended_long_ago(log, files, settings):
    settings.CALL_LOG_FILE_DAYS = 30
    assert len(stored(files)) == 2
    with time_machine.travel(log.finished_at + timedelta(days=30) - timedelta(seconds=1), tick=False):
        assert forget_call_log_files() == 0
    assert len(stored(files)) == 2
    with time_machine.travel(log.finished_at + timedelta(days=30), tick=False):
        assert (forget_call_log_files(), forget_call_log_files()) == (1, 0)
    assert stored(files) == []
    log.refresh_from_db()
    assert (log.state, log.accepted, log.rejected, log.file) == ("completed", 1, 1, "")
    assert Call.objects.count() == 1


def test_it_leaves_the_file_of_a_log_that_is_still_to_be_loaded(acme, files, clock, settings):
    settings.CALL_LOG_FILE_DAYS = 30
    accept(acme, native(line("c1")))
    assert calls.forget_files(clock + timedelta(days=1000)) == 0
    assert len(stored(files)) == 1


def test_it_keeps_files_for_ever_where_no_days_are_set(log, files, clock, settings):
    settings.CALL_LOG_FILE_DAYS = 0
    assert calls.forget_files(clock + timedelta(days=1000)) == 0
    assert len(stored(files)) == 2


def test_it_goes_on_where_a_file_is_gone_already(log, files, clock):
    for path in stored(files):
        path.unlink()
    assert calls.forget_files(clock + timedelta(days=1000)) == 1
