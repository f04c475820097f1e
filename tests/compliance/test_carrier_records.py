"""Carriers' records: taken from carriers alone, loaded whole, each call once; and for whom they are complete."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.utils import IntegrityError, InternalError
from django.test import Client

from compliance import carrier_records, hints, tasks
from compliance.errors import CallLogEnded, CarriersOnly
from compliance.models import CarrierCall, CarrierCoverage, CarrierRecord, Reconciliation
from registry import companies
from registry.errors import InvalidInput
from registry.periods import Moment
from tests.compliance.call_logs import line, native
from tests.conftest import ACME_CALLER, ANA, CLOCK
from tests.registry.api import problem

pytestmark = pytest.mark.usefixtures("files")
URL = "/api/v1/carrier-records"
CALLER = f"+{ACME_CALLER}"
CONTENT = native(
    line("x1", caller=CALLER, duration_s=30, disposition="answered"),
    line("x1", number="+8613800138001", caller=CALLER),
    line("x2", started_at="2026-03-09T11:00:00+08:00"),
)
COMPLETE = {"complete_from": "2026-03-09T00:00:00+08:00", "complete_until": "2026-03-10T00:00:00+08:00"}


def accept(company, content=CONTENT, clock=CLOCK, **options):
    return carrier_records.accept(
        company=company, file=io.BytesIO(content), moment=Moment.of(clock), **options
    )


def loaded(company, content=CONTENT, **options):
    return carrier_records.load(accept(company, content, **options).pk, clock=CLOCK)


def test_it_loads_calls_as_the_carrier_has_them(acme, carrier):
    assert loaded(carrier) == {
        "state": "completed",
        "accepted": 3,
        "duplicates": 0,
        "rejected": 0,
        "covered": 0,
        "anonymous": 1,
    }
    # One id on two numbers is two calls: switches use an id again.
    first, second, third = CarrierCall.objects.order_by("started_at", "number")
    assert (first.call_id, second.call_id, third.caller) == ("x1", "x1", None)
    assert (first.company, first.number, first.caller, first.duration_s) == (carrier, ANA, ACME_CALLER, 30)
    assert first.answered
    assert first.received_at == CLOCK


def test_it_takes_each_call_once(carrier):
    loaded(carrier)
    assert loaded(carrier) == {
        "state": "completed",
        "accepted": 0,
        "duplicates": 3,
        "rejected": 0,
        "covered": 0,
        "anonymous": 1,
    }
    assert CarrierCall.objects.count() == 3


def test_it_is_complete_for_the_callers_it_names(carrier):
    assert loaded(carrier, callers="+861065550000 ", **COMPLETE)["covered"] == 2
    rows = CarrierCoverage.objects.order_by("caller")
    assert list(rows.values_list("caller", flat=True)) == [861065550000, ACME_CALLER]
    assert rows[0].valid.lower == datetime(2026, 3, 8, 16, tzinfo=UTC)
    assert rows[0].recorded_at == CLOCK


def test_it_is_complete_for_nobody_where_a_row_was_rejected(carrier):
    content = CONTENT + line("x9", number="12").encode()
    outcome = loaded(carrier, content, **COMPLETE)
    assert (outcome["accepted"], outcome["rejected"], outcome["covered"]) == (3, 1, 0)
    assert not CarrierCoverage.objects.exists()


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"format": "pdf"}, "/format"),
        ({"complete_from": "yesterday", "complete_until": "2026-03-10T00:00:00Z"}, "/complete_from"),
        (
            {"complete_from": "2026-03-09T00:00:00", "complete_until": "2026-03-10T00:00:00Z"},
            "/complete_from",
        ),
        ({"complete_from": "2026-03-09T00:00:00Z"}, "/complete_until"),
        (
            {"complete_from": "2026-03-09T00:00:00Z", "complete_until": "2026-03-09T00:00:00Z"},
            "/complete_until",
        ),
        (
            {"complete_from": "2026-03-09T00:00:00Z", "complete_until": "2026-03-11T00:00:00Z"},
            "/complete_until",
        ),
        (
            {"complete_from": "2025-03-09T00:00:00Z", "complete_until": "2026-03-09T00:00:00Z"},
            "/complete_until",
        ),
        ({"callers": "+861065550000"}, "/complete_from"),
        ({"callers": "12", **COMPLETE}, "/callers"),
    ],
)
def test_it_refuses_what_means_nothing(carrier, options, pointer):
    with pytest.raises(InvalidInput) as refused:
        accept(carrier, **options)
    assert refused.value.pointer == pointer
    assert not CarrierRecord.objects.exists()


def test_it_takes_nothing_from_a_company(acme):
    with pytest.raises(CarriersOnly):
        accept(acme)
    assert not CarrierRecord.objects.exists()


def test_it_makes_reconciliations_stale(acme, carrier):
    other = companies.enter(name="Other", moment=Moment.of(CLOCK))
    day = datetime(2026, 3, 9, tzinfo=UTC).date()
    rows = {
        company: Reconciliation.objects.create(
            company=company, day=day, requested_at=CLOCK, state="completed"
        )
        for company in (acme, other, None)
    }
    loaded(carrier)
    stale = {company for company, row in rows.items() if Reconciliation.objects.get(pk=row.pk).stale_since}
    assert stale == {acme, None}


def test_it_asks_for_days_long_past(acme, carrier):
    old = native(line("x1", caller=CALLER, started_at="2026-02-01T10:00:00+08:00"))
    loaded(carrier, old)
    found = Reconciliation.objects.values_list("company", "day", "state")
    assert {(company, str(day), state) for company, day, state in found} == {
        (acme.pk, "2026-02-01", "queued"),
        (None, "2026-02-01", "queued"),
    }


def test_it_is_not_changed_nor_deleted(carrier, db):
    loaded(carrier)
    for change in (CarrierCall.objects.all()._raw_delete, lambda using: CarrierCall.objects.update(caller=1)):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change("default")


def test_it_is_stopped_before_it_is_loaded_and_not_after(carrier):
    row = accept(carrier)
    assert carrier_records.cancel(row=row, moment=Moment.of(CLOCK)).state == "cancelled"
    assert carrier_records.load(row.pk, clock=CLOCK)["state"] == "cancelled"
    done = accept(carrier)
    carrier_records.load(done.pk, clock=CLOCK)
    done.refresh_from_db()
    with pytest.raises(CallLogEnded):
        carrier_records.cancel(row=done, moment=Moment.of(CLOCK))


def test_it_is_found_where_the_message_was_lost(carrier):
    row = accept(carrier)
    assert hints.carrier_records(clock=CLOCK + hints.SILENCE + timedelta(seconds=1)) == [row.pk]


def test_it_forgets_the_bytes_and_keeps_the_calls(carrier, files):
    loaded(carrier)
    assert carrier_records.forget_files(CLOCK + timedelta(days=1000)) == 1
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert CarrierCall.objects.count() == 3


# --- the API ----------------------------------------------------------------------------------------------------------


def key(company, *scopes, test=False) -> Client:
    _, secret = companies.issue_key(
        company=company, moment=Moment.of(CLOCK), scopes=scopes or ("calls",), test=test
    )
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        tasks.load_carrier_record, "apply_async", lambda args, **options: messages.append(tuple(args))
    )
    return messages


def upload(client, content=CONTENT, **options):
    return client.post(URL, {"file": SimpleUploadedFile("day.csv", content), **options})


def test_a_carrier_uploads_over_the_api(carrier, sent, django_capture_on_commit_callbacks):
    client = key(carrier)
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(client, **COMPLETE)
    assert answer.status_code == 202, answer.content
    row = CarrierRecord.objects.get()
    assert sent == [(row.pk,)]
    told = answer.json()
    assert (told["id"], told["state"], told["complete_until"]) == (
        f"car_{row.pk}",
        "queued",
        "2026-03-09T16:00:00Z",
    )
    carrier_records.load(row.pk, clock=CLOCK)
    told = client.get(f"{URL}/car_{row.pk}").json()
    assert told["counts"] == {"accepted": 3, "duplicates": 0, "rejected": 0, "covered": 1, "anonymous": 1}
    assert [each["id"] for each in client.get(URL).json()["items"]] == [told["id"]]
    rejected = client.get(f"{URL}/car_{row.pk}/rejected")
    assert b"".join(rejected.streaming_content) == b"row,value,error_code,error_message\r\n"
    problem(client.delete(f"{URL}/car_{row.pk}"), 409, "call_log_ended")


def test_it_is_for_carriers_alone(acme):
    problem(upload(key(acme)), 403, "carriers_only")
    assert not CarrierRecord.objects.exists()


def test_it_needs_the_scope(carrier):
    problem(upload(key(carrier, "check")), 403, "scope_missing")


def test_it_shows_nobody_anothers(acme, carrier):
    row = accept(carrier)
    for client in (key(acme), key(carrier, test=True)):
        assert client.get(f"{URL}/car_{row.pk}").status_code == 404
        assert client.delete(f"{URL}/car_{row.pk}").status_code == 404
        assert client.get(f"{URL}/car_{row.pk}/rejected").status_code == 404
        assert client.get(URL).json()["items"] == []
    assert key(carrier).get(f"{URL}/log_{row.pk}").status_code == 404
    assert key(carrier).get(f"{URL}/car_{row.pk}/rejected").status_code == 404


def test_it_takes_no_other_method_and_no_other_option(carrier):
    client = key(carrier)
    assert client.put(URL).status_code == 405
    assert upload(client, sector="food").json()["errors"][0]["pointer"] == "/sector"
    assert upload(client, complete_from="x").json()["errors"][0]["pointer"] == "/complete_from"


def test_a_test_key_keeps_nothing(carrier):
    told = upload(key(carrier, test=True)).json()
    assert (told["livemode"], told["counts"]["accepted"]) == (False, 3)
    assert not CarrierRecord.objects.exists()


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_command_loads_it(carrier, tmp_path):
    path = tmp_path / "day.csv"
    path.write_bytes(CONTENT)
    call_command("import_carrier_records", path, "--company", "Telco", "--dry-run", verbosity=0)
    assert not CarrierCall.objects.exists()
    call_command("import_carrier_records", path, "--company", "Telco", verbosity=0)
    assert CarrierCall.objects.count() == 3


def test_the_command_refuses_a_company(acme, tmp_path):
    path = tmp_path / "day.csv"
    path.write_bytes(CONTENT)
    with pytest.raises(CommandError, match="carriers and the regulator"):
        call_command("import_carrier_records", path, "--company", "Acme Insurance", verbosity=0)
