"""A dispute from the first tap to its end: the company's answer, the person's objection, the officer's word."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import companies, consents, disputes
from registry.api import access
from registry.codes import CHANNELS
from registry.errors import ConsentNotOpen
from registry.models import Consent, DisputeStep
from registry.periods import Moment
from tests.conftest import ANA
from tests.portal.conftest import sign_in
from tests.registry.api import Api, problem

ANSWER = {"text": "You ticked <b>the box</b>.", "evidence": [{"type": "screenshot", "sha256": "AB" * 32}]}


@pytest.fixture
def api(acme, moment, now) -> Api:
    """Acme's program."""
    access.forget_all()
    return Api(companies.issue_key(company=acme, moment=moment, scopes=("consent", "read"))[1])


def claimed(company, number, then, reference="form-1"):
    """A consent that a company claims."""
    row, _ = consents.record(
        company=company, number=number, sectors=["insurance"], channels=CHANNELS, given_at=then.at, method="web_form",
        notice_text="You may call me.", evidence=[{"type": "page", "sha256": "0" * 64}], reference=reference,
        moment=then,
    )  # fmt: skip
    return row.record_id


@pytest.fixture
def disputed(acme, moment, ana_at_home, now):
    """Ana denies a consent that Acme claims; its record id. Ten minutes pass."""
    record = claimed(acme, ANA, Moment.of(moment.at - timedelta(days=30)))
    ana_at_home.post(f"/my/consents/con_{record}/dispute/")
    now.shift(timedelta(minutes=10))
    return record


def text(answer) -> str:
    return answer.content.decode()


def status(record: int) -> str:
    return Consent.objects.current().filter(record_id=record).order_by("-valid").first().status


def test_it_shows_the_company_what_to_answer_and_until_when(api, disputed):
    (row,) = api.get("/consents", {"status": "disputed"}).json()["items"]
    assert row["id"] == f"con_{disputed}"

    dispute = api.get(f"/consents/con_{disputed}").json()["dispute"]

    # Fifteen working days of China after 10 March, to the end of the last one.
    assert dispute == {
        "since": "2026-03-10T02:00:00Z",
        "answer_by": "2026-03-31T16:00:00Z",
        "objected": False,
        "responses": [],
    }


def test_it_shows_the_person_the_answer(api, disputed, ana_at_home):
    response = api.post(f"/consents/con_{disputed}/responses", ANSWER)

    step = DisputeStep.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": f"dis_{step.pk}",
        "text": ANSWER["text"],
        "evidence": [{"type": "screenshot", "sha256": "ab" * 32}],
        "created_at": "2026-03-10T02:10:00Z",
        "in_time": True,
    }
    page = text(ana_at_home.get(f"/my/consents/con_{disputed}/"))
    assert "The company has answered" in page
    assert "You ticked &lt;b&gt;the box&lt;/b&gt;." in page
    assert "in time" in page
    # Its digest is not the one that came with the consent.
    assert "not on record with the consent" in page
    assert "see what it says" in text(ana_at_home.get("/my/consents/"))
    assert status(disputed) == "disputed"


def test_it_lets_the_person_object_once_and_no_company_after_that(api, disputed, ana_at_home):
    api.post(f"/consents/con_{disputed}/responses", ANSWER)

    answer = ana_at_home.post(f"/my/consents/con_{disputed}/", {"text": "I have no computer."})

    page = text(ana_at_home.get(answer.url))
    assert "An officer decides" in page
    assert "You objected to its answer" in page
    assert DisputeStep.objects.get(step="object").text == "I have no computer."
    assert ana_at_home.post(f"/my/consents/con_{disputed}/", {"text": "Again."}).status_code == 409
    problem(api.post(f"/consents/con_{disputed}/responses", ANSWER), 409, "consent_not_open")
    assert api.get(f"/consents/con_{disputed}").json()["dispute"]["objected"] is True
    assert DisputeStep.objects.count() == 2


def test_it_is_over_when_the_person_accepts(api, disputed, ana_at_home):
    api.post(f"/consents/con_{disputed}/responses", ANSWER)
    ana_at_home.post(f"/my/consents/con_{disputed}/confirm/")

    assert status(disputed) == "confirmed"
    assert api.get(f"/consents/con_{disputed}").json()["dispute"] is None
    assert api.get("/consents", {"status": "disputed"}).json()["items"] == []
    problem(api.post(f"/consents/con_{disputed}/responses", ANSWER), 409, "consent_not_open")


def test_it_has_nothing_to_object_to_before_an_answer_or_after_the_time(api, disputed, ana_at_home, now):
    assert ana_at_home.post(f"/my/consents/con_{disputed}/", {"text": ""}).status_code == 409
    api.post(f"/consents/con_{disputed}/responses", ANSWER)
    now.shift(timedelta(days=disputes.OBJECT_WITHIN_DAYS))
    sign_in(ana_at_home)

    assert "I object to this answer" not in text(ana_at_home.get(f"/my/consents/con_{disputed}/"))
    assert ana_at_home.post(f"/my/consents/con_{disputed}/", {"text": ""}).status_code == 409
    assert not DisputeStep.objects.filter(step="object").exists()


def test_it_says_that_an_answer_is_late(api, disputed, ana_at_home, now):
    now.move_to(datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    sign_in(ana_at_home)
    assert "The company has not answered" in text(ana_at_home.get(f"/my/consents/con_{disputed}/"))

    assert api.post(f"/consents/con_{disputed}/responses", ANSWER).json()["in_time"] is False
    assert "late" in text(ana_at_home.get(f"/my/consents/con_{disputed}/"))


def test_it_begins_anew_where_the_person_disputes_again(api, disputed, ana_at_home, moment, now):
    api.post(f"/consents/con_{disputed}/responses", ANSWER)
    ana_at_home.post(f"/my/consents/con_{disputed}/", {"text": ""})
    consents.settle(record_id=disputed, moment=Moment.of(moment.at + timedelta(hours=2)))
    assert status(disputed) == "recorded"
    now.shift(timedelta(hours=3))
    sign_in(ana_at_home)
    ana_at_home.post(f"/my/consents/con_{disputed}/dispute/")

    assert api.get(f"/consents/con_{disputed}").json()["dispute"]["responses"] == []
    assert api.post(f"/consents/con_{disputed}/responses", ANSWER).status_code == 201


def test_it_is_nobody_elses(api, bolt, disputed, ana_at_home, moment):
    foreign = claimed(bolt, ANA, Moment.of(moment.at - timedelta(days=30)))
    consents.dispute(record_id=foreign, moment=moment)
    problem(api.post(f"/consents/con_{foreign}/responses", ANSWER), 404, "not_found")
    stranger = claimed(bolt, ANA + 1, Moment.of(moment.at - timedelta(days=30)), "form-2")
    consents.dispute(record_id=stranger, moment=moment)
    assert ana_at_home.post(f"/my/consents/con_{stranger}/", {"text": ""}).status_code == 404
    with pytest.raises(ConsentNotOpen):
        disputes.object_to(record_id=foreign, number=ANA, text="", moment=moment)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": " ", "evidence": []}, "/text"),
        ({"evidence": []}, "/text"),
        ({"text": "x", "evidence": [{"type": "page", "sha256": "12"}]}, "/evidence/0/sha256"),
    ],
)
def test_it_refuses_an_answer_that_says_nothing(api, disputed, body, pointer):
    problem(api.post(f"/consents/con_{disputed}/responses", body), 422, "invalid_input", pointer)


def test_it_refuses_other_methods_scopes_and_keys(api, disputed, acme, moment):
    assert api.get(f"/consents/con_{disputed}/responses").status_code == 405
    key = companies.issue_key(company=acme, moment=moment, scopes=("calls",))[1]
    problem(Api(key).post(f"/consents/con_{disputed}/responses", ANSWER), 403, "scope_missing")
    problem(Api().post(f"/consents/con_{disputed}/responses", ANSWER), 401, "not_authenticated")
    problem(api.get("/consents", {"status": "recorded"}), 422, "invalid_input", "/status")
