"""Call logs over the API: upload, follow, fetch what was rejected, stop; and who may not."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance import calls, hints, tasks
from compliance.models import Call, CallLog
from registry import companies
from registry.models import Company, OptOut
from registry.periods import Moment
from tests.compliance.call_logs import accept, line, native
from tests.conftest import CLOCK
from tests.registry.api import problem

pytestmark = pytest.mark.usefixtures("files", "now")

URL = "/api/v1/call-logs"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
CONTENT = native(line("c1"), line("c2", opt_out_requested="true"), line("c3", number="12"))


@pytest.fixture
def now(clock):
    """The faces' clock stands still at the tests' present."""
    with time_machine.travel(clock, tick=False):
        yield


def key(company: Company, *scopes: str, test: bool = False) -> Client:
    """A client with a new key of the company."""
    _, secret = companies.issue_key(
        company=company, moment=Moment.of(CLOCK), scopes=scopes or ("calls",), test=test
    )
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


@pytest.fixture
def dialer(acme) -> Client:
    """Acme's key for its calls."""
    return key(acme)


@pytest.fixture
def sent(monkeypatch):
    """The call logs workers are told of."""
    messages = []
    monkeypatch.setattr(
        tasks.load_call_log, "apply_async", lambda args, **options: messages.append(tuple(args))
    )
    return messages


def upload(client, body=CONTENT, headers=None, **options):
    file = SimpleUploadedFile("monday.csv", body, content_type="text/csv")
    return client.post(URL, {"file": file, **options}, headers=headers or {})


def loaded(company, body=CONTENT) -> CallLog:
    log = accept(company, body)
    calls.load(log.pk, clock=CLOCK)
    log.refresh_from_db()
    return log


# --- upload -----------------------------------------------------------------------------------------------------------


def test_it_takes_an_upload_and_tells_a_worker(dialer, acme, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(
            dialer, format="native", zone="Asia/Shanghai", region="CN", sector="food", channel="sms"
        )
    log = CallLog.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "id": f"log_{log.pk}",
        "state": "queued",
        "format": "native",
        "file_name": "monday.csv",
        "sha256": log.sha256,
        "bytes_total": len(CONTENT),
        "rows_total": 4,
        "rows_done": 0,
        "counts": {"accepted": 0, "duplicates": 0, "rejected": 0, "opt_outs": 0},
        "results": {"rejected": None},
        "problem": None,
        "created_at": "2026-03-10T02:00:00Z",
        "started_at": None,
        "finished_at": None,
        "livemode": True,
    }
    assert (log.company, log.zone, log.region, log.sector, log.channel) == (
        acme,
        "Asia/Shanghai",
        "CN",
        "food",
        "sms",
    )
    assert sent == [(log.pk,)]


def test_it_tells_nobody_before_the_upload_is_on_record(dialer, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        upload(dialer)
    assert len(callbacks) == 1
    assert sent == []


def test_it_takes_the_upload_when_the_broker_is_away(
    dialer, monkeypatch, sent, django_capture_on_commit_callbacks
):
    class Away(Exception):
        """As a broker's client raises it."""

    def away(*args, **options):
        raise Away

    with monkeypatch.context() as patch:
        patch.setattr(tasks.load_call_log, "apply_async", away)
        with django_capture_on_commit_callbacks(execute=True):
            response = upload(dialer)
    assert response.status_code == 202
    log = CallLog.objects.get()
    assert log.state == "queued"
    with time_machine.travel(CLOCK + hints.SILENCE + timedelta(seconds=1), tick=False):
        assert tasks.reconcile()["call_logs"] == 1
    assert sent == [(log.pk,)]


def test_it_follows_the_job_to_its_end(dialer, eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        posted = upload(dialer).json()
    body = dialer.get(f"{URL}/{posted['id']}").json()
    assert body["state"] == "completed"
    assert body["counts"] == {"accepted": 2, "duplicates": 0, "rejected": 1, "opt_outs": 1}
    assert (body["rows_total"], body["rows_done"]) == (3, 3)
    assert body["finished_at"] is not None
    assert Call.objects.count() == 2


def test_it_takes_the_same_file_twice_and_adds_nothing(dialer, eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ids = [upload(dialer).json()["id"] for _ in range(2)]
    assert ids[0] != ids[1]
    body = dialer.get(f"{URL}/{ids[1]}").json()
    assert body["counts"] == {"accepted": 0, "duplicates": 2, "rejected": 1, "opt_outs": 0}
    assert Call.objects.count() == 2


def test_it_answers_a_request_sent_twice_with_one_log(dialer, sent, files):
    headers = {"Idempotency-Key": "monday"}
    first = upload(dialer, headers=headers, format="native")
    again = upload(dialer, headers=headers, format="native")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert CallLog.objects.count() == 1
    problem(upload(dialer, headers=headers), 422, "idempotency_key_reused")
    problem(upload(dialer, native(line()), headers=headers, format="native"), 422, "idempotency_key_reused")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
@pytest.mark.parametrize(
    ("data", "content_type", "status", "code", "pointers"),
    [
        (b'{"file": "x"}', "application/json", 415, "media_type_not_supported", []),
        (b"--x\r\ngarbage", "multipart/form-data; boundary=", 400, "malformed_request", []),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "file_missing", ["/file"]),
    ],
)
def test_it_refuses_what_is_no_upload(dialer, headers, data, content_type, status, code, pointers):
    response = dialer.post(URL, data, content_type=content_type, headers=headers)
    problem(response, status, code, *pointers)
    assert not CallLog.objects.exists()


@pytest.mark.parametrize(
    ("body", "options", "code", "pointer"),
    [
        (b"", {}, "empty_file", "/file"),
        (CONTENT, {"format": "excel"}, "invalid_input", "/format"),
        (CONTENT, {"sector": "gambling"}, "invalid_input", "/sector"),
        (CONTENT, {"channel": "fax"}, "invalid_input", "/channel"),
        (CONTENT, {"zone": "Asia/Atlantis"}, "unknown_zone", "/zone"),
        (CONTENT, {"zone": "a" * 200}, "unknown_zone", "/zone"),
        (CONTENT, {"region": "China"}, "unknown_region", "/region"),
        (CONTENT, {"company": "com_1"}, "invalid_input", "/company"),
        (CONTENT, {"zone": ["UTC", "Asia/Shanghai"]}, "invalid_input", "/zone"),
    ],
)
@pytest.mark.parametrize("test", [False, True])
def test_it_refuses_a_file_or_option_that_means_nothing(acme, files, test, body, options, code, pointer):
    problem(upload(key(acme, test=test), body, **options), 422, code, pointer)
    assert not CallLog.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_refuses_two_files(dialer):
    files = [SimpleUploadedFile(name, CONTENT) for name in ("a.csv", "b.csv")]
    problem(dialer.post(URL, {"file": files}), 422, "invalid_input", "/file")
    assert not CallLog.objects.exists()


def test_it_refuses_a_file_that_is_too_large(dialer, settings, files):
    settings.UPLOAD_MAX_BYTES = len(CONTENT) - 1
    problem(upload(dialer), 413, "file_too_large", "/file")
    assert not CallLog.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_does_not_read_a_body_that_is_far_too_large(dialer):
    response = dialer.post(
        URL, b"-", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2_000_000_000)
    )
    problem(response, 413, "file_too_large", "/file")


# --- who may ----------------------------------------------------------------------------------------------------------


def test_it_asks_for_a_key(acme):
    log = accept(acme, CONTENT)
    nobody = Client()
    problem(nobody.get(URL), 401, "not_authenticated")
    problem(upload(nobody), 401, "not_authenticated")
    problem(nobody.delete(f"{URL}/log_{log.pk}"), 401, "not_authenticated")


def test_it_asks_for_the_scope(acme):
    log = accept(acme, CONTENT)
    reader, checker = key(acme, "read"), key(acme, "check", "consent", "optout")
    assert reader.get(f"{URL}/log_{log.pk}").status_code == 200
    problem(upload(reader), 403, "scope_missing")
    problem(reader.delete(f"{URL}/log_{log.pk}"), 403, "scope_missing")
    for path in (URL, f"{URL}/log_{log.pk}", f"{URL}/log_{log.pk}/rejected"):
        problem(checker.get(path), 403, "scope_missing")
    log.refresh_from_db()
    assert log.state == "queued"


def test_it_shows_nothing_of_another_company(acme, bolt):
    log = loaded(acme)
    other = key(bolt)
    assert other.get(URL).json() == {"items": [], "next_page_token": None}
    problem(other.get(f"{URL}/log_{log.pk}"), 404, "not_found")
    problem(other.get(f"{URL}/log_{log.pk}/rejected"), 404, "not_found")
    problem(other.delete(f"{URL}/log_{log.pk}"), 404, "not_found")


@pytest.mark.parametrize("name", ["log_0", "log_99999999999", "com_1", "1", "log_1e3", "log_９"])
def test_it_knows_no_other_ids(dialer, name):
    for path in (f"{URL}/{name}", f"{URL}/{name}/rejected"):
        problem(dialer.get(path), 404, "not_found")


def test_it_answers_no_other_methods(dialer, acme):
    log = accept(acme, CONTENT)
    for path in (f"{URL}/log_{log.pk}", f"{URL}/log_{log.pk}/rejected"):
        problem(dialer.post(path, {}), 405, "method_not_allowed")
    problem(dialer.delete(URL), 405, "method_not_allowed")
    problem(dialer.delete(f"{URL}/log_{log.pk}/rejected"), 405, "method_not_allowed")


def test_it_keeps_nothing_that_a_test_key_sends(acme, files, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(
            key(acme, test=True), native(line("c1"), line("c1"), line("c2"), line("c3", number="12"))
        )
    assert response.status_code == 202
    body = response.json()
    assert (body["state"], body["livemode"]) == ("completed", False)
    assert body["counts"] == {"accepted": 2, "duplicates": 1, "rejected": 1, "opt_outs": 0}
    assert not CallLog.objects.exists()
    assert not Call.objects.exists()
    assert not OptOut.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert sent == []


def test_it_tells_a_test_key_what_is_wrong_with_its_file(acme):
    body = upload(key(acme, test=True), b"a,b\n1,2\n").json()
    assert (body["state"], body["problem"]["code"]) == ("failed", "unknown_format")


def test_it_hides_what_is_live_from_a_test_key(acme):
    log = accept(acme, CONTENT)
    tester = key(acme, test=True)
    assert tester.get(URL).json()["items"] == []
    problem(tester.get(f"{URL}/log_{log.pk}"), 404, "not_found")
    problem(tester.delete(f"{URL}/log_{log.pk}"), 404, "not_found")
    log.refresh_from_db()
    assert log.state == "queued"


# --- follow, list, stop -----------------------------------------------------------------------------------------------


def test_it_says_why_a_log_failed(dialer, acme):
    log = loaded(acme, native(line(started_at="2026-03-09 10:00:00")))
    body = dialer.get(f"{URL}/log_{log.pk}").json()
    assert body["state"] == "failed"
    assert body["problem"]["code"] == "zone_needed"
    assert body["problem"]["status"] == 422
    assert body["problem"]["type"].endswith("/docs/problems#zone-needed")
    assert body["results"] == {"rejected": None}


def test_it_lists_page_by_page_the_newest_first(dialer, acme):
    logs = [accept(acme, CONTENT) for _ in range(3)]
    first = dialer.get(URL, {"page_size": 2}).json()
    second = dialer.get(URL, {"page_size": 2, "page_token": first["next_page_token"]}).json()
    found = [item["id"] for item in first["items"] + second["items"]]
    assert found == [f"log_{log.pk}" for log in reversed(logs)]
    assert second["next_page_token"] is None
    problem(dialer.get(URL, {"page_size": 0}), 422, "invalid_input", "/page_size")


def test_it_hands_out_the_rejected_rows(dialer, acme):
    log = loaded(acme)
    address = dialer.get(f"{URL}/log_{log.pk}").json()["results"]["rejected"]
    assert address == f"http://127.0.0.1:8000{URL}/log_{log.pk}/rejected"
    response = dialer.get(f"{URL}/log_{log.pk}/rejected", headers={"Accept": "text/csv"})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"log_{log.pk}-rejected.csv" in response.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert (row["row"], row["error_code"]) == ("4", "number_not_possible")


def test_it_hands_out_an_empty_list_when_no_row_was_rejected(dialer, acme):
    log = loaded(acme, native(line()))
    response = dialer.get(f"{URL}/log_{log.pk}/rejected")
    assert response.getvalue() == b"row,value,error_code,error_message\r\n"


def test_it_has_no_rejected_rows_before_the_log_is_loaded(dialer, acme):
    log = accept(acme, CONTENT)
    problem(dialer.get(f"{URL}/log_{log.pk}/rejected"), 404, "not_found")


def test_it_says_when_the_file_of_rejected_rows_is_lost(dialer, acme, files):
    log = loaded(acme)
    (files / log.rejected_file).unlink()
    problem(dialer.get(f"{URL}/log_{log.pk}/rejected"), 503, "file_lost")


def test_it_stops_a_log(dialer, acme):
    log = accept(acme, CONTENT)
    response = dialer.delete(f"{URL}/log_{log.pk}")
    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert datetime.fromisoformat(response.json()["finished_at"]) == CLOCK
    assert calls.load(log.pk, clock=CLOCK)["state"] == "cancelled"
    assert not Call.objects.exists()
    assert dialer.delete(f"{URL}/log_{log.pk}").status_code == 200


def test_it_does_not_stop_a_log_that_is_loaded(dialer, acme):
    log = loaded(acme)
    problem(dialer.delete(f"{URL}/log_{log.pk}"), 409, "call_log_ended")
    log.refresh_from_db()
    assert log.state == "completed"
    assert Call.objects.count() == 2


def test_it_says_that_rejected_rows_are_kept_no_longer(dialer, acme, clock, settings):
    log = accept(acme, CONTENT)
    calls.load(log.pk, clock=clock)
    address = f"{URL}/log_{log.pk}"
    assert b"number_not_possible" in dialer.get(f"{address}/rejected").getvalue()
    settings.CALL_LOG_FILE_DAYS = 30
    calls.forget_files(clock + timedelta(days=31))
    assert "30 days" in problem(dialer.get(f"{address}/rejected"), 404, "not_found")["detail"]
    body = dialer.get(address).json()
    assert body["results"] == {"rejected": None}
    assert body["counts"]["rejected"] == 1


@pytest.mark.parametrize("memory", [10_000_000, 10])
def test_it_takes_a_parquet_file_in_memory_and_on_disk(acme, sent, clock, settings, memory):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = memory
    body = (FIXTURES / "native.parquet").read_bytes()
    with time_machine.travel(datetime(2026, 9, 2, tzinfo=UTC), tick=False):
        tried = upload(key(acme, "calls", test=True), body, format="auto").json()
        kept = upload(key(acme, "calls"), body, format="parquet").json()
        calls.load(CallLog.objects.get().pk, clock=datetime(2026, 9, 2, tzinfo=UTC))
    log = CallLog.objects.get()
    assert (tried["format"], tried["rows_total"]) == ("parquet", 3)
    assert (tried["counts"]["accepted"], tried["counts"]["rejected"]) == (2, 1)
    assert kept["state"] == "queued"
    assert (log.state, log.accepted, log.rejected, log.rows_total) == ("completed", 2, 1, 3)
