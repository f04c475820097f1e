"""Scrubs over the API: send a list, follow it, fetch the results, stop it; and who may not."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import claims, sandbox, scrubs, tasks
from registry.models import Check, SandboxRecord, Scrub
from tests.conftest import CLOCK
from tests.registry.api import Api, problem
from tests.registry.scrub_lists import ANA, LIST, accept, done, many

pytestmark = pytest.mark.usefixtures("files", "now")

OPTIONS = {"sector": "insurance", "channel": "live", "caller": "+861065551234"}


@pytest.fixture
def sent(monkeypatch):
    """The scrubs workers are told of."""
    messages = []
    monkeypatch.setattr(tasks.run_scrub, "apply_async", lambda args, **options: messages.append(tuple(args)))
    return messages


def upload(api: Api, content: bytes = LIST, path: str = "/scrubs", headers=None, **options):
    """Send a list; an option that is None is left out."""
    given = {name: value for name, value in (OPTIONS | options).items() if value is not None}
    file = SimpleUploadedFile("leads.csv", content, content_type="text/csv")
    own = {"Authorization": f"Bearer {api.key}"} | (headers or {})
    return api.client.post(api.base + path, {"file": file, **given}, headers=own)


def result(api: Api, scrub: str, kind: str = "all") -> list[dict[str, str]]:
    """The rows of a result."""
    response = api.get(f"/scrubs/{scrub}/results/{kind}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


# --- send -------------------------------------------------------------------------------------------------------------


def test_it_takes_a_list_and_tells_a_worker(api, acme, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(api, campaign="spring", reference="list-7", column="number", region="CN")
    scrub = Scrub.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "id": f"scr_{scrub.pk}",
        "state": "queued",
        "file_name": "leads.csv",
        "sha256": scrub.sha256,
        "bytes_total": len(LIST),
        "rows_total": 4,
        "rows_done": 0,
        "estimated_end_at": None,
        "counts": {"allowed": 0, "denied": 0, "rejected": 0},
        "results": {"allowed": None, "denied": None, "rejected": None, "all": None},
        "problem": None,
        "caller": "+861065551234",
        "sector": "insurance",
        "channel": "live",
        "purpose": "marketing",
        "seller": f"com_{acme.pk}",
        "campaign": "spring",
        "reference": "list-7",
        "created_at": "2026-03-10T02:00:00Z",
        "started_at": None,
        "finished_at": None,
        "results_until": None,
        "livemode": True,
    }
    assert (scrub.company, scrub.seller, scrub.column, scrub.region) == (acme, acme, "number", "CN")
    assert scrub.key.company == acme
    assert sent == [(scrub.pk,)]


def test_it_tells_nobody_before_the_list_is_on_record(api, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        upload(api)
    assert len(callbacks) == 1
    assert sent == []


def test_it_takes_the_list_when_the_broker_is_away(
    api, monkeypatch, sent, now, django_capture_on_commit_callbacks
):
    class Away(Exception):
        """As a broker's client raises it."""

    def away(*args, **options):
        raise Away

    with monkeypatch.context() as patch:
        patch.setattr(tasks.run_scrub, "apply_async", away)
        with django_capture_on_commit_callbacks(execute=True):
            assert upload(api).status_code == 202
    now.shift(claims.SILENCE + timedelta(seconds=1))
    assert tasks.find_lost_scrubs() == 1
    assert sent == [(Scrub.objects.get().pk,)]


def test_it_is_followed_to_its_end(api, eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        public = upload(api).json()["id"]
    body = api.get(f"/scrubs/{public}").json()
    assert (body["state"], body["rows_total"], body["rows_done"]) == ("completed", 4, 4)
    assert body["counts"] == {"allowed": 0, "denied": 3, "rejected": 1}
    assert body["finished_at"] is not None
    assert body["results_until"] is not None
    for kind, address in body["results"].items():
        assert address == f"http://127.0.0.1:8000/api/v1/scrubs/{public}/results/{kind}"
    found = result(api, public)
    assert [row["name"] for row in found] == ["Ana", "Ben", "Cao", "Ben again"]
    check = api.get(f"/checks/{found[0]['check_id']}").json()
    assert (check["number"], check["verdict"]) == ("+8613800138000", "deny")
    assert len(result(api, public, "denied")) == 3
    assert result(api, public, "allowed") == []
    assert result(api, public, "rejected")[0]["error_code"] == "number_malformed"


def test_it_asks_for_a_seller(api, bolt, carrier):
    assert upload(api, seller=f"com_{carrier.pk}").status_code == 202
    assert Scrub.objects.get().seller == carrier


def test_it_needs_a_sector_where_the_company_holds_no_single_licence(other_api):
    problem(upload(other_api, sector=None), 422, "invalid_input", "/sector")
    assert not Scrub.objects.exists()


def test_it_answers_a_request_sent_twice_with_one_scrub(api, sent):
    headers = {"Idempotency-Key": "monday"}
    first = upload(api, headers=headers)
    again = upload(api, headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Scrub.objects.count() == 1
    problem(upload(api, headers=headers, campaign="other"), 422, "idempotency_key_reused")
    problem(upload(api, many(3), headers=headers), 422, "idempotency_key_reused")


@pytest.mark.parametrize("path", ["/scrubs", "/preflights"])
@pytest.mark.parametrize(
    ("data", "content_type", "status", "code", "pointers"),
    [
        (b'{"file": "x"}', "application/json", 415, "media_type_not_supported", []),
        (b"--x\r\ngarbage", "multipart/form-data; boundary=", 400, "malformed_request", []),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "file_missing", ["/file"]),
    ],
)
def test_it_refuses_what_is_no_upload(api, path, data, content_type, status, code, pointers):
    headers = {"Authorization": f"Bearer {api.key}"}
    response = api.client.post(api.base + path, data, content_type=content_type, headers=headers)
    problem(response, status, code, *pointers)
    assert not Scrub.objects.exists()


@pytest.mark.parametrize("path", ["/scrubs", "/preflights"])
@pytest.mark.parametrize("test", [False, True])
@pytest.mark.parametrize(
    ("content", "options", "code", "pointer"),
    [
        (b"", {}, "unreadable_file", "/file"),
        (b"\xd0\xcf\x11\xe0" * 100, {}, "unreadable_file", "/file"),
        (b"name\nAna\n", {}, "unknown_layout", "/column"),
        (LIST, {"column": "fax"}, "unknown_layout", "/column"),
        (LIST, {"sector": "gambling"}, "invalid_input", "/sector"),
        (LIST, {"channel": "fax"}, "invalid_input", "/channel"),
        (LIST, {"purpose": "fun"}, "invalid_input", "/purpose"),
        (LIST, {"caller": None}, "invalid_input", "/caller"),
        (LIST, {"caller": "nobody"}, "number_not_accepted", "/caller"),
        (LIST, {"seller": "com_999999"}, "invalid_input", "/seller"),
        (LIST, {"region": "China"}, "invalid_input", "/region"),
        (LIST, {"region": "XX"}, "number_not_accepted", "/region"),
        (LIST, {"campaign": "x" * 101}, "invalid_input", "/campaign"),
        (LIST, {"number": "+8613800138000"}, "invalid_input", "/number"),
        (LIST, {"caller": ["+861065551234", "+861065551235"]}, "invalid_input", "/caller"),
    ],
)
def test_it_refuses_what_means_nothing(acme, key_of, files, path, test, content, options, code, pointer):
    problem(upload(Api(key_of(acme, test=test)), content, path, **options), 422, code, pointer)
    assert not Scrub.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.parametrize("path", ["/scrubs", "/preflights"])
def test_it_refuses_a_file_that_is_too_large(api, settings, files, path):
    settings.UPLOAD_MAX_BYTES = len(LIST) - 1
    problem(upload(api, path=path), 413, "file_too_large", "/file")
    assert not Scrub.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/scrubs", "/preflights"])
def test_it_needs_a_key_with_the_scope(nobody, acme, key_of, path):
    problem(nobody.post(path, b""), 401, "not_authenticated")
    problem(upload(Api(key_of(acme, "consent", "calls", "read")), path=path), 403, "scope_missing")


def test_it_shows_scrubs_to_readers_who_may_not_send_or_stop_them(acme, key_of):
    scrub = done(acme)
    reader = Api(key_of(acme, "read"))
    for path in ("/scrubs", f"/scrubs/scr_{scrub.pk}", f"/scrubs/scr_{scrub.pk}/results/all"):
        assert reader.get(path).status_code == 200
        problem(Api(key_of(acme, "calls")).get(path), 403, "scope_missing")
    problem(reader.request("DELETE", f"/scrubs/scr_{scrub.pk}"), 403, "scope_missing")


def test_it_hides_the_scrubs_of_others(acme, other_api):
    scrub = done(acme)
    assert other_api.get("/scrubs").json()["items"] == []
    for path in (f"/scrubs/scr_{scrub.pk}", f"/scrubs/scr_{scrub.pk}/results/all"):
        problem(other_api.get(path), 404, "not_found")
    problem(other_api.request("DELETE", f"/scrubs/scr_{scrub.pk}"), 404, "not_found")
    scrub.refresh_from_db()
    assert scrub.state == "completed"


@pytest.mark.parametrize("public", ["scr_999999", "log_1", "scr_0", "1", "scr_99999999999999999999"])
def test_it_knows_no_other_ids(api, public):
    for path in (f"/scrubs/{public}", f"/scrubs/{public}/results/all"):
        problem(api.get(path), 404, "not_found")


def test_it_answers_no_other_methods(api, acme):
    scrub = accept(acme)
    problem(api.request("DELETE", "/scrubs"), 405, "method_not_allowed")
    problem(api.request("GET", "/preflights"), 405, "method_not_allowed")
    problem(api.request("POST", f"/scrubs/scr_{scrub.pk}"), 405, "method_not_allowed")
    problem(api.request("DELETE", f"/scrubs/scr_{scrub.pk}/results/all"), 405, "method_not_allowed")


# --- follow, list, fetch, stop ----------------------------------------------------------------------------------------


def test_it_estimates_the_end_while_it_works(api, acme):
    scrub = accept(acme)
    Scrub.objects.update(
        state="running",
        started_at=CLOCK,
        beat_at=CLOCK + timedelta(seconds=10),
        rows_total=1000,
        rows_before=100,
        rows_done=200,
    )
    body = api.get(f"/scrubs/scr_{scrub.pk}").json()
    assert datetime.fromisoformat(body["estimated_end_at"]) == CLOCK + timedelta(seconds=90)


def test_it_says_why_a_scrub_failed(api, acme, files):
    scrub = accept(acme)
    (files / scrub.file).unlink()
    scrubs.run(scrub.pk, clock=CLOCK)
    body = api.get(f"/scrubs/scr_{scrub.pk}").json()
    assert (body["state"], body["problem"]["code"], body["problem"]["status"]) == ("failed", "file_lost", 503)
    assert body["problem"]["type"].endswith("/docs/problems#file-lost")


def test_it_lists_page_by_page_the_newest_first(api, acme):
    made = [accept(acme) for _ in range(3)]
    first = api.get("/scrubs", {"page_size": 2}).json()
    second = api.get("/scrubs", {"page_size": 2, "page_token": first["next_page_token"]}).json()
    found = [item["id"] for item in first["items"] + second["items"]]
    assert found == [f"scr_{scrub.pk}" for scrub in reversed(made)]
    assert second["next_page_token"] is None
    problem(api.get("/scrubs", {"page_size": 0}), 422, "invalid_input", "/page_size")


def test_it_hands_out_a_result_as_a_file(api, acme):
    scrub = done(acme)
    response = api.get(f"/scrubs/scr_{scrub.pk}/results/denied", Accept="text/csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"scr_{scrub.pk}-denied.csv" in response.headers["Content-Disposition"]
    assert response.getvalue().startswith(b"name,number,verdict,reasons,check_id\r\nAna,+8613800138000,deny,")


def test_it_has_no_results_before_the_end_and_none_when_they_are_forgotten(api, acme):
    scrub = accept(acme)
    path = f"/scrubs/scr_{scrub.pk}/results/all"
    assert "queued" in problem(api.get(path), 404, "not_found")["detail"]
    scrubs.run(scrub.pk, clock=CLOCK)
    problem(api.get(f"/scrubs/scr_{scrub.pk}/results/some"), 404, "not_found")
    scrubs.forget(CLOCK + timedelta(days=31))
    problem(api.get(path), 404, "not_found")
    body = api.get(f"/scrubs/scr_{scrub.pk}").json()
    assert (body["state"], body["results"]["all"], body["results_until"]) == ("completed", None, None)


def test_it_says_when_a_result_is_lost(api, acme, files):
    scrub = done(acme)
    next(files.rglob("*.all.csv")).unlink()
    problem(api.get(f"/scrubs/scr_{scrub.pk}/results/all"), 503, "file_lost")


def test_it_stops_a_scrub(api, acme, files, django_capture_on_commit_callbacks):
    scrub = accept(acme)
    with django_capture_on_commit_callbacks(execute=True):
        response = api.request("DELETE", f"/scrubs/scr_{scrub.pk}")
    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert scrubs.run(scrub.pk, clock=CLOCK)["state"] == "cancelled"
    assert not Check.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert api.request("DELETE", f"/scrubs/scr_{scrub.pk}").status_code == 200


def test_it_does_not_stop_a_scrub_that_is_completed(api, acme):
    scrub = done(acme)
    problem(api.request("DELETE", f"/scrubs/scr_{scrub.pk}"), 409, "scrub_ended")


# --- test keys --------------------------------------------------------------------------------------------------------

FIRST = sandbox.FIRST
TESTS = (
    "number\n"
    + "".join(f"+{FIRST + last}\n" for last in (0, 104, 555, 900, 901, 902, 903))
    + "+8613800138000\n"
)


def test_a_test_key_is_answered_by_the_numbers_and_leaves_nothing_live(
    test_api, eager, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(sandbox.time, "sleep", lambda _: pytest.fail("a scrub waits for nobody"))
    with django_capture_on_commit_callbacks(execute=True):
        body = upload(test_api, TESTS.encode()).json()
    assert body["livemode"] is False
    found = result(test_api, body["id"])
    assert [(row["verdict"], row["reasons"]) for row in found] == [
        ("allow", "consent_on_record"),
        ("deny", "opted_out_of_all"),
        ("deny", "consent_missing"),
        ("allow", "consent_on_record"),
        ("allow", "consent_on_record"),
        ("rejected", "too_many_requests"),
        ("rejected", "undecidable"),
        ("rejected", "number_not_for_tests"),
    ]
    assert {row["check_id"] for row in found} == {""}
    assert not Check.objects.exists()
    assert not SandboxRecord.objects.exists()


def test_a_test_key_sees_its_scrubs_and_no_live_ones(test_api, api, acme):
    live = done(acme)
    test = upload(test_api, TESTS.encode()).json()["id"]
    assert [item["id"] for item in test_api.get("/scrubs").json()["items"]] == [test]
    assert [item["id"] for item in api.get("/scrubs").json()["items"]] == [f"scr_{live.pk}"]
    problem(test_api.get(f"/scrubs/scr_{live.pk}"), 404, "not_found")
    problem(api.get(f"/scrubs/{test}"), 404, "not_found")


# --- preflights -------------------------------------------------------------------------------------------------------


def test_a_preflight_counts_by_reason_and_leaves_nothing(api, agreed, files):
    response = upload(api, path="/preflights")
    assert response.status_code == 200
    assert response.json() == {
        "rows": 4,
        "counts": {"allowed": 1, "denied": 2, "rejected": 1},
        "reasons": {"consent_missing": 2, "consent_on_record": 1},
        "errors": {"number_malformed": 1},
        "checked_at": "2026-03-10T02:00:00Z",
        "livemode": True,
    }
    assert not Check.objects.exists()
    assert not Scrub.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert str(ANA) not in response.content.decode()


def test_a_preflight_says_what_a_scrub_says(api, acme, agreed):
    counts = upload(api, many(50) + LIST.split(b"\n", 1)[1].replace(b"Ana,", b""), "/preflights").json()[
        "counts"
    ]
    scrub = done(acme, many(50) + LIST.split(b"\n", 1)[1].replace(b"Ana,", b""))
    assert counts == {"allowed": scrub.allowed, "denied": scrub.denied, "rejected": scrub.rejected}


def test_a_preflight_of_a_test_key_counts_test_numbers(test_api):
    body = upload(test_api, TESTS.encode(), "/preflights").json()
    assert body["counts"] == {"allowed": 3, "denied": 2, "rejected": 3}
    assert body["errors"] == {"number_not_for_tests": 1, "too_many_requests": 1, "undecidable": 1}
    assert body["livemode"] is False


def test_a_preflight_is_not_for_the_longest_lists(api, monkeypatch, files):
    monkeypatch.setattr("registry.preflights.MOST_ROWS", 3)
    problem(upload(api, path="/preflights"), 413, "file_too_large", "/file")
    assert not [path for path in files.rglob("*") if path.is_file()]
