"""The pages of cases: the queue, opening, the steps by role, and a suspension that the next check sees."""

import pytest
from django.test import Client

from compliance.models import Case, CaseStep
from registry.models import Check
from tests.compliance.calls_made import agreed, asked
from tests.compliance.cases_made import OPENED, decided, found_against, opened, proposed
from tests.desk.house import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """The tests' present here: the day on which the case is opened."""
    return OPENED


def test_it_goes_from_violations_to_a_suspension_that_the_next_check_sees(now, acme):
    agreed(acme)
    (found,) = found_against(acme)
    officer, chief = desk("case_officer"), desk("supervisor", "chief@regulator.example")
    page = officer.get(f"/desk/companies/{acme.pk}/cases/open/")
    assert "Called without asking" in page.content.decode()
    sent = officer.post(f"/desk/companies/{acme.pk}/cases/open/", {"title": "No check", "violation": [found]})
    row = Case.objects.get()
    assert sent["Location"] == f"/desk/cases/{row.pk}/"

    def step(browser, name, **data):
        return browser.post(
            f"/desk/cases/{row.pk}/{name}/", {f"{name}-{key}": value for key, value in data.items()}
        )

    assert step(officer, "notify", text="You called.").status_code == 302
    assert step(officer, "respond", text="Sorry.").status_code == 302
    given = {"action": "suspend_new_outbound", "lasts": "90", "text": "It called on.", "why_other": "Many."}
    assert step(officer, "propose", **given).status_code == 302
    assert Check.objects.get(pk=asked(acme, OPENED)).allowed
    now.shift(60)
    assert step(officer, "decide", text="Yes.").status_code == 403
    assert step(chief, "decide", text="Yes.").status_code == 302
    now.shift(1)
    row.refresh_from_db()
    assert row.state == "decided"
    assert not Check.objects.get(pk=asked(acme, row.decided_at)).allowed
    page = officer.get(f"/desk/cases/{row.pk}/").content.decode()
    assert "Suspension of sales calls" in page
    letter = row.letters.get(kind="decision", language="en")
    sent = officer.get(f"/desk/cases/{row.pk}/letters/{letter.pk}/")
    assert (sent["Content-Type"], sent.content) == ("application/pdf", bytes(letter.pdf))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("observer", set()),
        ("analyst", set()),
        ("case_officer", {"gather", "assign", "notify"}),
        ("supervisor", {"gather", "assign", "notify", "withdraw"}),
    ],
)
def test_it_shows_a_role_the_steps_it_may_take(now, acme, role, may):
    row = opened(acme)
    answer = desk(role, f"{role}2").get(f"/desk/cases/{row.pk}/")
    assert answer.status_code == 200
    assert {step for step, _said, _form in answer.context["forms"]} == may


def test_it_offers_a_decision_to_others_than_who_proposed(now, acme):
    row = proposed(acme)
    steps = {step for step, _said, _form in desk("supervisor").get(f"/desk/cases/{row.pk}/").context["forms"]}
    assert "decide" in steps
    Case.objects.filter(pk=row.pk).update(proposed_by=desk("supervisor").session["_auth_user_id"])
    answer = desk("supervisor").get(f"/desk/cases/{row.pk}/")
    assert "decide" not in {step for step, _said, _form in answer.context["forms"]}
    answer = desk("supervisor").post(f"/desk/cases/{row.pk}/decide/", {"decide-text": "Yes."})
    assert answer.status_code == 409
    assert not CaseStep.objects.filter(step="decide").exists()


def test_it_keeps_a_form_that_was_filled_in_wrongly_open(now, acme):
    row = opened(acme)
    answer = desk("case_officer").post(f"/desk/cases/{row.pk}/notify/", {"notify-text": " "})
    assert answer.status_code == 400
    assert '<details class="card" open>' in answer.content.decode()
    assert row.steps.count() == 1


def test_it_refuses_a_step_that_does_not_follow(now, acme):
    row = opened(acme)
    assert desk("case_officer").post(f"/desk/cases/{row.pk}/close/", {"close-text": "x"}).status_code == 409
    assert desk("observer").post(f"/desk/cases/{row.pk}/notify/", {"notify-text": "x"}).status_code == 403
    assert desk("case_officer").post(f"/desk/cases/{row.pk}/burn/", {}).status_code == 404
    assert row.steps.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("state=decided", 1),
        ("state=open", 0),
        ("sector=insurance", 1),
        ("sector=food", 0),
        ("due=broken", 0),
        ("due=soon", 0),
        ("company=com_999999", 0),
        ("company=x", 0),
    ],
)
def test_it_filters_the_queue(now, acme, query, found):
    decided(acme)
    answer = desk("observer").get(f"/desk/cases/?{query}")
    assert answer.status_code == 200
    assert len(answer.context["rows"]) == found


def test_it_gives_the_queue_as_csv(now, acme):
    row = decided(acme)
    answer = desk("analyst").get("/desk/cases/?format=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith(f"cse_{row.pk},Calls without a check,Acme Insurance,insurance,decided")


def test_it_is_for_staff_and_knows_what_is_missing(now, acme):
    row = opened(acme)
    assert Client().get(f"/desk/cases/{row.pk}/").status_code == 302
    assert desk("observer").get("/desk/cases/999999/").status_code == 404
    assert desk("observer").get(f"/desk/companies/{acme.pk}/cases/open/").status_code == 403
    assert desk("case_officer").get("/desk/companies/999999/cases/open/").status_code == 404
    assert desk("observer").get(f"/desk/cases/{row.pk}/letters/1/").status_code == 404
    assert desk("observer").delete(f"/desk/cases/{row.pk}/").status_code == 405
