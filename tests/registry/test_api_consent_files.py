"""Consent files over the API: send a CSV, follow it, fetch what was refused, stop it; a worker that dies."""

import csv
import io
from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from registry import claims, consent_files, tasks
from registry.claims import Claim
from registry.lists import consents as lists
from registry.models import Consent, ConsentFile, SandboxRecord
from tests.conftest import CLOCK
from tests.registry.api import Api, problem

pytestmark = pytest.mark.usefixtures("files", "now")

ROW = {
    "number": "+8613800138000",
    "sectors": "insurance",
    "channels": "live|sms",
    "given_at": "2026-03-01T10:00:00+08:00",
    "method": "web_form",
    "notice": "We may call you.",
    "evidence_sha256": "ab" * 32,
    "reference": "r-1",
}


def as_csv(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW))
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return out.getvalue().encode()


#: A consent, the same reference again, a number that is none, and one that a notice nobody knows spoils.
FILE = as_csv(
    {},
    {},
    {"number": "none", "reference": "r-2"},
    {"reference": "r-3", "notice": "not_99", "sectors": "food"},
)


def many(count: int) -> bytes:
    """Consents of `count` numbers; every tenth row is refused."""
    return as_csv(
        *({"number": f"+86138001{n:05d}" if n % 10 else "none", "reference": f"r-{n}"} for n in range(count))
    )


def upload(api: Api, content: bytes = FILE, headers=None, **options):
    file = SimpleUploadedFile("consents.csv", content, content_type="text/csv")
    own = {"Authorization": f"Bearer {api.key}"} | (headers or {})
    return api.client.post(api.base + "/consents/files", {"file": file, **options}, headers=own)


@pytest.fixture
def sent(monkeypatch):
    """The files workers are told of."""
    messages = []
    monkeypatch.setattr(
        tasks.load_consent_file, "apply_async", lambda args, **options: messages.append(tuple(args))
    )
    return messages


@pytest.fixture
def accepted(acme, key_of):
    """Puts a file among those to be recorded."""
    from registry.models import ApiKey
    from registry.periods import Moment

    def accept(content: bytes = FILE) -> ConsentFile:
        key_of(acme)
        return consent_files.accept(
            key=ApiKey.objects.latest("id"), file=io.BytesIO(content), moment=Moment.of(CLOCK)
        )

    return accept


def refused(api: Api, public: str) -> list[list[str]]:
    response = api.get(f"/consents/files/{public}/rejected")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.getvalue().decode(), newline="")))


def test_it_takes_a_file_and_tells_a_worker(api, acme, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(api)
    row = ConsentFile.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "id": f"cfi_{row.pk}",
        "state": "queued",
        "file_name": "consents.csv",
        "sha256": row.sha256,
        "bytes_total": len(FILE),
        "rows_total": 4,
        "rows_done": 0,
        "counts": {"created": 0, "duplicate": 0, "rejected": 0},
        "results": {"rejected": None},
        "problem": None,
        "created_at": "2026-03-10T02:00:00Z",
        "started_at": None,
        "finished_at": None,
        "results_until": None,
        "livemode": True,
    }
    assert sent == [(row.pk,)]
    assert row.company == acme


def test_it_is_followed_to_its_end(api, acme, eager, files, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        public = upload(api).json()["id"]
    body = api.get(f"/consents/files/{public}").json()
    assert (body["state"], body["rows_total"], body["rows_done"]) == ("completed", 4, 4)
    assert body["counts"] == {"created": 1, "duplicate": 1, "rejected": 2}
    assert body["results"] == {"rejected": f"http://127.0.0.1:8000/api/v1/consents/files/{public}/rejected"}
    assert body["results_until"] is not None
    held = Consent.objects.get()
    assert (held.company, held.reference, held.sectors) == (acme, "r-1", ["insurance"])
    assert held.on_record_since >= CLOCK
    rows = refused(api, public)
    assert rows[0] == ["row", "value", "error_code", "error_message"]
    assert [(row[0], row[2]) for row in rows[1:]] == [("4", "number_malformed"), ("5", "notice_unknown")]
    # The upload is gone; the refused rows are kept.
    assert [path.name for path in files.rglob("*") if path.is_file()] == [
        ConsentFile.objects.get().rejected_parts[0].rpartition("/")[2]
    ]


def test_it_adds_nothing_when_it_is_sent_twice(api, eager, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            public = upload(api, as_csv({}, {"number": "+8613800138001", "reference": "r-2"})).json()["id"]
    assert Consent.objects.count() == 2
    assert api.get(f"/consents/files/{public}").json()["counts"] == {
        "created": 0,
        "duplicate": 2,
        "rejected": 0,
    }
    assert refused(api, public) == [["row", "value", "error_code", "error_message"]]


def test_it_is_replayed_under_an_idempotency_key(api, sent):
    first = upload(api, headers={"Idempotency-Key": "k"})
    again = upload(api, headers={"Idempotency-Key": "k"})
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(upload(api, as_csv({}), headers={"Idempotency-Key": "k"}), 422, "idempotency_key_reused")
    assert ConsentFile.objects.count() == 1


def test_it_lists_the_files_newest_first(reader, other_api, sent):
    first, second = (upload(reader).json()["id"] for _ in range(2))
    page = reader.get("/consents/files", {"page_size": 1}).json()
    assert [row["id"] for row in page["items"]] == [second]
    rest = reader.get("/consents/files", {"page_token": page["next_page_token"]}).json()
    assert [row["id"] for row in rest["items"]] == [first]
    assert other_api.get("/consents/files").json()["items"] == []


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable_file"),
        (b"name,number\nAna,+8613800138000\n", "missing_columns"),
        (b"PK\x03\x04nothing", "unreadable_file"),
    ],
    ids=["empty", "columns", "archive"],
)
def test_it_refuses_what_is_no_such_file(api, files, content, code):
    problem(upload(api, content), 422, code, "/file")
    assert not ConsentFile.objects.exists()
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_it_refuses_what_it_does_not_know(api):
    problem(upload(api, region="cn"), 422, "invalid_input", "/region")
    problem(upload(api, region="ZZ"), 422, "invalid_input", "/region")
    problem(upload(api, colour="red"), 422, "invalid_input", "/colour")
    problem(api.post("/consents/files", {"file": "x"}), 415, "media_type_not_supported")


def test_it_needs_the_scope(key_of, acme, nobody):
    checker = Api(key_of(acme, "check"))
    problem(upload(checker), 403, "scope_missing")
    problem(checker.get("/consents/files"), 403, "scope_missing")
    onlooker = Api(key_of(acme, "read"))
    problem(upload(onlooker), 403, "scope_missing")
    assert onlooker.get("/consents/files").status_code == 200
    problem(nobody.get("/consents/files"), 401, "not_authenticated")


def test_it_keeps_each_file_to_its_company_and_mode(api, other_api, test_api, sent):
    public = upload(api).json()["id"]
    for stranger in (other_api, test_api):
        for path in (f"/consents/files/{public}", f"/consents/files/{public}/rejected"):
            problem(stranger.get(path), 404, "not_found")
        problem(stranger.request("DELETE", f"/consents/files/{public}"), 404, "not_found")
    problem(api.get("/consents/files/cfi_999999"), 404, "not_found")
    problem(api.get("/consents/files/what"), 404, "not_found")
    assert ConsentFile.objects.get().state == "queued"


def test_it_answers_other_methods_with_405(api, sent):
    public = upload(api).json()["id"]
    problem(api.request("PUT", "/consents/files"), 405, "method_not_allowed")
    problem(api.post(f"/consents/files/{public}", {}), 405, "method_not_allowed")
    problem(api.request("DELETE", f"/consents/files/{public}/rejected"), 405, "method_not_allowed")


def test_it_has_no_refused_rows_before_the_end_and_none_after_a_month(reader, accepted):
    row = accepted()
    path = f"/consents/files/cfi_{row.pk}/rejected"
    problem(reader.get(path), 404, "not_found")
    consent_files.run(row.pk, clock=CLOCK)
    assert reader.get(path).status_code == 200
    assert consent_files.forget(CLOCK + consent_files.KEPT_FOR - timedelta(hours=1)) == 0
    assert consent_files.forget(CLOCK + timedelta(days=31)) == 1
    problem(reader.get(path), 404, "not_found")
    assert reader.get(f"/consents/files/cfi_{row.pk}").json()["results"] == {"rejected": None}
    assert Consent.objects.count() == 1


def test_a_test_key_reads_and_keeps_nothing(test_api, eager, django_capture_on_commit_callbacks):
    content = as_csv({}, {"number": "+447700900000"}, {"number": "+447700900001"})
    with django_capture_on_commit_callbacks(execute=True):
        public = upload(test_api, content).json()["id"]
    body = test_api.get(f"/consents/files/{public}").json()
    assert body["counts"] == {"created": 1, "duplicate": 1, "rejected": 1}
    assert body["livemode"] is False
    assert refused(test_api, public)[1][2] == "number_not_for_tests"
    assert not Consent.objects.exists()
    assert not SandboxRecord.objects.exists()


# --- stopped, killed, found again -------------------------------------------------------------------------------------


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def test_it_is_stopped_before_it_begins(api, files, sent, django_capture_on_commit_callbacks):
    public = upload(api).json()["id"]
    with django_capture_on_commit_callbacks(execute=True):
        response = api.request("DELETE", f"/consents/files/{public}")
    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert consent_files.run(int(public[4:]), clock=CLOCK)["state"] == "cancelled"
    assert not Consent.objects.exists()
    assert stored(files) == []


def test_it_cannot_be_stopped_at_its_end(api, accepted):
    row = accepted()
    consent_files.run(row.pk, clock=CLOCK)
    problem(api.request("DELETE", f"/consents/files/cfi_{row.pk}"), 409, "consent_file_ended")
    assert Consent.objects.count() == 1


class Killed(BaseException):
    """What no `except Exception` sees, as a kill is not seen."""


def disturb(monkeypatch, module, function, happen):
    """Have something else happen at the third call of a function."""
    original = getattr(module, function)
    times = Counter()

    def disturbed(*args, **kwargs):
        times["calls"] += 1
        if times["calls"] == 3:
            happen()
        return original(*args, **kwargs)

    monkeypatch.setattr(module, function, disturbed)


def kill():
    raise Killed


def whole(row: ConsentFile, files) -> None:
    """Every row has been done once, and nothing lies about."""
    row.refresh_from_db()
    assert (row.state, row.rows_done, row.created, row.duplicates, row.rejected) == (
        "completed",
        45,
        40,
        0,
        5,
    )
    assert sorted(Consent.objects.values_list("reference", flat=True)) == sorted(
        f"r-{n}" for n in range(45) if n % 10
    )
    text = b"".join(consent_files.rejected(row)).decode()
    assert [line.partition(",")[0] for line in text.splitlines()[1:]] == ["2", "12", "22", "32", "42"]
    assert len(stored(files)) == len(row.rejected_parts)


@pytest.mark.parametrize(
    ("module", "function"),
    [(consent_files, "_outcomes"), (consent_files, "_write"), (Claim, "beat"), (lists, "record")],
)
def test_the_next_worker_goes_on_wherever_the_first_was_killed(
    accepted, files, monkeypatch, module, function
):
    monkeypatch.setattr(consent_files, "CHUNK", 10)
    row = accepted(many(45))
    with monkeypatch.context() as patch:
        # Killed hard: nothing is tidied up.
        patch.setattr("registry.consent_files.uploads.remove", lambda name: None)
        disturb(patch, module, function, kill)
        with pytest.raises(Killed):
            consent_files.run(row.pk, clock=CLOCK)
    row.refresh_from_db()
    assert (row.state, row.rows_done) == ("running", 20)
    assert Consent.objects.count() == row.created == 18
    consent_files.run(row.pk, clock=CLOCK + timedelta(seconds=1))
    whole(row, files)


def test_it_is_stopped_between_two_chunks(accepted, files, monkeypatch, moment):
    monkeypatch.setattr(consent_files, "CHUNK", 10)
    row = accepted(many(45))

    def stop():
        consent_files.cancel(row=ConsentFile.objects.get(), moment=moment)

    with monkeypatch.context() as patch:
        disturb(patch, consent_files, "_do", stop)
        assert consent_files.run(row.pk, clock=CLOCK)["state"] == "cancelled"
    assert Consent.objects.count() == 18
    assert stored(files) == []


def test_it_is_put_back_when_the_database_fails(accepted, files, monkeypatch):
    monkeypatch.setattr(consent_files, "CHUNK", 10)

    def fail():
        raise OperationalError("deadlock detected")

    row = accepted(many(45))
    with monkeypatch.context() as patch:
        disturb(patch, lists, "record", fail)
        with pytest.raises(OperationalError):
            consent_files.run(row.pk, clock=CLOCK)
    row.refresh_from_db()
    assert row.state == "queued"
    consent_files.run(row.pk, clock=CLOCK + timedelta(seconds=1))
    whole(row, files)


def test_it_fails_where_someone_sees_it(accepted, files, monkeypatch, reader):
    row = accepted()
    (files / row.file).unlink()
    assert consent_files.run(row.pk, clock=CLOCK)["state"] == "failed"
    body = reader.get(f"/consents/files/cfi_{row.pk}").json()
    assert body["problem"]["code"] == "file_lost"
    broken = accepted()

    def break_down(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(consent_files, "_outcomes", break_down)
    with pytest.raises(ZeroDivisionError):
        consent_files.run(broken.pk, clock=CLOCK)
    broken.refresh_from_db()
    assert broken.problem["code"] == "consent_file_broke"


def test_it_is_found_when_nobody_was_told_of_it(accepted, sent, now):
    row = accepted()
    assert tasks.find_lost_consent_files() == 0
    now.shift(claims.SILENCE + timedelta(seconds=1))
    assert tasks.find_lost_consent_files() == 1
    assert sent == [(row.pk,)]
