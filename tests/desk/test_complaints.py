"""Complaints at the desk: found by what matters, with their steps and clocks, and moved on by who may."""

import io
from datetime import timedelta

import pytest

from compliance.complaint_evidence import Attachment
from compliance.models import Complaint
from registry import ids
from registry.models import AccessRecord
from tests.compliance.complaints_made import PNG, filed, matched, relayed, steps
from tests.conftest import ACME_CALLER, ANA, CLOCK
from tests.desk.house import desk

pytestmark = pytest.mark.django_db
DIGITS = str(ANA)[2:]
LATER = CLOCK + timedelta(days=10)


@pytest.fixture(autouse=True)
def at_rest(now, files):
    """The clock stands still; files lie in a folder of the test."""


def page(row: Complaint, act: str = "") -> str:
    return f"/desk/complaints/{ids.public('cmp', row.pk)}/" + (f"{act}/" if act else "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"a", "b"}),
        ({"state": "filed"}, {"a", "b"}),
        ({"state": "closed"}, set()),
        ({"category": "illegal"}, {"b"}),
        ({"sector": "travel"}, {"b"}),
        ({"source": "12321"}, {"b"}),
        ({"source": "portal"}, {"a"}),
        ({"clock": "running"}, {"a", "b"}),
        ({"clock": "overdue"}, set()),
        ({"clock": "soon"}, set()),
        ({"company": "com_999"}, set()),
        ({"company": "Nobody"}, set()),
    ],
)
def test_it_finds_by_filters(acme, query, found):
    rows = {
        "a": filed(),
        "b": filed(
            category="illegal", sector="travel", source="12321", reference="9", number=None, proven=False
        ),
    }
    answer = desk("observer").get("/desk/complaints/", query)
    assert answer.status_code == 200
    assert {name for name, row in rows.items() if page(row) in answer.text} == found


def test_it_finds_what_is_overdue_or_about_to_be(acme, now):
    row = filed()
    now.move_to(row.due_at - timedelta(hours=47))
    assert page(row) in desk("observer").get("/desk/complaints/", {"clock": "soon"}).text
    now.move_to(row.due_at + timedelta(seconds=1))
    text = desk("observer").get("/desk/complaints/", {"clock": "overdue"}).text
    assert page(row) in text
    assert "overdue" in text


def test_it_finds_by_company(acme):
    row = matched(filed())
    for word in (ids.public("com", acme.pk), "acme insurance"):
        assert page(row) in desk("observer").get("/desk/complaints/", {"company": word}).text


def test_it_refuses_a_filter_that_is_none(acme):
    assert desk("observer").get("/desk/complaints/", {"state": "asleep"}).status_code == 400


def test_it_gives_the_queue_as_csv_without_numbers(acme):
    row = filed()
    answer = desk("observer").get("/desk/complaints/", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert ids.public("cmp", row.pk) in text
    assert DIGITS not in text


def test_it_shows_what_was_said_and_what_is_known_with_numbers_masked(acme):
    row = relayed(text="They <b>would not</b> stop", company_named="Acme")
    for role in ("observer", "case_officer"):
        text = desk(role).get(page(row)).text
        assert "They &lt;b&gt;would not&lt;/b&gt; stop" in text
        assert "its log has no such call" in text
        assert "Relayed to the company" in text
        assert "the register by itself" in text
        assert DIGITS not in text
        assert str(ACME_CALLER)[2:] not in text


def test_it_names_complaints_that_may_be_of_the_same_call(acme):
    row = filed(proven=False, text="first")
    other = filed(proven=False, text="second")
    assert page(other) in desk("observer").get(page(row)).text


@pytest.mark.parametrize(
    ("act", "data", "state"),
    [
        ("relay", {"company": "com_{acme}"}, "relayed"),
        ("refer", {"text": "Public security bureau"}, "referred"),
        ("close", {"outcome": "upheld", "text": "You were right"}, "closed"),
    ],
)
def test_an_officer_moves_it_on(acme, act, data, state):
    row = filed(category="malicious")
    data = {name: text.format(acme=acme.pk) for name, text in data.items()}
    client = desk("case_officer")
    assert client.get(page(row, act)).status_code == 200
    answer = client.post(page(row, act), data)
    assert (answer.status_code, answer.url) == (302, page(row))
    row.refresh_from_db()
    assert row.state == state
    step = row.steps.last()
    assert (step.step, step.user.username, step.at) == (act, "case_officer@regulator.example", CLOCK)


def test_it_joins_one_to_another(acme):
    row, other = filed(proven=False, text="first"), filed(proven=False, text="second")
    answer = desk("case_officer").post(page(row, "join"), {"to": ids.public("cmp", other.pk)})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.joined_to) == ("joined", other)
    assert "joined to this one" in desk("observer").get(page(other)).text


def test_it_notes_that_the_person_was_told(acme):
    from compliance import complaints

    row = relayed()
    complaints.answer(complaint_id=row.pk, company_id=acme.pk, text="Sorry", evidence=[], clock=CLOCK)
    assert desk("case_officer").post(page(row, "notify"), {"text": "by letter"}).status_code == 302
    assert steps(row)[-1] == "notify"


@pytest.mark.parametrize(
    ("act", "data", "status"),
    [
        ("relay", {}, 422),
        ("relay", {"company": "com_999"}, 400),
        ("join", {"to": "cmp_999"}, 422),
        ("join", {"to": "7"}, 400),
        ("close", {"outcome": "won", "text": "x"}, 400),
        ("close", {"outcome": "upheld", "text": ""}, 400),
        ("notify", {"text": "by letter"}, 409),
    ],
)
def test_it_refuses_what_cannot_be_done(acme, act, data, status):
    row = filed()
    assert desk("case_officer").post(page(row, act), data).status_code == status
    row.refresh_from_db()
    assert row.state == "filed"


@pytest.mark.parametrize("role", ["observer", "analyst"])
def test_acts_are_not_for_every_role(acme, role):
    row = filed()
    assert desk(role).get(page(row, "close")).status_code == 403
    assert desk(role).post(page(row, "close"), {"outcome": "upheld", "text": "x"}).status_code == 403
    assert desk(role).get(page(row, "evidence")).status_code == 403
    assert "close/" not in desk(role).get(page(row)).text


def test_what_is_attached_is_fetched_against_a_reason(acme, now):
    row = filed(evidence=[Attachment(io.BytesIO(PNG), "screen.png")])
    client = desk("case_officer")
    assert client.post(page(row, "evidence"), {"reason": "x"}).status_code == 400
    assert not AccessRecord.objects.exists()
    answer = client.post(page(row, "evidence"), {"reason": "To see the number on the screen"})
    assert AccessRecord.objects.get().object_id == ids.public("cmp", row.pk)
    [(_, token)] = answer.context["files"]
    address = f"/desk/complaints/file/{token}/"
    file = client.get(address)
    assert b"".join(file.streaming_content) == PNG
    assert file["Content-Disposition"].startswith("attachment")
    assert desk("supervisor").get(address).status_code == 404
    now.shift(timedelta(minutes=11))
    assert client.get(address).status_code == 404


def test_it_counts_the_callers_most_complained_of(acme):
    for n in range(3):
        filed(number=ANA + n)
    filed(number=ANA + 9, caller=861065559999)
    filed(clock=CLOCK - timedelta(days=20), called_at=CLOCK - timedelta(days=20))
    client = desk("observer")
    answer = client.get("/desk/complaints/callers/")
    assert [(row["caller"], row["count"]) for row in answer.context["rows"]] == [
        (ACME_CALLER, 3),
        (861065559999, 1),
    ]
    assert "registered to nobody" in answer.text
    answer = client.get("/desk/complaints/callers/", {"days": 30})
    assert answer.context["rows"][0]["count"] == 4
    assert client.get("/desk/complaints/callers/", {"days": 12}).status_code == 400


LIST = (
    "complaint_id,filed_at,caller,called_at,category\n"
    "1,2026-03-09 10:00:00,01065551234,2026-03-09 09:00:00,推销\n"
    "2,2026-03-09 10:00:00,01065551234,2026-03-09 09:00:00,nonsense\n"
)


def test_a_list_of_another_centre_is_loaded(acme):
    client = desk("case_officer")
    data = {"format": "12321", "region": "CN"}
    answer = client.post("/desk/lists/complaints/", data | {"file": io.BytesIO(LIST.encode())})
    assert "What was done" in answer.text
    assert "category" in answer.text
    row = Complaint.objects.get()
    assert (row.source, row.reference, row.caller) == ("12321", "1", ACME_CALLER)
    client.post("/desk/lists/complaints/", data | {"file": io.BytesIO(LIST.encode())})
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize("key", ["cmp_999999", "cmp_x", "7"])
def test_it_knows_what_is_missing(acme, key):
    client = desk("case_officer")
    for rest in ("", "close/", "evidence/"):
        assert client.get(f"/desk/complaints/{key}/{rest}").status_code == 404
    assert client.get(page(filed(), "merge")).status_code == 404


def test_it_takes_no_other_method(acme):
    client = desk("case_officer")
    assert client.post("/desk/complaints/").status_code == 405
    assert client.post(page(filed())).status_code == 405
