"""A file that is no call log: nothing of it is loaded, and the log says why."""

import pytest

from compliance import calls
from compliance.formats import EmptyFile, UnknownRegion, UnknownZone
from compliance.models import Call, CallLog
from registry import uploads
from registry.errors import FileTooLarge, InvalidInput
from tests.compliance.call_logs import accept, line, native

WALL_TIME = native(line(started_at="2026-03-09 10:00:00"))


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"a,b\n1,2\n", {}, "unknown_format"),
        (native(line()), {"format": "asterisk"}, "unknown_format"),
        (b" \n\n", {}, "empty_file"),
        (WALL_TIME, {}, "zone_needed"),
        (b"\x00\x01\x02\x03" * 50, {}, "bad_encoding"),
        (b"PK\x03\x04" + b"\x00" * 200, {}, "unknown_format"),
    ],
)
def test_it_fails_and_says_why(acme, clock, files, content, options, code):
    log = accept(acme, content, **options)
    counts = calls.load(log.pk, clock=clock)
    assert counts == {"state": "failed", "accepted": 0, "duplicates": 0, "rejected": 0, "opt_outs": 0}
    log.refresh_from_db()
    assert log.problem["code"] == code
    assert log.problem["status"] == 422
    assert log.problem["title"]
    assert log.problem["detail"]
    assert log.finished_at >= clock
    assert not Call.objects.exists()


def test_it_does_not_try_a_failed_log_again(acme, clock, files):
    log = accept(acme, b"a,b\n1,2\n")
    calls.load(log.pk, clock=clock)
    assert calls.load(log.pk, clock=clock)["state"] == "failed"


def test_it_fails_when_the_stored_file_is_gone(acme, clock, files):
    log = accept(acme, native(line()))
    (files / log.file).unlink()
    assert calls.load(log.pk, clock=clock)["state"] == "failed"
    log.refresh_from_db()
    assert log.problem["code"] == "file_lost"


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def test_it_stores_the_upload_where_only_the_register_reads_it(acme, files):
    log = accept(acme, native(line()), file_name="../../etc/passwd")
    (path,) = stored(files)
    assert path == files / log.file
    assert path.read_bytes() == native(line())
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (log.state, log.bytes_total) == ("queued", len(native(line())))
    assert len(log.sha256) == 64
    assert log.file_name == "../../etc/passwd"


def test_it_refuses_an_empty_file(acme, files):
    with pytest.raises(EmptyFile) as refusal:
        accept(acme, b"")
    assert refusal.value.pointer == "/file"
    assert stored(files) == []
    assert not CallLog.objects.exists()


@pytest.mark.parametrize("spare", [0, -1])
def test_it_refuses_a_file_that_is_too_large(acme, files, settings, monkeypatch, spare):
    content = native(*(line(f"c{n}") for n in range(100)))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 1000)
    settings.UPLOAD_MAX_BYTES = len(content) + spare
    if spare == 0:
        assert accept(acme, content).bytes_total == len(content)
        return
    with pytest.raises(FileTooLarge):
        accept(acme, content)
    assert stored(files) == []
    assert not CallLog.objects.exists()


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("format", "excel", InvalidInput),
        ("sector", "gambling", InvalidInput),
        ("channel", "fax", InvalidInput),
        ("zone", "Asia/Atlantis", UnknownZone),
        ("region", "XX", UnknownRegion),
    ],
)
def test_it_refuses_an_option_that_means_nothing(acme, files, option, value, error):
    with pytest.raises(error) as refusal:
        accept(acme, native(line()), **{option: value})
    assert refusal.value.pointer == f"/{option}"
    assert refusal.value.status == 422
    assert stored(files) == []
    assert not CallLog.objects.exists()
