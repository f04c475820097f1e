"""Cases over the API: a company sees those it was given notice of, with what it was told, and answers."""

from datetime import timedelta

import pytest
import time_machine

from compliance import cases
from compliance.models import CaseStep
from registry import ids
from tests.compliance.cases_made import OPENED, decided, found_against, officer, opened
from tests.compliance.test_violations_api import key, rows_of

URL = "/api/v1/cases"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def present():
    """The faces' clock stands still an hour after the notice."""
    with time_machine.travel(OPENED + timedelta(hours=1), tick=False):
        yield


def noticed(acme, **given):
    row = opened(acme, **given)
    cases.notify(case_id=row.pk, text="You called.", user=officer(), clock=OPENED)
    return row


def address(row) -> str:
    return f"{URL}/{ids.public('cse', row.pk)}"


def respond(to, row, body):
    return to.post(f"{address(row)}/response", body, content_type="application/json")


def test_it_shows_what_a_company_was_told(acme):
    first, second = found_against(acme, 2)
    row = noticed(acme, ids=[first])
    cases.gather(
        case_id=row.pk,
        gathered={"violation": [second]},
        text="More",
        user=officer(),
        clock=OPENED + timedelta(minutes=1),
    )
    (shown,) = rows_of(key(acme).get(URL))
    assert shown == key(acme).get(address(row)).json()
    assert shown["violations"] == [ids.public("vio", first)]
    assert (shown["state"], shown["notice"], shown["penalty"]) == ("open", "You called.", None)
    assert shown["respond_by"] == "2026-03-31T16:00:00Z"


def test_it_takes_an_answer(acme):
    row = noticed(acme)
    answer = respond(key(acme), row, {"text": "Sorry.", "evidence": [{"type": "log", "sha256": "0" * 64}]})
    assert answer.status_code == 201
    assert (answer.json()["text"], answer.json()["in_time"]) == ("Sorry.", True)
    step = CaseStep.objects.get(step="respond")
    assert (step.by, step.company) == ("company", acme)
    assert step.evidence == [{"type": "log", "sha256": "0" * 64, "uri": None}]
    assert rows_of(key(acme).get(f"{URL}?state=answered"))[0]["responses"] == [answer.json()]


def test_it_shows_nothing_before_the_notice_and_nothing_of_others(acme, bolt):
    row = opened(acme)
    for company in (acme, bolt):
        assert rows_of(key(company).get(URL)) == []
        assert key(company).get(address(row)).status_code == 404
        assert respond(key(company), row, {"text": "x"}).status_code == 404
    cases.notify(case_id=row.pk, text="You called.", user=officer(), clock=OPENED)
    assert key(bolt).get(address(row)).status_code == 404
    assert respond(key(bolt), row, {"text": "x"}).status_code == 404
    assert not CaseStep.objects.filter(step="respond").exists()


def test_it_tells_what_was_decided(acme):
    row = decided(acme)
    shown = key(acme).get(address(row)).json()
    assert (shown["state"], shown["penalty"]) == ("decided", "suspend_new_outbound")
    assert shown["ends_at"] == "2026-06-26T02:00:00Z"
    assert respond(key(acme), row, {"text": "x"}).json()["code"] == "case_not_open"


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x", "more": 1}])
def test_it_refuses_an_answer_that_is_none(acme, body):
    assert respond(key(acme), noticed(acme), body).status_code == 422


def test_it_refuses_other_keys_methods_and_states(acme):
    row = noticed(acme)
    assert key(acme, "check").get(URL).status_code == 403
    assert key(acme).delete(address(row)).status_code == 405
    assert key(acme).get(f"{URL}?state=burnt").status_code == 422
    assert key(acme).get(f"{URL}/cse_999999").status_code == 404
