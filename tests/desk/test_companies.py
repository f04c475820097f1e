"""Companies at the desk: found, licensed, suspended with effect on the next check, and their numbers with proof."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry import ids
from registry.models import Caller, Company, Document, Licence
from registry.periods import Moment
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import desk
from tests.registry.test_admin_acts import verdict

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def at_rest(now, files):
    """The clock stands still; files lie in a folder of the test."""


def page(company, act: str = "") -> str:
    key = ids.public("com", company.pk)
    return reverse("desk-company-act", args=[key, act]) if act else reverse("desk-company", args=[key])


def proof(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("contract.pdf", content)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"Acme Insurance", "Bolt Homes"}),
        ({"q": "acme"}, {"Acme Insurance"}),
        ({"q": f"+{ACME_CALLER}"}, {"Acme Insurance"}),
        ({"sector": "finance"}, {"Acme Insurance"}),
        ({"sector": "real_estate"}, set()),
        ({"state": "licensed"}, {"Acme Insurance"}),
        ({"state": "suspended"}, {"Bolt Homes"}),
        ({"state": "lapsed"}, set()),
        ({"region": "cn"}, {"Acme Insurance"}),
        ({"region": "CN-BJ"}, set()),
    ],
)
def test_it_finds_companies(acme, bolt, query, found):
    Company.objects.filter(pk=acme.pk).update(region="CN-SH")
    answer = desk("observer").get("/desk/companies/", query)
    assert answer.status_code == 200
    assert {name for name in ("Acme Insurance", "Bolt Homes") if name in answer.text} == found


def test_it_gives_the_list_as_csv(acme, bolt):
    answer = desk("observer").get("/desk/companies/", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert "finance" in text
    assert ",suspended," in text


def test_it_refuses_a_filter_that_is_none(acme):
    assert desk("observer").get("/desk/companies/", {"sector": "banking"}).status_code == 400


def test_it_shows_a_company_with_its_history_and_numbers_masked(acme, bolt):
    text = desk("observer").get(page(bolt)).text
    assert "Suspended" in text
    assert "complaints" in text
    assert str(ACME_CALLER)[2:] not in desk("observer").get(page(acme)).text
    assert "Every version, on both clocks" in text


@pytest.mark.parametrize("key", ["com_999999", "com_x", "acme"])
def test_it_knows_what_is_missing(acme, key):
    assert desk("supervisor").get(f"/desk/companies/{key}/").status_code == 404
    assert desk("supervisor").get(f"/desk/companies/{key}/license/").status_code == 404


@pytest.mark.parametrize(
    ("role", "act", "may"),
    [
        ("observer", "license", False),
        ("analyst", "suspend", False),
        ("case_officer", "suspend", False),
        ("supervisor", "license", True),
        ("supervisor", "suspend", True),
        ("supervisor", "reinstate", True),
        ("supervisor", "add-callers", False),
        ("administrator", "add-callers", True),
        ("administrator", "remove-callers", True),
    ],
)
def test_each_act_is_for_its_role(acme, role, act, may):
    client = desk(role)
    assert client.get(page(acme, act)).status_code == (200 if may else 403)
    assert client.post(page(acme, act), {}).status_code == (400 if may else 403)
    assert client.put(page(acme, act)).status_code == (405 if may else 403) or not may


def test_there_is_no_other_act(acme):
    assert desk("administrator").get(page(acme, "merge")).status_code == 404


def test_it_licenses_for_a_period_on_conditions(acme):
    data = {
        "sectors": ["travel"], "begins": "2026-04-01", "ends": "2026-12-31",
        "conditions": "No calls on Sundays", "note": "application app_1",
    }  # fmt: skip
    answer = desk("supervisor").post(page(acme, "license"), data)
    assert (answer.status_code, answer.url) == (302, page(acme))
    row = Licence.objects.get(sector="travel")
    assert row.conditions == "No calls on Sundays"
    # The desk's days are those of Shanghai, and the last one is whole.
    assert row.valid.lower == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert row.valid.upper == datetime(2026, 12, 31, 16, tzinfo=UTC)
    text = desk("observer").get(page(acme)).text
    assert "No calls on Sundays" in text
    assert "To come" in text
    again = desk("supervisor").post(page(acme, "license"), data)
    assert again.status_code == 409
    assert "licence for that sector" in again.text


def test_a_suspension_denies_from_that_instant_and_a_reinstatement_ends_it(acme, moment, now):
    client = desk("supervisor")
    assert "company_not_licensed" not in verdict(acme, ANA, moment)
    assert client.post(page(acme, "suspend"), {"note": "complaints"}).status_code == 302
    assert "company_not_licensed" in verdict(acme, ANA, moment)
    assert client.post(page(acme, "suspend"), {"note": "again"}).status_code == 422
    now.shift(timedelta(minutes=1))
    later = Moment.of(moment.at + timedelta(minutes=1))
    assert client.post(page(acme, "reinstate"), {"note": "remedied"}).status_code == 302
    assert "company_not_licensed" not in verdict(acme, ANA, later)
    assert {row.change for row in acme.changes.all()} >= {"suspended", "reinstated"}
    assert acme.changes.first().user.username == "supervisor@regulator.example"


def test_it_adds_numbers_with_proof_and_removes_them(acme, moment, now):
    client = desk("administrator")
    lines = "+861065550000..+861065550099\n95588\n"
    answer = client.post(page(acme, "add-callers"), {"callers": lines, "proof": proof()})
    assert answer.status_code == 302, answer.text
    document = Document.objects.get()
    held = Caller.objects.as_of(moment).filter(company=acme, proof=document)
    assert held.count() == 101
    text = client.get(page(acme)).text
    assert "101 calling numbers added" in text
    assert "contract.pdf" in text
    file = client.get(f"/desk/documents/{document.pk}/")
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Disposition"].startswith("attachment")
    now.shift(timedelta(minutes=1))
    later = Moment.of(moment.at + timedelta(minutes=1))
    removal = page(acme, "remove-callers")
    assert client.post(removal, {"callers": "+861065550000..+861065550098"}).status_code == 302
    assert Caller.objects.as_of(later).filter(company=acme, proof=document).count() == 2
    assert client.post(removal, {"callers": "+861065550000"}).status_code == 422


@pytest.mark.parametrize(
    ("callers", "content", "status", "says"),
    [
        ("95588", b"just text", 422, "PDF"),
        ("95588\nabc", PDF, 400, "Line 2"),
        ("", PDF, 400, "required"),
        ("+861065554321", PDF, 409, "another company"),
    ],
)
def test_it_refuses_what_cannot_be_added(acme, bolt, callers, content, status, says):
    answer = desk("administrator").post(
        page(acme, "add-callers"), {"callers": callers, "proof": proof(content)}
    )
    assert answer.status_code == status
    assert says in answer.text
    assert Caller.objects.filter(company=acme).count() == 1
    assert not Document.objects.exists()


def test_a_document_that_is_not_there(acme):
    assert desk("observer").get("/desk/documents/999/").status_code == 404


COMPANIES = "name,registration,sectors\nDelta,9111,insurance\n,9112,\n"


def test_a_list_is_previewed_then_loaded(db):
    client = desk("administrator")
    answer = client.post("/desk/lists/companies/", {"file": io.BytesIO(COMPANIES.encode())})
    assert "What would be done" in answer.text
    assert "name_malformed" in answer.text
    assert not Company.objects.exists()
    token = answer.context["token"]
    other = desk("administrator", "eve@regulator.example")
    assert other.post("/desk/lists/companies/", {"token": token}).status_code == 404
    assert client.post("/desk/lists/callers/", {"token": token}).status_code == 404
    answer = client.post("/desk/lists/companies/", {"token": token})
    assert "What was done" in answer.text
    assert Company.objects.get().name == "Delta"
    address = reverse("desk-import-rejects", args=[answer.context["rejects"]])
    assert b"name_malformed" in b"".join(client.get(address).streaming_content)
    assert other.get(address).status_code == 404
    assert client.post("/desk/lists/companies/", {"token": token}).status_code == 404, "its file is gone"


def test_numbers_are_loaded(acme, moment):
    client = desk("administrator")
    text = f"company,number\ncom_{acme.pk},400812300X\n"
    answer = client.post("/desk/lists/callers/", {"file": io.BytesIO(text.encode()), "region": "CN"})
    client.post("/desk/lists/callers/", {"token": answer.context["token"]})
    assert Caller.objects.as_of(moment).filter(company=acme).count() == 11


@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("companies", "supervisor", 403),
        ("callers", "observer", 403),
        ("complaints", "analyst", 403),
        ("complaints", "case_officer", 200),
        ("people", "administrator", 404),
    ],
)
def test_lists_are_for_their_roles(db, kind, role, status):
    client = desk(role)
    assert client.get(f"/desk/lists/{kind}/").status_code == status
    assert client.post(f"/desk/lists/{kind}/", {}).status_code == (400 if status == 200 else status)


@pytest.mark.parametrize("content", [b"registration\n1\n", b"PK\x03\x04spread", b"\x00\x01\x02\x03" * 99])
def test_a_file_that_is_no_list(db, content):
    answer = desk("administrator").post("/desk/lists/companies/", {"file": io.BytesIO(content)})
    assert answer.status_code == 422
