"""A person does not accept what a company answered, or what was decided: once each, in time, and an officer looks."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from compliance import complaints
from compliance.complaint_clocks import OBJECT_WITHIN
from compliance.errors import ComplaintNotOpen
from compliance.models import Complaint
from tests.compliance.complaints_made import noon, relayed, steps
from tests.conftest import ANA, CLOCK


@pytest.fixture
def officer(db):
    return get_user_model().objects.create_user("kim")


@pytest.fixture
def answered(acme, browser):
    """Acme has answered Ana's complaint, and she was told."""
    row = relayed()
    complaints.answer(complaint_id=row.pk, company_id=acme.pk, text="You agreed.", evidence=[], clock=CLOCK)
    complaints.notify(complaint_id=row.pk, text="page", clock=CLOCK)
    row.refresh_from_db()
    return row


def object_to(browser, row, text="I did not."):
    return browser.post(f"/complain/track/{row.tracking}/object/", {"text": text})


def page(browser, row) -> str:
    return browser.get(f"/complain/track/{row.tracking}/").content.decode()


def close(row, officer, clock: datetime = CLOCK):
    complaints.close(complaint_id=row.pk, outcome="not_upheld", text="Permitted.", clock=clock, user=officer)


def test_it_goes_to_an_officer_with_a_clock(answered, browser):
    assert "I do not accept this" in page(browser, answered)

    answer = object_to(browser, answered, "I did <b>not</b>.")

    shown = browser.get(answer.url).content.decode()
    assert "An officer decides" in shown
    assert "I did &lt;b&gt;not&lt;/b&gt;." in shown
    assert "I do not accept this" not in shown
    row = Complaint.objects.get()
    # As long as a company has: fifteen working days of China.
    assert (row.state, row.clock, row.due_at.isoformat()) == (
        "objected",
        "decide",
        "2026-03-31T16:00:00+00:00",
    )
    assert steps(row) == ["file", "relay", "answer", "notify", "object"]


def test_it_is_done_once_after_an_answer_and_once_after_the_decision(answered, browser, officer):
    object_to(browser, answered)
    assert object_to(browser, answered).status_code == 409
    close(answered, officer)
    assert "I do not accept this" in page(browser, answered)
    object_to(browser, answered, "It is not.")
    row = Complaint.objects.get()
    assert (row.state, row.outcome) == ("objected", "")
    close(answered, officer)
    assert "I do not accept this" not in page(browser, answered)
    assert object_to(browser, answered).status_code == 409
    assert steps(row).count("object") == 2


def test_it_may_go_back_to_the_company_and_is_then_not_objected_to_again(answered, browser, officer, acme):
    object_to(browser, answered)
    complaints.relay(complaint_id=answered.pk, clock=CLOCK, user=officer)
    complaints.answer(complaint_id=answered.pk, company_id=acme.pk, text="Sorry.", evidence=[], clock=CLOCK)
    assert object_to(browser, answered).status_code == 409


def test_it_has_its_time(answered, browser, now):
    assert complaints.object_by(answered) == CLOCK + OBJECT_WITHIN
    now.shift(OBJECT_WITHIN)
    assert "I do not accept this" not in page(browser, answered)
    assert object_to(browser, answered).status_code == 409
    now.shift(-timedelta(seconds=1))
    assert object_to(browser, answered).status_code == 302


def test_it_has_nothing_to_object_to_before_an_answer(acme, browser):
    row = relayed()
    assert "I do not accept this" not in page(browser, row)
    with pytest.raises(ComplaintNotOpen):
        complaints.object_to(complaint_id=row.pk, text="", clock=noon("2026-03-11"))


def test_it_takes_no_novel(answered, browser):
    assert object_to(browser, answered, "x" * 5001).status_code == 422
    assert Complaint.objects.get().state == "notified"


def test_it_knows_no_other_code(answered, browser):
    assert browser.post("/complain/track/AAAABBBBCCCCDDDD/object/", {"text": ""}).status_code == 404
    assert browser.get(f"/complain/track/{answered.tracking}/object/").status_code == 405
    assert Complaint.objects.get(number=ANA).state == "notified"
