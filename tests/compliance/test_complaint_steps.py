"""A complaint from filing to its end: each step is written down with its clock, and nothing else is possible."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from compliance import complaints
from compliance.errors import ComplaintNotOpen
from compliance.models import Complaint, ComplaintStep
from registry.errors import InvalidInput, NotFound
from tests.compliance.complaints_made import CALLED_AT, filed, noon, relayed, steps
from tests.conftest import CLOCK

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return get_user_model().objects.create_user("officer")


def test_it_files_with_the_clock_of_the_number_called():
    row = filed()
    assert (row.state, row.clock) == ("filed", "relay")
    assert row.due_at == datetime(2026, 3, 13, 16, tzinfo=UTC)
    assert row.policy.pack == "cn-insurance"
    assert (row.calendar, row.zone, row.late) == ("CN", "Asia/Shanghai", False)
    assert (row.match_at, row.company) == (CLOCK, None)
    (step,) = row.steps.all()
    assert (step.step, step.by, step.at, step.clock, step.in_time) == (
        "file",
        "complainant",
        CLOCK,
        "relay",
        None,
    )


def test_it_files_under_the_law_of_india_with_its_one_clock():
    row = filed(number=919820098200, caller=None, called_at=noon("2026-03-01"))
    assert (row.policy.pack, row.clock) == ("in", "act")
    assert row.due_at == datetime(2026, 3, 15, 18, 30, tzinfo=UTC)
    assert row.late


@pytest.mark.parametrize(
    ("given", "pack"),
    [
        ({"number": None, "proven": False, "caller": 12125550123}, "us"),
        ({"number": None, "proven": False, "caller": 95588}, "cn"),
        ({"number": None, "proven": False, "caller": None}, "cn"),
    ],
)
def test_it_finds_a_law_where_the_number_called_is_not_given(given, pack):
    row = filed(**given, sector="other")
    assert row.policy.pack == pack
    assert row.calendar


def test_it_goes_its_way_to_the_end(acme, officer):
    row = relayed()
    assert (row.company, row.clock) == (acme, "answer")
    assert row.due_at == datetime(2026, 3, 31, 16, tzinfo=UTC)
    step = complaints.answer(
        complaint_id=row.pk, company_id=acme.pk, text="Sorry.", evidence=[], clock=noon("2026-03-20")
    )
    assert (step.text, step.in_time, step.company, step.clock) == ("Sorry.", True, acme, "notify")
    complaints.notify(complaint_id=row.pk, text="shown", clock=noon("2026-04-10"))
    complaints.close(
        complaint_id=row.pk, outcome="upheld", text="You were right.", clock=noon("2026-04-11"), user=officer
    )
    row.refresh_from_db()
    assert (row.state, row.outcome, row.clock, row.due_at) == ("closed", "upheld", "", None)
    assert steps(row) == ["file", "relay", "answer", "notify", "close"]
    told, ended = row.steps.order_by("id")[3:]
    assert (told.by, told.in_time) == ("register", False)
    assert (ended.by, ended.user, ended.text, ended.in_time) == (
        "regulator",
        officer,
        "You were right.",
        None,
    )


def test_it_keeps_the_clock_when_a_company_adds_to_its_answer(acme):
    row = relayed()
    for day in ("2026-03-11", "2026-03-12"):
        complaints.answer(complaint_id=row.pk, company_id=acme.pk, text=day, evidence=[], clock=noon(day))
    row.refresh_from_db()
    assert row.due_at == datetime(2026, 3, 16, 16, tzinfo=UTC)
    assert steps(row) == ["file", "relay", "answer", "answer"]


def test_it_shows_only_its_own_company(acme, bolt):
    row = relayed()
    with pytest.raises(NotFound):
        complaints.answer(complaint_id=row.pk, company_id=bolt.pk, text="No.", evidence=[], clock=CLOCK)
    waiting = filed(category="illegal", called_at=CALLED_AT - timedelta(days=2))
    Complaint.objects.filter(pk=waiting.pk).update(company=acme)
    with pytest.raises(NotFound):
        complaints.answer(complaint_id=waiting.pk, company_id=acme.pk, text="No.", evidence=[], clock=CLOCK)
    assert not ComplaintStep.objects.filter(step="answer").exists()


def test_it_refuses_a_step_that_does_not_follow(acme, officer):
    row = filed()
    with pytest.raises(ComplaintNotOpen):
        complaints.notify(complaint_id=row.pk, text="x", clock=CLOCK)
    complaints.withdraw(complaint_id=row.pk, clock=CLOCK)
    for act in (
        lambda: complaints.relay(complaint_id=row.pk, company=acme, clock=CLOCK),
        lambda: complaints.withdraw(complaint_id=row.pk, clock=CLOCK),
        lambda: complaints.close(complaint_id=row.pk, outcome="upheld", text="x", clock=CLOCK, user=officer),
        lambda: complaints.refer(complaint_id=row.pk, text="Police", clock=CLOCK, user=officer),
    ):
        with pytest.raises(ComplaintNotOpen):
            act()
    row.refresh_from_db()
    assert (row.state, row.match_at, steps(row)) == ("withdrawn", None, ["file", "withdraw"])


def test_it_needs_a_company_to_relay_to(officer):
    row = filed()
    with pytest.raises(InvalidInput):
        complaints.relay(complaint_id=row.pk, clock=CLOCK, user=officer)
    assert steps(row) == ["file"]


def test_it_is_handed_to_the_police_by_an_officer(officer):
    row = filed(category="illegal")
    with pytest.raises(InvalidInput):
        complaints.refer(complaint_id=row.pk, text=" ", clock=CLOCK, user=officer)
    complaints.refer(complaint_id=row.pk, text="Police, Haidian", clock=CLOCK, user=officer)
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("referred", None)
    assert row.steps.last().text == "Police, Haidian"


@pytest.mark.parametrize("apart", [timedelta(), timedelta(minutes=50)])
def test_it_joins_the_same_call_complained_of_again(apart):
    first = filed()
    again = filed(called_at=CALLED_AT - apart)
    assert (again.state, again.joined_to, again.match_at, again.due_at) == ("joined", first, None, None)
    assert steps(again) == ["file", "join"]
    assert filed(called_at=CALLED_AT - timedelta(minutes=61)).state == "filed"


@pytest.mark.parametrize(
    "given", [{"proven": False}, {"caller": 861065550000}, {"caller": None}, {"number": 8613800138001}]
)
def test_it_joins_nothing_else(given):
    """Least of all for somebody who has not proved the number: they would learn that its holder complained."""
    filed()
    assert filed(**given).state == "filed"


def test_it_does_not_join_to_what_was_withdrawn():
    first = filed()
    complaints.withdraw(complaint_id=first.pk, clock=CLOCK)
    assert filed().state == "filed"


def test_it_is_joined_by_an_officer(officer):
    first, second = filed(proven=False), filed(proven=False)
    with pytest.raises(InvalidInput):
        complaints.join(complaint_id=second.pk, to_id=second.pk, user=officer, clock=CLOCK)
    complaints.join(complaint_id=second.pk, to_id=first.pk, user=officer, clock=CLOCK)
    second.refresh_from_db()
    assert (second.state, second.joined_to) == ("joined", first)
    with pytest.raises(InvalidInput):
        complaints.join(complaint_id=first.pk, to_id=second.pk, user=officer, clock=CLOCK)


def test_it_takes_a_form_that_is_sent_twice_once():
    first, again = filed(reference="form-1"), filed(reference="form-1", text="other")
    assert first == again
    assert Complaint.objects.count() == ComplaintStep.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"category": "rude"}, "/category"),
        ({"sector": "spam"}, "/sector"),
        ({"voice": "parrot"}, "/voice"),
        ({"called_at": CLOCK + timedelta(hours=2)}, "/called_at"),
        ({"called_at": CLOCK - timedelta(days=400)}, "/called_at"),
        ({"tolerance": timedelta(days=30)}, "/tolerance"),
        ({"text": "x" * 5001}, "/text"),
        ({"number": None}, "/number"),
    ],
)
def test_it_refuses_what_makes_no_sense(given, pointer):
    with pytest.raises(InvalidInput) as refused:
        filed(**given)
    assert refused.value.pointer == pointer
    assert not Complaint.objects.exists()


def test_it_is_found_by_its_code_however_that_is_written():
    row = filed()
    code = row.tracking
    assert len(code) == 16
    assert complaints.by_tracking(f" {code[:4].lower()}-{code[4:8]} {code[8:]}") == row
    for wrong in ("", code[:-1], f"cmp_{row.pk}", str(row.pk)):
        with pytest.raises(NotFound):
            complaints.by_tracking(wrong)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Complaint.objects.filter(pk=row.pk).update(text="other"),
        lambda row: Complaint.objects.filter(pk=row.pk).update(proven=False),
        lambda row: Complaint.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda row: ComplaintStep.objects.update(text="other"),
        lambda row: ComplaintStep.objects.all().delete(),
    ],
)
def test_it_keeps_what_was_said_and_done(change):
    row = filed(text="They rang four times.")
    with pytest.raises(IntegrityError, match=r"keeps what was said|append-only"), transaction.atomic():
        change(row)
    row.refresh_from_db()
    assert (row.text, row.proven, steps(row)) == ("They rang four times.", True, ["file"])
