"""A person sees what companies claim, with the words and the proof, and confirms, disputes or takes it back."""

from datetime import timedelta

import pytest

from registry import consents, relationships
from registry.codes import CHANNELS, SECTORS
from registry.models import Consent
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA

DIGEST = "ab" * 32


@pytest.fixture
def claim(acme, moment):
    """Acme claims, since last month, that Ana agreed to calls about insurance; the consent's public id."""
    then = Moment.of(moment.at - timedelta(days=30))
    row, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=CHANNELS, given_at=then.at, method="voice_recording",
        notice_text="You may call me about <b>insurance</b>.", evidence=[{"type": "recording", "sha256": DIGEST}],
        reference="form-1", source_url="https://acme.example/form", moment=then,
    )  # fmt: skip
    return f"con_{row.record_id}"


def text(answer) -> str:
    return answer.content.decode()


def status(consent: str, at) -> str:
    rows = list(Consent.objects.current().filter(record_id=int(consent[4:])))
    return consents.status(rows, at)


def reason(acme, at) -> str:
    (answer,) = check([Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)], Moment.of(at))
    return answer.decision.reasons[0]


def test_it_shows_what_is_claimed_with_words_and_proof(ana_at_home, claim):
    listed = text(ana_at_home.get("/my/consents/"))
    assert "Acme Insurance" in listed
    assert "Claimed by the company" in listed
    page = text(ana_at_home.get(f"/my/consents/{claim}/"))
    assert "You may call me about &lt;b&gt;insurance&lt;/b&gt;." in page
    assert DIGEST in page
    assert "Recorded during a call" in page
    assert "https://acme.example/form" in page
    assert "form-1" in page
    assert "1 claim you have not looked at" in text(ana_at_home.get("/my/"))


def test_it_takes_no_companys_word_for_a_consent_given_here(ana_at_home, acme, bolt, moment, now):
    """A reference that looks like the register's, or is the one of another consent, does not make it one."""
    given = consents.give(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], notice_text="I let Acme call.",
        moment=moment,
    )  # fmt: skip
    page = text(ana_at_home.get(f"/my/consents/con_{given.record_id}/"))
    assert "Given by you on this site" in page
    assert "The company&#x27;s proof" not in page
    assert "The company's proof" not in page
    now.shift(timedelta(minutes=1))
    for place, reference in enumerate(("register-abc", "register-abc-def", given.reference)):
        row, _ = consents.record(
            company=bolt, number=ANA, sectors=SECTORS[place : place + 1], channels=["live"], given_at=moment.at,
            method="web_form", notice_text="I let Bolt call.", evidence=[], reference=reference, moment=moment,
        )  # fmt: skip
        page = text(ana_at_home.get(f"/my/consents/con_{row.record_id}/"))
        assert "Given, as the company says" in page
        assert "I never agreed" in page


def test_it_disputes_with_one_tap_and_starts_the_companys_clock(ana_at_home, claim, acme, clock, now):
    answer = ana_at_home.post(f"/my/consents/{claim}/dispute/")
    page = text(ana_at_home.get(answer.url))
    assert "It carries no call of Acme Insurance any more" in page
    assert "The company must prove it" in page
    # 15 working days after 10 March 2026 in China end with 31 March.
    assert "until the end of 31 March 2026" in page
    assert status(claim, clock) == "disputed"
    assert reason(acme, clock + timedelta(seconds=1)) == "consent_disputed"
    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/consents/{claim}/confirm/")
    assert status(claim, clock + timedelta(minutes=1)) == "confirmed"


def test_it_takes_back(ana_at_home, claim, acme, clock):
    ana_at_home.post(f"/my/consents/{claim}/revoke/")
    assert status(claim, clock) == "revoked"
    assert reason(acme, clock + timedelta(seconds=1)) == "consent_revoked"
    page = text(ana_at_home.get(f"/my/consents/{claim}/"))
    assert "Taken back by you" in page
    assert "I take it back" not in page


def test_it_confirms(ana_at_home, claim, acme, clock):
    ana_at_home.post(f"/my/consents/{claim}/confirm/")
    assert status(claim, clock) == "confirmed"
    page = text(ana_at_home.get(f"/my/consents/{claim}/"))
    assert "Confirmed by you" in page
    assert "It is right" not in page


def test_it_says_so_where_a_step_is_not_open_any_more(ana_at_home, claim, now):
    ana_at_home.post(f"/my/consents/{claim}/revoke/")
    now.shift(timedelta(minutes=1))
    answer = ana_at_home.post(f"/my/consents/{claim}/dispute/")
    assert answer.status_code == 409
    assert "has changed meanwhile" in text(answer)


def test_it_shows_the_history(ana_at_home, claim, now):
    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/consents/{claim}/dispute/")
    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/consents/{claim}/revoke/")
    page = text(ana_at_home.get(f"/my/consents/{claim}/"))
    history = page[page.index("timeline") :]
    assert (
        history.index("Given, as the company says")
        < history.index("Disputed")
        < history.index("Taken back by you")
    )


def test_it_shows_an_expired_one_among_those_that_ended(ana_at_home, acme, moment, now):
    consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=moment.at - timedelta(days=9),
        expires_at=moment.at + timedelta(minutes=1), method="sms", notice_text="Yes?", evidence=[], reference="r",
        moment=moment,
    )  # fmt: skip
    assert "1 ended" not in text(ana_at_home.get("/my/consents/"))
    now.shift(timedelta(minutes=2))
    page = text(ana_at_home.get("/my/consents/"))
    assert "1 ended" in page
    assert "Expired" in page
    assert "It is right" not in page
    assert "recorded late" in text(ana_at_home.get(f"/my/consents/con_{Consent.objects.get().record_id}/"))


def test_it_shows_relationships_and_lets_one_refuse_the_company(ana_at_home, acme, moment):
    relationships.record(
        company=acme, number=ANA, kind="purchase", last_at=moment.at, reference="o", moment=moment, sector="insurance"
    )  # fmt: skip
    page = text(ana_at_home.get("/my/consents/"))
    assert "You bought something" in page
    assert "May carry calls until 10 September 2026" in page
    assert f"/my/companies/com_{acme.pk}/refusal/" in page


def test_it_shows_and_changes_nobody_elses(ana_at_home, acme, moment):
    row, _ = consents.record(
        company=acme, number=ANA + 1, sectors=["insurance"], channels=["live"], given_at=moment.at, method="sms",
        notice_text="Yes?", evidence=[], reference="r", moment=moment,
    )  # fmt: skip
    assert "Acme" not in text(ana_at_home.get("/my/consents/"))
    for consent in (f"con_{row.record_id}", "con_999999", "nonsense"):
        assert ana_at_home.get(f"/my/consents/{consent}/").status_code == 404
        assert ana_at_home.post(f"/my/consents/{consent}/revoke/").status_code == 404
    assert ana_at_home.post(f"/my/consents/con_{row.record_id}/settle/").status_code == 404
    assert Consent.objects.get().status == "recorded"
