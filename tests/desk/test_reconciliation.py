"""The desk's pages of the reconciliation: company-days, discrepancies, suspects, both sides of one, carriers' files."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance import discrepancies, tasks
from compliance.errors import DiscrepancySettled, LogMayStillCome
from compliance.models import CarrierRecord, Discrepancy, DiscrepancyAct
from registry.errors import InvalidInput, NotFound
from tests.compliance.call_logs import line, native
from tests.compliance.calls_made import LATER, agreed, asked, at, called
from tests.compliance.carried import carried, covers, reconciled
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import desk, member

pytestmark = pytest.mark.django_db
STRANGER = 861065559999
PAGES = ("/desk/reconciliation/", "/desk/discrepancies/", "/desk/suspects/", "/desk/carrier-records/")


@pytest.fixture
def found(acme, carrier, now):
    """One of nearly each kind, and a suspect."""
    covers(carrier)
    asked(acme, "09:59")
    called(acme, "10:00")
    carried(carrier, "10:00:03")
    carried(carrier, "11:00", seconds=42)
    called(acme, "12:00")
    called(acme, "13:00", number=ANA + 1)
    carried(carrier, "13:00:02", number=ANA + 1)
    agreed(acme, "2026-03-08 09:00", recorded="2026-03-10 18:00", number=ANA + 1)
    for n in range(310):
        started = at("10:00") + timedelta(seconds=20 * n)
        carried(carrier, started, number=ANA + 100 + n, caller=STRANGER, seconds=4)
    reconciled(acme)
    reconciled(None)
    now.move_to(LATER)
    return {row.kind: row for row in Discrepancy.objects.all()}


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_role_may_look(now, path):
    assert desk("observer").get(path).status_code == 200
    assert Client().get(path).status_code == 302
    assert desk("observer").post(path).status_code == 405


def test_the_overview_shows_each_company_day(found, acme):
    page = text(desk("observer").get("/desk/reconciliation/"))
    assert acme.name in page
    assert "2026-03-10" in page
    assert "Calls that one side has" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("only=missing", True), ("only=silent", False), ("company=Acme", True), ("company=com_999", False)],
)
def test_the_overview_is_narrowed(found, acme, query, shown):
    assert (acme.name in text(desk("observer").get(f"/desk/reconciliation/?{query}"))) is shown


def test_the_overview_is_told_as_csv(found):
    answer = desk("observer").get("/desk/reconciliation/?format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("day,company,company_name,reported,carried")
    assert lines[1].startswith("2026-03-10,com_")


def test_discrepancies_are_listed_with_masked_numbers(found):
    page = text(desk("observer").get("/desk/discrepancies/?state=open"))
    for said in ("Carried, not reported", "Reported, not carried", "Consent recorded after the call"):
        assert said in page
    assert str(ANA) not in page
    assert str(ACME_CALLER) not in page
    assert "Suspected unlicensed caller" not in page
    assert "a log may come until 2026-03-21" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=not_reported", 1),
        ("state=dismissed", 0),
        ("company=Acme", 3),
        ("since=2026-03-11", 0),
        ("since=2026-03-10&until=2026-03-10", 3),
        ("until=2026-03-09", 0),
    ],
)
def test_discrepancies_are_narrowed(found, query, count):
    page = text(desk("observer").get(f"/desk/discrepancies/?{query}"))
    assert len(re.findall(r'href="/desk/discrepancies/\d+/"', page)) == count


def test_suspects_are_listed_with_their_signals(found):
    page = text(desk("observer").get("/desk/suspects/"))
    assert "310 calls in a day" in page
    assert f"<strong>{found['unlicensed_caller'].score}</strong>" in page
    assert str(STRANGER) not in page


@pytest.mark.parametrize("kind", ["not_reported", "not_carried", "consent_after_call", "unlicensed_caller"])
def test_one_is_shown_with_both_sides(found, kind):
    row = found[kind]
    page = text(desk("observer").get(f"/desk/discrepancies/{row.pk}/"))
    assert f"dis_{row.pk}" in page
    assert str(row.number) not in page
    if kind == "not_reported":
        assert "Telco carried a call: answered, 42 s" in page
        assert "No call log has this call." in page
        assert "may still come in until 2026-03-21" in page
    if kind == "not_carried":
        assert "Acme Insurance reported a call" in page
        assert "No carrier has this call." in page
    if kind == "consent_after_call":
        assert "was recorded" in page
    if kind == "unlicensed_caller":
        assert "Different numbers make up 100 %" in page
        assert f"{row.evidence['policy']['digest'][:12]}" in page
    assert "Settle it" not in page


def test_one_that_is_not_there_is_missed(now):
    assert desk("observer").get("/desk/discrepancies/999/").status_code == 404


def test_an_officer_explains_one(found):
    row, officer = found["not_carried"], desk("case_officer")
    path = f"/desk/discrepancies/{row.pk}/"
    assert "Settle it" in text(officer.get(path))
    answer = officer.post(
        path, {"act": "explain", "reason": "The carrier lost an hour of records"}, follow=True
    )
    assert "The carrier lost an hour" in text(answer)
    row.refresh_from_db()
    act = DiscrepancyAct.objects.get()
    assert (row.state, act.act, act.user.username, act.at) == (
        "explained",
        "explain",
        "case_officer@regulator.example",
        LATER,
    )
    assert officer.post(path, {"act": "reopen", "reason": "It did not"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "open"


@pytest.mark.parametrize("sent", [{"act": "explain"}, {"act": "reopen", "reason": "x"}, {"reason": "x"}])
def test_an_act_needs_its_reason(found, sent):
    row = found["not_reported"]
    assert desk("case_officer").post(f"/desk/discrepancies/{row.pk}/", sent).status_code == 400
    assert not DiscrepancyAct.objects.exists()


@pytest.mark.parametrize("role", ["observer", "analyst"])
def test_acts_are_not_for_every_role(found, role):
    path = f"/desk/discrepancies/{found['not_reported'].pk}/"
    assert desk(role).post(path, {"act": "explain", "reason": "no"}).status_code == 403


def test_one_goes_into_a_case_once_no_log_can_come(found):
    row, user = found["not_reported"], member("case_officer")
    given = {"discrepancy_id": row.pk, "case_id": 7, "reason": "Pattern", "user": user}
    with pytest.raises(LogMayStillCome):
        discrepancies.into_case(**given, clock=row.firm_at - timedelta(seconds=1))
    assert discrepancies.into_case(**given, clock=row.firm_at).state == "in_case"
    assert DiscrepancyAct.objects.get().case_id == 7
    with pytest.raises(DiscrepancySettled):
        discrepancies.dismiss(discrepancy_id=row.pk, reason="No", user=user, clock=row.firm_at)
    with pytest.raises(InvalidInput):
        discrepancies.dismiss(discrepancy_id=row.pk, reason=" ", user=user, clock=row.firm_at)
    with pytest.raises(NotFound):
        discrepancies.dismiss(discrepancy_id=999, reason="No", user=user, clock=row.firm_at)


def test_a_carriers_file_is_sent_in(now, carrier, files, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks.load_carrier_record, "apply_async", lambda args, **options: sent.append(args))
    analyst, path = desk("analyst"), "/desk/carrier-records/new/"
    assert analyst.get(path).status_code == 200
    body = {"company": carrier.pk, "file": SimpleUploadedFile("day.csv", native(line()))}
    with django_capture_on_commit_callbacks(execute=True):
        answer = analyst.post(path, body, follow=True)
    assert "day.csv" in text(answer)
    assert sent == [[CarrierRecord.objects.get().pk]]


def test_a_file_that_means_nothing_is_refused(now, acme, carrier, files):
    analyst, path = desk("analyst"), "/desk/carrier-records/new/"
    file = SimpleUploadedFile("day.csv", native(line()))
    body = {"company": carrier.pk, "file": file, "complete_from": "yesterday", "complete_until": "x"}
    assert "RFC 3339" in text(analyst.post(path, body))
    assert analyst.post(path, {"company": acme.pk, "file": file}).status_code == 400
    assert analyst.post(path, {"company": carrier.pk}).status_code == 400
    assert not CarrierRecord.objects.exists()


def test_sending_in_is_not_for_every_role(now):
    assert desk("observer").get("/desk/carrier-records/new/").status_code == 403
