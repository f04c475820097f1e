"""Somebody acts for a number that is not theirs: by its holder's leave, within it, while it lasts, and seen by them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from registry import carers, consents
from registry.errors import InvalidInput
from registry.models import Carer, CarerAct, Consent, OptOut
from registry.periods import Moment
from tests.conftest import ANA
from tests.portal.conftest import sign_in

BEN = ANA + 1


def text(answer) -> str:
    return answer.content.decode()


def appoint(browser, scope="refusals", days="182"):
    return browser.post("/my/carers/", {"number": f"+{BEN}", "scope": scope, "days": days})


@pytest.fixture
def ben(ana_at_home):
    """Ben, signed in with his own number, whom Ana lets refuse calls for her."""
    appoint(ana_at_home)
    return sign_in(Client(), BEN)


def act(browser):
    return browser.post(f"/my/acting/{Carer.objects.latest('pk').pk}/")


def standing(number):
    return OptOut.objects.current().filter(number=number, valid__upper_inf=True)


def test_it_lets_somebody_refuse_calls_for_another(ben, ana_at_home):
    assert "You may act for others" in text(ben.get("/my/"))
    act(ben)
    page = text(ben.get("/my/"))
    assert "You act for" in page
    assert "138****8000" in page
    ben.post("/my/opt-outs/")
    assert standing(ANA).exists()
    assert not standing(BEN).exists()
    seen = text(ana_at_home.get("/my/carers/"))
    assert "138****8001" in seen
    assert "Refused all sales calls" in seen
    ben.post("/my/acting/0/")
    ben.post("/my/opt-outs/")
    assert standing(BEN).exists()
    # What he does for himself is nobody's business.
    assert [row.what for row in CarerAct.objects.order_by("pk")] == ["opt-outs", "acting"]


@pytest.mark.parametrize(
    "path", ["/my/consents/", "/my/asked/", "/my/erasure/", "/my/carers/", "/my/companies/com_1/permission/"]
)
def test_it_keeps_within_what_was_let(ben, path):
    act(ben)
    assert ben.get(path).status_code == 403
    assert ben.post(path, {"sure": "on"}).status_code == 403


def test_it_lets_one_answer_for_consents_where_that_was_let(ana_at_home, acme, moment):
    row, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=moment.at, method="sms",
        notice_text="Yes?", evidence=[], reference="r", moment=moment,
    )  # fmt: skip
    appoint(ana_at_home, scope="everything")
    ben = sign_in(Client(), BEN)
    act(ben)
    ben.post(f"/my/consents/con_{row.record_id}/dispute/")
    assert Consent.objects.current().get().status == "disputed"
    assert ben.get("/my/asked/").status_code == 200
    for path in ("/my/erasure/", "/my/carers/"):
        assert ben.get(path).status_code == 403


def test_it_notes_nothing_that_was_refused(ben):
    act(ben)
    ben.post("/my/opt-outs/hours/", {})
    ben.post("/my/opt-outs/opt_999/withdrawal/")
    assert not CarerAct.objects.exists()


def test_it_ends_when_its_holder_says_so(ben, ana_at_home):
    act(ben)
    ana_at_home.post(f"/my/carers/{Carer.objects.get().pk}/end/")
    # He is himself again, at once.
    ben.post("/my/opt-outs/")
    assert not standing(ANA).exists()
    assert standing(BEN).exists()
    assert act(ben).status_code == 404


def test_it_ends_by_itself(ana_at_home, now, clock):
    appoint(ana_at_home, days="30")
    now.shift(timedelta(days=29))
    ben = sign_in(Client(), BEN)
    act(ben)
    assert "You act for" in text(ben.get("/my/"))
    now.shift(timedelta(days=1))
    ben = sign_in(Client(), BEN)
    assert act(ben).status_code == 404
    assert "You may act for others" not in text(ben.get("/my/"))


def test_it_gives_way_to_a_newer_leave_of_the_same_pair(ana_at_home):
    appoint(ana_at_home)
    appoint(ana_at_home, scope="everything")
    assert Carer.objects.filter(ended_at=None).get().scope == "everything"


def test_it_is_nobody_elses_to_use_or_to_end(ben):
    stranger = sign_in(Client(), ANA + 2)
    carer = Carer.objects.get().pk
    assert stranger.post(f"/my/acting/{carer}/").status_code == 404
    assert stranger.post(f"/my/carers/{carer}/end/").status_code == 404
    assert Carer.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": f"+{ANA}"}, "That is your own number"),
        ({"number": ""}, "Enter your phone number"),
        ({"days": "3650"}, "Select a valid choice"),
        ({"scope": "all"}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong(ana_at_home, change, said):
    answer = ana_at_home.post(
        "/my/carers/", {"number": f"+{BEN}", "scope": "refusals", "days": "30"} | change
    )
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Carer.objects.exists()


def test_it_goes_with_whoever_is_deleted(ben, ana_at_home):
    ana_at_home.post("/my/erasure/", {"sure": "on"})
    assert not Carer.objects.exists()


def test_it_is_held_to_its_terms_below_the_pages(db, moment):
    with pytest.raises(InvalidInput):
        carers.appoint(ward=ANA, number=ANA, scope="refusals", lasts=timedelta(days=1), moment=moment)
    for lasts in (timedelta(), timedelta(days=367)):
        with pytest.raises(InvalidInput):
            carers.appoint(ward=ANA, number=BEN, scope="refusals", lasts=lasts, moment=moment)
    terms = {"ward": ANA, "scope": "refusals", "given_at": moment.at}
    for wrong, constraint in (
        ({"number": ANA, "expires_at": moment.at + timedelta(days=1)}, "carer_is_another"),
        ({"number": BEN, "expires_at": moment.at}, "carer_ends"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Carer.objects.create(**terms, **wrong)
    carers.appoint(ward=ANA, number=BEN, scope="refusals", lasts=timedelta(days=1), moment=moment)
    with pytest.raises(IntegrityError, match="carer_one_at_a_time"), transaction.atomic():
        Carer.objects.create(number=BEN, expires_at=moment.at + timedelta(days=1), **terms)
    assert not carers.in_force(Moment.of(moment.at - timedelta(days=1))).exists()
