"""Complaints over the API: a company sees those relayed to it, learns no more of the person, and answers them."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from compliance import complaints
from compliance.models import Complaint, ComplaintStep
from registry import ids
from tests.compliance.calls_made import called, client
from tests.compliance.complaints_made import CALLED_AT, filed, matched, noon, relayed
from tests.compliance.test_violations_api import key, rows_of
from tests.conftest import ANA, CLOCK

URL = "/api/v1/complaints"


@pytest.fixture(autouse=True)
def present():
    """The faces' clock stands still at the tests' present."""
    with time_machine.travel(CLOCK, tick=False):
        yield


@pytest.fixture
def dialer(acme) -> Client:
    """Acme's key for its calls."""
    return key(acme)


def address(row: Complaint) -> str:
    return f"{URL}/{ids.public('cmp', row.pk)}"


def respond(to: Client, row: Complaint, body, **headers):
    return to.post(f"{address(row)}/responses", body, content_type="application/json", headers=headers)


def test_it_lists_what_was_relayed(acme, dialer):
    row = relayed(text="They rang at dinner.", said_no=True, voice="recording")
    filed(category="illegal", caller=861065550000)
    (shown,) = rows_of(dialer.get(URL))
    assert shown["id"] == ids.public("cmp", row.pk)
    assert (shown["state"], shown["category"], shown["sector"]) == ("relayed", "commercial", "insurance")
    assert (shown["said_no"], shown["voice"]) == (True, "recording")
    assert (shown["number"], shown["caller"]) == ("+86138****8000", "+861065551234")
    assert (shown["called_from"], shown["called_until"]) == ("2026-03-10T00:30:00Z", "2026-03-10T01:30:00Z")
    assert (shown["relayed_at"], shown["answer_by"]) == ("2026-03-10T02:00:00Z", "2026-03-31T16:00:00Z")
    assert shown["text"] == "They rang at dinner."


@pytest.mark.parametrize(
    ("agreed", "scopes", "number"),
    [
        (False, ("calls", "read"), "+86138****8000"),
        (True, ("calls",), "+86138****8000"),
        (True, ("calls", "read"), f"+{ANA}"),
    ],
)
def test_it_shows_the_number_only_where_the_person_agreed(acme, agreed, scopes, number):
    row = relayed(show_number=agreed)
    asker = key(acme, *scopes)
    assert asker.get(address(row), {"unmask": "true"}).json()["number"] == number
    assert asker.get(address(row)).json()["number"] == "+86138****8000"
    (listed,) = rows_of(asker.get(URL, {"unmask": "true"}))
    assert listed["number"] == number


@pytest.mark.parametrize("agreed", [True, False])
def test_it_names_the_call_only_where_the_person_agreed(acme, dialer, agreed):
    call = called(acme, CALLED_AT)
    shown = dialer.get(address(relayed(show_number=agreed))).json()
    assert shown["grounds"] == ["call_without_check"]
    assert [each["id"] for each in shown["calls"]] == ([ids.public("cal", call)] if agreed else [])


def test_it_says_nothing_of_who_complained(acme, dialer):
    row = relayed(network="f" * 32, company_named="Acme")
    for response in (dialer.get(URL), dialer.get(address(row))):
        for secret in (row.tracking, str(ANA), row.network, "proven", "tracking"):
            assert secret not in response.content.decode()


def test_it_pages_and_filters(acme, dialer):
    for n in range(5):
        relayed(number=ANA + n)
    first = dialer.get(URL, {"page_size": 3}).json()
    second = dialer.get(URL, {"page_size": 3, "page_token": first["next_page_token"]}).json()
    seen = [row["id"] for row in first["items"] + second["items"]]
    assert (len(set(seen)), second["next_page_token"]) == (5, None)
    assert rows_of(dialer.get(URL, {"state": "answered"})) == []
    assert len(rows_of(dialer.get(URL, {"state": "relayed"}))) == 5


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"state": "filed"}, "/state"),
        ({"page_size": "0"}, "/page_size"),
        ({"page_token": "x"}, "/page_token"),
    ],
)
def test_it_refuses_a_query_that_means_nothing(dialer, query, pointer):
    response = dialer.get(URL, query)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


def test_it_shows_nothing_of_another_company(acme, dialer):
    row = relayed()
    other = key(client())
    assert rows_of(other.get(URL)) == []
    assert other.get(address(row)).status_code == 404
    assert respond(other, row, {"text": "Not ours."}).status_code == 404
    waiting = matched(filed(category="illegal", number=ANA + 1))
    assert waiting.company == acme
    assert dialer.get(address(waiting)).status_code == 404


def test_it_hides_what_the_police_have(acme, dialer):
    row = relayed()
    officer = get_user_model().objects.create_user("officer")
    complaints.refer(complaint_id=row.pk, text="Police", clock=CLOCK, user=officer)
    assert rows_of(dialer.get(URL)) == []
    assert dialer.get(address(row)).status_code == 404
    assert respond(dialer, row, {"text": "No."}).status_code == 404


def test_it_wants_a_key_with_the_scope(acme):
    row = relayed()
    assert Client().get(URL).status_code == 401
    assert key(acme, "check").get(URL).json()["code"] == "scope_missing"
    assert respond(key(acme, "read"), row, {"text": "No."}).status_code == 403
    assert key(acme, "read").get(URL).status_code == 200


def test_it_keeps_test_keys_from_live_data(acme):
    row = relayed()
    tester = key(acme, test=True)
    assert rows_of(tester.get(URL)) == []
    assert tester.get(address(row)).status_code == 404
    assert respond(tester, row, {"text": "Hello."}).status_code == 404


def test_it_answers_only_the_methods_it_has(dialer, acme):
    row = relayed()
    assert dialer.post(URL, {}, content_type="application/json").status_code == 405
    assert dialer.delete(address(row)).status_code == 405
    assert dialer.get(f"{address(row)}/responses").status_code == 405


@pytest.mark.parametrize("wrong", ["cmp_999999", "vio_1", "1", "cmp_0", "cmp_99999999999999999999"])
def test_it_knows_no_such_complaint(dialer, wrong):
    assert dialer.get(f"{URL}/{wrong}").status_code == 404


# --- answers ----------------------------------------------------------------------------------------------------------


def test_it_takes_an_answer(acme, dialer):
    row = relayed()
    body = {
        "text": "We are sorry.\nIt will not happen again.",
        "evidence": [{"type": "log", "sha256": "0" * 64}],
    }
    response = respond(dialer, row, body)
    assert response.status_code == 201
    step = ComplaintStep.objects.get(step="answer")
    assert response.json()["id"] == ids.public("cas", step.pk)
    assert (step.by, step.company, step.text, step.in_time) == ("company", acme, body["text"], True)
    shown = dialer.get(address(row)).json()
    assert (shown["state"], shown["answer_by"]) == ("answered", None)
    assert [each["text"] for each in shown["responses"]] == [body["text"]]


def test_it_takes_an_answer_once_under_one_idempotency_key(acme, dialer):
    row = relayed()
    answers = [respond(dialer, row, {"text": "Once."}, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert ComplaintStep.objects.filter(step="answer").count() == 1


def test_it_takes_no_answer_once_the_person_was_told(acme, dialer):
    row = relayed()
    respond(dialer, row, {"text": "Sorry."})
    complaints.notify(complaint_id=row.pk, text="shown", clock=noon("2026-03-12"))
    response = respond(dialer, row, {"text": "And another thing."})
    assert (response.status_code, response.json()["code"]) == (409, "complaint_not_open")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": "  "}, "/text"),
        ({"text": "a\u0000b"}, "/text"),
        ({"text": "a", "evidence": [{"type": "page", "sha256": "short"}]}, "/evidence/0/sha256"),
        ({"text": "a", "mood": "sorry"}, "/mood"),
    ],
)
def test_it_refuses_an_answer_that_is_none(acme, dialer, body, pointer):
    row = relayed()
    response = respond(dialer, row, body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not ComplaintStep.objects.filter(step="answer").exists()
