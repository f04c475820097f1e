"""A person refuses everything, sectors, kinds of call, times or companies; takes it back; and it binds at once."""

from datetime import timedelta

import pytest

from registry import consents, opt_outs
from registry.codes import CHANNELS
from registry.models import Consent, OptOut
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA
from tests.portal.conftest import sign_in


def text(answer) -> str:
    return answer.content.decode()


def standing(number=ANA):
    return OptOut.objects.current().filter(number=number, valid__upper_inf=True)


def verdict(acme, clock, channel="live") -> tuple[str, ...]:
    """What Acme is told a second later."""
    question = Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, CHANNELS.index(channel))
    (answer,) = check([question], Moment.of(clock + timedelta(seconds=1)))
    return answer.decision.reasons


def test_it_refuses_everything_with_one_tap(ana_at_home, acme, clock):
    answer = ana_at_home.post("/my/opt-outs/")
    row = standing().get()
    assert (row.scope, row.channels, row.source, row.said_at) == ("all", list(CHANNELS), "portal", clock)
    assert answer.url == f"/my/opt-outs/?done=opt_{row.record_id}"
    assert verdict(acme, clock)[0] == "opted_out_of_all"
    page = text(ana_at_home.get(answer.url))
    assert "Refused:" in page
    assert "Undo" in page
    assert "You refuse all sales calls" in text(ana_at_home.get("/my/"))


def test_it_refuses_once_however_often_one_taps(ana_at_home):
    ana_at_home.post("/my/opt-outs/")
    assert ana_at_home.post("/my/opt-outs/").url == "/my/opt-outs/"
    assert standing().count() == 1


def test_it_takes_back_and_puts_back(ana_at_home, now):
    ana_at_home.post("/my/opt-outs/")
    record = standing().get().record_id
    now.shift(timedelta(minutes=1))
    answer = ana_at_home.post(f"/my/opt-outs/opt_{record}/withdrawal/")
    assert not standing().exists()
    assert "Taken back:" in text(ana_at_home.get(answer.url))
    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/opt-outs/opt_{record}/renewal/")
    assert standing().get().record_id != record
    # Twice in a row is as well as once.
    ana_at_home.post(f"/my/opt-outs/opt_{record}/withdrawal/")
    ana_at_home.post(f"/my/opt-outs/opt_{record}/renewal/")
    assert standing().count() == 1


def test_it_shows_the_history_on_both_clocks(ana_at_home, moment, now):
    said = moment.at - timedelta(days=2)
    row = opt_outs.register(number=ANA, scope="all", source="carrier", said_at=said, moment=moment)
    now.shift(timedelta(minutes=5))
    ana_at_home.post(f"/my/opt-outs/opt_{row.record_id}/withdrawal/")
    page = text(ana_at_home.get(f"/my/opt-outs/opt_{row.record_id}/"))
    assert "8 March 2026, 10:00" in page  # in China's time
    assert "On record here since 10 March 2026, 10:00" in page
    assert "through your carrier" in page
    assert "Ended: taken back, or said anew" in page
    assert "10 March 2026, 10:05" in page


def test_it_refuses_sectors_that_are_ticked_and_takes_back_what_is_not(ana_at_home, acme, clock, now):
    ana_at_home.post("/my/opt-outs/sectors/", {"name": ["insurance", "food", "nonsense"]})
    assert sorted(row.sector for row in standing()) == ["food", "insurance"]
    assert verdict(acme, clock)[0] == "opted_out_of_sector"
    assert text(ana_at_home.get("/my/opt-outs/sectors/")).count(" checked>") == 2
    now.shift(timedelta(minutes=1))
    ana_at_home.post("/my/opt-outs/sectors/", {"name": ["food", "travel"]})
    assert sorted(row.sector for row in standing()) == ["food", "travel"]
    assert OptOut.objects.filter(sector="food").count() == 1  # left as it was


def test_it_refuses_kinds_of_call(ana_at_home, acme, clock):
    ana_at_home.post("/my/opt-outs/channels/", {"name": ["sms", "prerecorded"]})
    assert sorted(row.channels for row in standing()) == [["prerecorded"], ["sms"]]
    assert "opted_out_of_channel" in verdict(acme, clock, "sms")
    assert "opted_out_of_channel" not in verdict(acme, clock, "live")


def test_it_keeps_the_others_when_one_kind_of_several_is_wanted_again(ana_at_home, moment, now):
    opt_outs.register(
        number=ANA, scope="all", channels=["sms", "prerecorded"], source="carrier", moment=moment
    )
    now.shift(timedelta(minutes=1))
    ana_at_home.post("/my/opt-outs/channels/", {"name": ["prerecorded"]})
    assert [row.channels for row in standing()] == [["prerecorded"]]


def test_it_refuses_days_and_hours(ana_at_home):
    form = {"days": ["sat", "sun", "holiday"], "begins": "1080", "ends": "1440", "channels": list(CHANNELS)}
    ana_at_home.post("/my/opt-outs/hours/", form)
    row = standing().get()
    assert (row.days, row.from_minute, row.to_minute) == (["sat", "sun", "holiday"], 1080, 1440)
    page = text(ana_at_home.get("/my/opt-outs/"))
    assert "Saturday, Sunday, Public holidays" in page
    assert "18:00–24:00" in page
    # That is no refusal of everything.
    assert "Refuse everything" in page


def test_it_suggests_times(ana_at_home):
    page = text(ana_at_home.get("/my/opt-outs/hours/?days=sat&days=sun&begins=1080&ends=x"))
    assert page.count(" checked") == 2 + len(CHANNELS)
    assert '<option value="1080" selected>18:00' in page
    assert '<option value="1440" selected>24:00' in page
    assert "06:00–08:00" not in page


def test_it_offers_the_bands_that_a_law_names(browser):
    page = text(sign_in(browser, 919876543210).get("/my/opt-outs/hours/"))
    assert "06:00–08:00" in page
    assert "?begins=1260&amp;ends=1440" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"begins": "600", "ends": "600"}, "must come after"),
        ({"days": []}, "a refusal of everything"),
        ({"channels": []}, "Tick at least one"),
        ({"days": ["someday"]}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong_with_hours(ana_at_home, change, said):
    form = {"days": ["sat"], "begins": "0", "ends": "1440", "channels": ["live"]} | change
    answer = ana_at_home.post("/my/opt-outs/hours/", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not standing().exists()


def test_it_finds_companies_and_refuses_one(ana_at_home, acme, bolt, carrier, clock):
    page = text(ana_at_home.get("/my/companies/?q=acme"))
    assert "Acme Insurance" in page
    assert "Bolt" not in page
    assert "Telco" not in text(ana_at_home.get("/my/companies/"))
    ana_at_home.post(f"/my/companies/com_{acme.pk}/refusal/")
    assert standing().get().company == acme
    assert verdict(acme, clock)[0] == "opted_out_of_company"
    page = text(ana_at_home.get("/my/companies/?q=acme"))
    assert f"/my/opt-outs/opt_{standing().get().record_id}/withdrawal/" in page


def test_it_turns_pages(ana_at_home, moment):
    from registry import companies

    for place in range(21):
        companies.enter(name=f"Company {place:02d}", moment=moment)
    first, second = (text(ana_at_home.get(f"/my/companies/?page={n}")) for n in (1, 2))
    assert "Company 00" in first
    assert "Page 1 of 2" in first
    assert "Company 20" in second
    assert "Company 20" not in first


def test_it_answers_scripts_with_the_part_that_changes(ana_at_home, acme):
    part = text(ana_at_home.get("/my/companies/?q=acme", headers={"hx-request": "true"}))
    assert "<html" not in part
    assert "Acme Insurance" in part
    part = text(ana_at_home.post(f"/my/companies/com_{acme.pk}/refusal/", headers={"hx-request": "true"}))
    assert part.strip().startswith("<li")
    assert "refused" in part


def test_it_lets_one_company_call_although_all_are_refused(ana_at_home, acme, clock, now):
    ana_at_home.post("/my/opt-outs/")
    ana_at_home.post(f"/my/companies/com_{acme.pk}/refusal/")
    now.shift(timedelta(minutes=1))
    answer = ana_at_home.post(
        f"/my/companies/com_{acme.pk}/permission/", {"sectors": ["insurance"], "channels": ["live"]}
    )
    row = Consent.objects.current().get(status="confirmed")
    assert answer.url == f"/my/consents/con_{row.record_id}/"
    assert "I let Acme Insurance contact me to sell" in row.notice.text
    assert verdict(acme, clock + timedelta(minutes=1)) == ("consent_on_record",)
    assert [kept.scope for kept in standing()] == ["all"]
    page = text(ana_at_home.get("/my/"))
    assert "1 consent still lets a company call" in page
    assert "What you agreed to on this site" in text(ana_at_home.get(answer.url))
    # And it ends as every consent does.
    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/consents/con_{row.record_id}/revoke/")
    assert verdict(acme, clock + timedelta(minutes=2))[0] == "opted_out_of_all"


def test_it_lets_no_company_call_without_a_licence(ana_at_home, bolt):
    assert "nothing you say can let it call" in text(
        ana_at_home.get(f"/my/companies/com_{bolt.pk}/permission/")
    )
    answer = ana_at_home.post(
        f"/my/companies/com_{bolt.pk}/permission/", {"sectors": ["real_estate"], "channels": ["live"]}
    )
    assert answer.status_code == 422
    assert not Consent.objects.exists()


def test_it_counts_no_consent_that_a_refusal_ended(ana_at_home, acme, moment):
    consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=moment.at - timedelta(days=1),
        method="sms", notice_text="Yes?", evidence=[], reference="r", moment=moment,
    )  # fmt: skip
    ana_at_home.post("/my/opt-outs/")
    assert "still lets" not in text(ana_at_home.get("/my/"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/my/opt-outs/{}/"),
        ("post", "/my/opt-outs/{}/withdrawal/"),
        ("post", "/my/opt-outs/{}/renewal/"),
    ],
)
def test_it_shows_and_changes_nobody_elses(ana_at_home, moment, method, path):
    row = opt_outs.register(number=ANA + 1, scope="all", source="portal", moment=moment)
    assert getattr(ana_at_home, method)(path.format(f"opt_{row.record_id}")).status_code == 404
    assert getattr(ana_at_home, method)(path.format("opt_999999")).status_code == 404
    assert getattr(ana_at_home, method)(path.format("nonsense")).status_code == 404
    assert standing(ANA + 1).count() == 1


@pytest.mark.parametrize("path", ["com_999999", "nonsense"])
def test_it_refuses_no_company_that_is_not_there(ana_at_home, path):
    assert ana_at_home.post(f"/my/companies/{path}/refusal/").status_code == 404
    assert ana_at_home.get(f"/my/companies/{path}/permission/").status_code == 404


def test_it_refuses_no_carrier(ana_at_home, carrier):
    assert ana_at_home.post(f"/my/companies/com_{carrier.pk}/refusal/").status_code == 404


def test_it_keeps_two_people_apart(ana_at_home, browser):
    ana_at_home.post("/my/opt-outs/")
    from django.test import Client

    other = sign_in(Client(), ANA + 1)
    assert "You have refused no sales calls" in text(other.get("/my/"))
