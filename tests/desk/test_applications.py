"""Applications for a licence: received, sent back, amended, approved or refused, each step with who, when and why."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import applications, companies, ids, suspensions
from registry.models import Application, Caller, Company, Licence
from registry.periods import Moment
from tests.desk.house import desk, member
from tests.desk.test_companies import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_rest(now, files):
    """The clock stands still; files lie in a folder of the test."""


def asked(**changes) -> dict:
    return {
        "name": "Delta Insurance", "registration": "9111", "region": "CN-SH", "sectors": ["insurance"],
        "callers": "95588\n400812300X", "document": SimpleUploadedFile("proof.pdf", PDF),
        "contact_name": "Li Na", "contact": "li.na@delta.example",
    } | changes  # fmt: skip


@pytest.fixture
def filed():
    """An application on record."""
    answer = desk("supervisor").post("/desk/applications/new/", asked())
    row = Application.objects.get()
    assert answer.url == f"/desk/applications/{ids.public('app', row.pk)}/"
    return row


def act(row, slug: str, role: str = "supervisor", **data):
    return desk(role).post(f"/desk/applications/{ids.public('app', row.pk)}/{slug}/", data)


def test_an_approval_enters_licenses_and_registers(filed, moment):
    answer = act(filed, "approve", ends="2026-12-31", conditions="Two calls a month", text="complete")
    company = Company.objects.get()
    assert answer.url == f"/desk/companies/{ids.public('com', company.pk)}/"
    assert (company.name, company.registration, company.region) == ("Delta Insurance", "9111", "CN-SH")
    licence = Licence.objects.as_of(moment).get()
    assert (licence.sector, licence.conditions, licence.note) == (
        "insurance",
        "Two calls a month",
        "complete",
    )
    held = Caller.objects.as_of(moment).filter(company=company, proof__company=company)
    assert held.count() == 11
    filed.refresh_from_db()
    assert (filed.state, filed.company) == ("approved", company)
    step = filed.steps.last()
    assert (step.step, step.user.username, step.at) == ("approve", "supervisor@regulator.example", moment.at)
    assert act(filed, "refuse", text="too late").status_code == 409


def test_it_is_sent_back_amended_and_refused(filed):
    assert act(filed, "return").status_code == 400
    assert act(filed, "return", text="The contract is missing").status_code == 302
    assert act(filed, "approve").status_code == 409
    address = f"/desk/applications/{ids.public('app', filed.pk)}/"
    text = desk("observer").get(address).text
    assert "The contract is missing" in text
    assert "400812300" not in text, "numbers are shown masked"
    assert "Delta Insurance" in desk("supervisor").get(f"{address}amend/").text
    answer = act(filed, "amend", **asked(sectors=["insurance", "finance"], document=""))
    assert answer.status_code == 302
    filed.refresh_from_db()
    assert (filed.state, filed.sectors) == ("received", ["insurance", "finance"])
    assert filed.document is not None
    assert act(filed, "refuse", text="No such company").status_code == 302
    filed.refresh_from_db()
    assert filed.state == "refused"
    assert not Company.objects.exists()
    assert [step.step for step in filed.steps.all()] == ["file", "return", "amend", "refuse"]


def test_an_approval_that_fails_leaves_nothing(filed, acme, moment):

    companies.add_caller(company=acme, number=8695588, moment=moment)
    answer = act(filed, "approve")
    assert answer.status_code == 409
    assert "another company" in answer.text
    assert list(Company.objects.all()) == [acme]
    filed.refresh_from_db()
    assert filed.state == "received"


@pytest.mark.parametrize("role", ["observer", "analyst", "case_officer"])
def test_it_is_for_who_may_license(filed, role):
    assert desk(role).get("/desk/applications/new/").status_code == 403
    assert desk(role).post("/desk/applications/new/", asked()).status_code == 403
    assert act(filed, "approve", role).status_code == 403
    assert desk(role).get("/desk/applications/").status_code == 200
    assert not Company.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"sectors": []}, {"name": ""}, {"region": "Shanghai"}, {"callers": "abc"}, {"contact": ""}],
)
def test_it_refuses_what_is_incomplete(changes):
    assert desk("supervisor").post("/desk/applications/new/", asked(**changes)).status_code == 400
    assert not Application.objects.exists()


def test_it_takes_no_document_that_is_none():
    broken = SimpleUploadedFile("proof.pdf", b"just text")
    assert desk("supervisor").post("/desk/applications/new/", asked(document=broken)).status_code == 422
    assert not Application.objects.exists()


@pytest.mark.parametrize(("query", "there"), [({"state": "received"}, True), ({"state": "refused"}, False)])
def test_it_lists_by_state(filed, query, there):
    assert ("Delta Insurance" in desk("observer").get("/desk/applications/", query).text) == there


def test_it_knows_what_is_missing(db):
    client = desk("supervisor")
    for address in ("app_999", "app_x", "app_999/approve"):
        assert client.get(f"/desk/applications/{address}/").status_code == 404


def test_a_company_that_is_in_the_register_is_not_entered_again(filed, acme, moment):
    Company.objects.filter(pk=acme.pk).update(registration="9111")
    suspensions.suspend(company=acme, sectors=["insurance"], moment=moment, note="Fraud")
    later = Moment.of(moment.at + timedelta(minutes=1))
    applications.approve(application_id=filed.pk, moment=later, user=member("supervisor"))
    filed.refresh_from_db()
    assert filed.company == acme
    assert Company.objects.filter(registration="9111").count() == 1
