"""A person leaves: what goes, what stays, and that what stays is said."""

from datetime import timedelta

import pytest
from django.utils.crypto import salted_hmac

from registry import consents, opt_outs
from registry.models import Consent, Erasure, InboundMessage, NumberProof, OptOut, Subscriber
from registry.periods import Moment
from tests.conftest import ANA


@pytest.fixture
def past(acme, moment, ana_at_home):
    """A refusal, a claimed consent, a revoked one, a text: of Ana, and of somebody else."""
    then = Moment.of(moment.at - timedelta(days=1))
    for number in (ANA, ANA + 1):
        opt_outs.register(number=number, scope="all", source="portal", moment=then)
        for reference, sector in (("a", "insurance"), ("b", "finance")):
            row, _ = consents.record(
                company=acme, number=number, sectors=[sector], channels=["live"], given_at=then.at, method="sms",
                notice_text="Yes?", evidence=[], reference=f"{reference}{number}", moment=then,
            )  # fmt: skip
        consents.revoke(record_id=row.record_id, moment=then)
        InboundMessage.objects.create(
            kind="sms", message_id=str(number), number=number, action="status", reply="", received_at=then.at
        )


def text(answer) -> str:
    return answer.content.decode()


def test_it_says_what_goes_and_what_stays(ana_at_home, past):
    page = text(ana_at_home.get("/my/erasure/"))
    assert "1 refusal in force" in page
    assert "1 consent that a company claims" in page
    assert "at least 5 months" in page


def test_it_erases_the_person_and_keeps_the_protection(ana_at_home, past, clock):
    answer = ana_at_home.post("/my/erasure/", {"sure": "on"})
    page = text(answer)
    assert "You are deleted" in page
    assert "They stay in force and protect the number." in page
    assert not Subscriber.objects.exists()
    assert not NumberProof.objects.filter(number=ANA).exists()
    assert [row.number for row in InboundMessage.objects.all()] == [ANA + 1]
    assert OptOut.objects.current().filter(number=ANA, valid__upper_inf=True).count() == 1
    assert ana_at_home.get("/my/").url == "/sign-in/"
    row = Erasure.objects.get()
    assert row.at == clock
    assert row.removed["subscribers"] == 1
    assert row.digest == salted_hmac("registry.erasure", str(ANA), algorithm="sha256").hexdigest()


def test_it_takes_consents_and_refusals_back_where_one_wants(ana_at_home, past, clock):
    page = text(
        ana_at_home.post("/my/erasure/", {"sure": "on", "end_refusals": "on", "revoke_consents": "on"})
    )
    assert "1 taken back" in page
    assert "1 ended" in page
    assert not OptOut.objects.current().filter(number=ANA, valid__upper_inf=True).exists()
    in_effect = Consent.objects.as_of(Moment.of(clock + timedelta(seconds=1)))
    assert {row.status for row in in_effect.filter(number=ANA)} == {"revoked"}
    # Nobody else's.
    assert {row.status for row in in_effect.filter(number=ANA + 1)} == {"recorded", "revoked"}
    assert OptOut.objects.current().filter(number=ANA + 1, valid__upper_inf=True).count() == 1


def test_it_wants_to_be_sure(ana_at_home, past):
    answer = ana_at_home.post("/my/erasure/", {})
    assert answer.status_code == 422
    assert "Tick this if you are sure" in text(answer)
    assert Subscriber.objects.exists()
    assert not Erasure.objects.exists()
