"""A number that changed hands: its new holder learns nothing of the earlier one, and nobody acts by an old leave."""

from datetime import timedelta

import pytest

from compliance.models import Complaint
from registry import carers, consents, opt_outs, reassignments, relationships
from registry.models import Consent
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.compliance.calls_made import called
from tests.compliance.complaints_made import filed
from tests.conftest import ACME_CALLER, ANA
from tests.portal.conftest import sign_in

BEN = ANA + 1


@pytest.fixture
def before(acme, moment, browser):
    """What Acme did about the number, and its holder told, a month ago; it changed hands last week."""
    then = Moment.of(moment.at - timedelta(days=20))
    row, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=then.at, method="sms",
        notice_text="Words to somebody else.", evidence=[], reference="old", moment=then,
    )  # fmt: skip
    relationships.record(
        company=acme, number=ANA, kind="purchase", last_at=then.at, reference="o", sector="insurance", moment=then
    )  # fmt: skip
    check([Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)], then)
    called(acme, then.at + timedelta(minutes=1))
    filed(clock=then.at, called_at=then.at, text="Somebody else's words.")
    ended = opt_outs.register(number=ANA, scope="sector", sector="food", source="portal", moment=then)
    opt_outs.withdraw(record_id=ended.record_id, moment=Moment.of(then.at + timedelta(days=1)))
    opt_outs.register(number=ANA, scope="all", source="portal", moment=then)
    carers.appoint(ward=ANA, number=BEN, scope="everything", lasts=timedelta(days=90), moment=then)
    reassignments.record(
        number=ANA, changed_at=moment.at - timedelta(days=7), source="Telco", moment=Moment.of(moment.at)
    )
    return row.record_id


@pytest.mark.parametrize(
    "path",
    ["/my/", "/my/consents/", "/my/asked/", "/my/calls/", "/my/complaints/", "/my/carers/", "/my/erasure/",
     "/my/opt-outs/", "/my/companies/"],
)  # fmt: skip
def test_it_shows_nothing_of_the_earlier_holder(before, browser, path):
    page = sign_in(browser).get(path).content.decode()
    main = page.split("<main")[1]
    for told in (
        "Somebody else",
        "Words to",
        "has your consent",
        "You bought",
        "1 consent",
        "claim you",
        "complaint that",
    ):
        assert told not in main, told
    assert ("Acme Insurance" in main) == (path == "/my/companies/")
    assert "Food and drink" not in main
    assert "138****8001" not in main


def test_it_opens_no_consent_of_theirs(before, browser):
    sign_in(browser)
    assert browser.get(f"/my/consents/con_{before}/").status_code == 404
    assert browser.post(f"/my/consents/con_{before}/dispute/").status_code == 404


def test_it_keeps_the_refusal_that_stands_and_lets_it_be_taken_back(before, browser):
    page = sign_in(browser).get("/my/").content.decode()
    assert "You refuse all sales calls" in page


def test_it_leaves_the_earlier_holders_complaints_alone(before, browser):
    sign_in(browser).post(
        "/my/erasure/", {"sure": "on", "withdraw_complaints": "on", "revoke_consents": "on"}
    )
    row = Complaint.objects.get()
    assert (row.state, row.number, row.erase_at_end) == ("filed", ANA, False)
    assert Consent.objects.current().get(record_id=before).status == "recorded"


@pytest.mark.parametrize("moved", [ANA, BEN])
def test_it_ends_the_leave_of_a_carer_on_both_sides(browser, moment, moved):
    then = Moment.of(moment.at - timedelta(days=20))
    leave = carers.appoint(ward=ANA, number=BEN, scope="everything", lasts=timedelta(days=90), moment=then)
    sign_in(browser, BEN)
    assert browser.post(f"/my/acting/{leave.pk}/").status_code == 302
    reassignments.record(
        number=moved, changed_at=moment.at - timedelta(days=7), source="Telco", moment=Moment.of(moment.at)
    )
    assert not carers.in_force(moment).exists()
    page = browser.get("/my/").content.decode()
    assert "You act for" not in page
    assert browser.post(f"/my/acting/{leave.pk}/").status_code == 404
