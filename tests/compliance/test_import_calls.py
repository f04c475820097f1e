"""The command that loads a call log by itself, without a worker."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from compliance import staging
from compliance.models import Call, CallLog
from registry import ids
from tests.compliance.call_logs import line, native

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture
def path(tmp_path):
    """A file of two calls and a row that is none."""
    path = tmp_path / "monday.csv"
    path.write_bytes(native(line("c1"), line("c2", opt_out_requested="true"), line("c3", number="12")))
    return path


def run(path, company="Acme Insurance", *options):
    out = StringIO()
    call_command("import_calls", str(path), "--company", company, *options, stdout=out)
    return out.getvalue()


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def test_it_loads_the_calls_and_says_what_became_of_them(acme, path):
    out = run(path)
    assert Call.objects.count() == 2
    log = CallLog.objects.get()
    assert (log.company, log.state, log.file_name) == (acme, "completed", "monday.csv")
    for words in (ids.public("log", log.pk), "native", "accepted", "monday.rejected.csv", "opt-outs"):
        assert words in out
    assert "8613800138000" not in out


def test_it_prints_counts_for_machines(acme, path):
    out = run(path, ids.public("com", acme.pk), "--json")
    assert json.loads(out) == {"accepted": 2, "duplicates": 0, "rejected": 1}
    assert json.loads(run(path, "acme insurance", "--json")) == {
        "accepted": 0,
        "duplicates": 2,
        "rejected": 1,
    }


def test_it_puts_the_rejected_rows_beside_the_file(acme, path):
    run(path)
    beside = path.with_name("monday.rejected.csv")
    with beside.open() as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["error_code"]) == ("4", "number_not_possible")
    assert beside.stat().st_mode & 0o777 == 0o600


def test_it_puts_the_rejected_rows_where_it_is_told(acme, path, tmp_path):
    run(path, "Acme Insurance", "--rejected", str(tmp_path / "bad.csv"))
    assert (tmp_path / "bad.csv").exists()
    assert not path.with_name("monday.rejected.csv").exists()
    with pytest.raises(CommandError):
        run(path, "Acme Insurance", "--rejected", str(path))


def test_it_takes_everything_back_in_a_dry_run(acme, path, files):
    run(path, "Acme Insurance", "--json")
    before = (Call.objects.count(), CallLog.objects.count(), len(stored(files)))
    path.write_bytes(native(line("c1"), line("c9"), line("c3", number="12")))
    out = run(path, "Acme Insurance", "--json", "--dry-run")
    assert json.loads(out) == {"accepted": 1, "duplicates": 1, "rejected": 1}
    assert (Call.objects.count(), CallLog.objects.count(), len(stored(files))) == before
    assert path.with_name("monday.rejected.csv").exists()


def test_it_passes_its_options_on(acme, path):
    path.write_bytes(native(line("c1", number="13800138000", started_at="2026-03-09 10:00:00")))
    run(path, "Acme Insurance", "--format", "native", "--zone", "Asia/Shanghai", "--region", "CN", "--sector", "food",
        "--channel", "sms")  # fmt: skip
    call = Call.objects.get()
    assert (call.number, call.sector, call.channel) == (8613800138000, "food", "sms")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "none of the known layouts"),
        (native(line(started_at="2026-03-09 10:00:00")), "time zone"),
        (b"", "no bytes"),
    ],
)
def test_it_fails_with_a_sentence_when_the_file_is_no_call_log(acme, path, content, words):
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        run(path)
    assert not Call.objects.exists()
    assert not CallLog.objects.exclude(state="failed").exists()


def test_it_fails_when_there_is_no_such_file_or_company(acme, path, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path / "none.csv")
    with pytest.raises(CommandError):
        run(path, "Nobody")
    assert not CallLog.objects.exists()


@pytest.mark.parametrize("error", [OperationalError, KeyboardInterrupt])
def test_it_leaves_nothing_for_a_worker_when_it_is_broken_off(acme, path, monkeypatch, error):
    def broken_off(*args, **kwargs):
        raise error

    monkeypatch.setattr(staging, "insert", broken_off)
    with pytest.raises(error):
        run(path)
    assert CallLog.objects.get().state == "cancelled"
    assert not Call.objects.exists()
