"""The tracking page: where a complaint stands, by its code alone, and what it tells to whom."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from compliance import complaints
from compliance.models import Complaint
from tests.compliance.calls_made import called
from tests.compliance.complaints_made import CALLED_AT, filed, matched, noon, relayed
from tests.conftest import ANA, CLOCK
from tests.portal.conftest import sign_in


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def page(browser, row: Complaint) -> str:
    return text(browser.get(f"/complain/track/{row.tracking}/"))


def test_it_shows_each_step_with_its_clock(browser, acme):
    row = relayed()
    shown = page(browser, row)
    assert "With the company" in shown
    assert "You filed it" in shown
    assert "Sent to the company" in shown
    assert "The company answers" in shown
    assert "31 March 2026" in shown
    assert "31 August 2020" in shown
    assert "in time" in shown
    assert f"{row.tracking[:4]}-{row.tracking[4:8]}" in shown
    assert "10 March 2026, 09:00" in shown


def test_it_shows_the_answer_as_text(browser, acme):
    row = relayed()
    complaints.answer(
        complaint_id=row.pk,
        company_id=acme.pk,
        text="Sorry.\n<b>Really</b>",
        evidence=[],
        clock=noon("2026-03-09"),
    )
    shown = page(browser, row)
    assert "Answered" in shown
    assert "Sorry.<br>&lt;b&gt;Really" in shown


def test_it_says_that_a_clock_has_run_out(browser, acme, now):
    row = relayed()
    now.shift(timedelta(days=30))
    assert "overdue" in page(browser, row)


def test_it_tells_the_outcome(browser, db):
    row = filed()
    officer = get_user_model().objects.create_user("kim")
    complaints.close(
        complaint_id=row.pk, outcome="upheld", text="The company was fined.", clock=CLOCK, user=officer
    )
    shown = page(browser, row)
    assert "You were right." in shown
    assert "The company was fined." in shown
    assert "kim" not in shown
    assert "Take the complaint back" not in shown


@pytest.mark.parametrize(("proven", "told"), [(True, True), (False, False)])
def test_it_tells_of_calls_in_logs_only_the_holder_of_the_number(browser, acme, proven, told):
    """A stranger who complains in Ana's name learns nothing of who called her."""
    called(acme, CALLED_AT)
    shown = page(browser, matched(filed(caller=None, proven=proven, tolerance=timedelta(minutes=10))))
    assert ("had not asked this register before" in shown) is told
    assert ("Acme" in shown) is told
    assert ("With the company" in shown) is told


def test_it_tells_anybody_whose_the_calling_number_is(browser, acme):
    assert "Acme" in page(browser, matched(filed(proven=False)))


def test_it_masks_the_number_called(browser, acme):
    shown = page(browser, relayed())
    assert "+86138****8000" in shown
    assert str(ANA) not in shown
    assert "+861065551234" in shown


@pytest.mark.parametrize(("proven", "state"), [(True, "With the company"), (False, "Joined")])
def test_it_follows_the_complaint_it_was_joined_to_for_the_same_person_only(browser, acme, proven, state):
    first = relayed()
    again = filed(proven=proven)
    if not proven:
        officer = get_user_model().objects.create_user("kim")
        complaints.join(complaint_id=again.pk, to_id=first.pk, user=officer, clock=CLOCK)
        again.refresh_from_db()
    assert again.state == "joined"
    assert f"<h1>{state}</h1>" in page(browser, again)


@pytest.mark.parametrize(
    ("category", "shown"), [("commercial", False), ("malicious", True), ("illegal", True)]
)
def test_it_says_where_to_turn_as_well(browser, acme, category, shown):
    assert ('href="tel:110"' in page(browser, filed(category=category))) is shown


def test_it_is_kept_out_of_caches_and_searches(browser, db):
    answer = browser.get(f"/complain/track/{filed().tracking}/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert 'name="robots" content="noindex"' in text(answer)


def test_it_is_found_by_the_code_as_people_write_it(browser, db):
    row = filed()
    code = row.tracking
    answer = browser.post("/complain/track/", {"code": f" {code[:4].lower()}-{code[4:8]} {code[8:]} "})
    assert (answer.status_code, answer.url) == (302, f"/complain/track/{code}/")
    assert browser.get(f"/complain/track/{code.lower()}/").url == f"/complain/track/{code}/"


@pytest.mark.parametrize("code", ["", "nonsense", "cmp_1", "1", "ABCDEFGHJKMNPQRS"])
def test_it_knows_no_other_code(browser, code):
    filed()
    assert browser.post("/complain/track/", {"code": code}).status_code == 422
    assert browser.get(f"/complain/track/{code or 'x'}/").status_code == 404


def test_it_limits_guesses(browser, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"lookup": (2, 60)}
    row = filed()
    for _ in range(2):
        assert browser.get("/complain/track/WRONGWRONGWRONGW/").status_code == 404
    assert browser.get(f"/complain/track/{row.tracking}/").status_code == 429


def test_it_is_taken_back(browser, acme):
    row = relayed()
    address = f"/complain/track/{row.tracking}/withdraw/"
    assert browser.get(address).status_code == 405
    shown = text(browser.post(address, follow=True))
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "You have taken the complaint back." in shown
    assert "Take the complaint back" not in shown
    assert browser.post(address).status_code == 409


def test_it_lists_a_persons_own(ana_at_home, acme, monkeypatch):
    monkeypatch.setattr("compliance.portal.complaints.PAGE", 2)
    rows = [filed(caller=861065550000 + n) for n in range(3)]
    filed(number=ANA + 1)
    filed(proven=False)
    first = ana_at_home.get("/my/complaints/")
    assert [each.row.pk for each in first.context["complaints"]] == [rows[2].pk, rows[1].pk]
    second = ana_at_home.get("/my/complaints/", {"before": first.context["before"]})
    assert [each.row.pk for each in second.context["complaints"]] == [rows[0].pk]
    assert second.context["before"] is None
    assert ana_at_home.get("/my/complaints/", {"before": "9" * 30}).status_code == 200


def test_it_lists_nobodys_without_a_proven_number(browser):
    assert browser.get("/my/complaints/").url == "/sign-in/"


@pytest.mark.parametrize("path", ["/complain/", "/complain/track/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_speaks_both_languages(browser, path, language):
    browser.get(f"/language/{language}/")
    assert f'<html lang="{language}">' in text(browser.get(path))


def test_it_lets_the_holder_refuse_the_company(browser, acme):
    row = relayed()
    assert "/refusal/" not in page(browser, row)
    assert f"/my/companies/com_{acme.pk}/refusal/" in page(sign_in(browser), row)
    assert "/refusal/" not in page(sign_in(Client(), ANA + 1), row)


def test_it_says_that_it_was_filed_late(browser):
    row = filed(number=919820098200, called_at=CLOCK - timedelta(days=9))
    assert "filed later after the call" in page(browser, row)
