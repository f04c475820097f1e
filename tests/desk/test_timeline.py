"""The timeline of a call, of a check, and everything about one number."""

import pytest

from compliance import complaints, timeline
from compliance.reports.words import CODES
from registry import consents, opt_outs
from registry.models import AccessRecord, Check
from registry.periods import Moment
from tests.compliance.calls_made import LATER, agreed, asked, at, audited, called, client, refused
from tests.desk.house import desk
from tests.story import ANA

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(now):
    """Ten days after the day of the calls."""
    now.move_to(LATER)
    return now


def page(path: str, role: str = "observer") -> str:
    answer = desk(role).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_permitted_call_shows_its_check_and_that_nothing_differs(acme, now):
    agreed(acme)
    check = asked(acme, "10:00")
    call = called(acme, "10:05", check_id=check)
    shown = page(f"/desk/calls/{call}/")
    assert f"chk_{check}" in shown
    assert "receipt verified again" in shown
    assert "The same answer then and now" in shown
    assert "A consent of the person for these calls is on record." in shown
    assert "138号" in shown
    assert str(ANA) not in shown


def test_what_came_on_record_later_is_marked(acme, now):
    agreed(acme)
    call = called(acme, "10:05", check_id=asked(acme, "10:00"))
    refused(acme, "10:02", recorded="2026-03-12 09:00")
    found = timeline.of_call(call, clock=LATER)
    assert (found.then.answer.decision.allowed, found.now.answer.decision.allowed) == (True, False)
    assert [name for name, _then, _now, differs in found.facts if differs] == ["refused"]
    assert [(version.kind, version.then, version.now) for version in found.versions if version.changed] == [
        ("opt_out", False, True)
    ]
    assert "Another answer, with what is known now" in page(f"/desk/calls/{call}/")


def test_it_is_the_audits_own_answer(acme, now):
    agreed(acme)
    check = asked(acme, "10:00")
    refused(acme, "10:02")
    call = called(acme, "10:05", check_id=check)
    audited(acme)
    found = timeline.of_call(call, clock=LATER)
    (violation,) = found.violations
    assert violation.evidence["verdict"] == found.then.answer.decision.verdict
    assert tuple(violation.evidence["reasons"]) == found.then.answer.decision.reasons
    assert str(CODES[violation.code]) in page(f"/desk/calls/{call}/")
    assert f'href="/desk/violations/{violation.pk}/"' in page(f"/desk/calls/{call}/")


def test_attempts_are_counted_up_to_the_calls_own_check(acme, now):
    agreed(acme)
    checks = [asked(acme, f"10:0{n}") for n in range(3)]
    call = called(acme, "10:10", check_id=checks[2])
    assert timeline.of_call(call, clock=LATER).then.answer.decision.allowed


def test_a_call_nobody_asked_for_says_so(acme, now):
    call = called(acme, "10:05", caller=None)
    assert "never asked" in page(f"/desk/calls/{call}/")


def test_a_check_for_a_seller_names_it_and_its_calls(acme, now):
    seller = client()
    agreed(seller)
    check = asked(acme, "10:00", seller=seller)
    call = called(acme, "10:05", check_id=check)
    shown = page(f"/desk/checks/{check}/")
    assert "Seller Life" in shown
    assert f"cal_{call}" in shown
    assert "Seller Life" in page(f"/desk/calls/{call}/")


def test_a_check_without_a_call_is_shown_too(acme, now):
    check = asked(acme, "10:00")
    shown = page(f"/desk/checks/{check}/")
    assert "No consent of the person for these calls is on record." in shown
    assert "receipt verified again" in shown


def test_revocations_and_complaints_are_on_the_line(acme, now):
    consent = agreed(acme)
    call = called(acme, "10:05", check_id=asked(acme, "10:00"))
    consents.revoke(record_id=consent, moment=Moment.of(at("12:00")))
    row, _ = complaints.file(
        moment=Moment.of(at("13:00")),
        category="commercial",
        called_at=at("10:05"),
        number=ANA,
        proven=True,
        caller=861065551234,
        sector="insurance",
    )
    from compliance import complaint_matching

    complaint_matching.match(row.pk, clock=at("14:00"))
    events = timeline.of_call(call, clock=LATER).events
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {"call", "check", "consent", "complaint"} <= {event.what for event in events}
    assert f"cmp_{row.pk}" in page(f"/desk/calls/{call}/")


@pytest.mark.parametrize("path", ["/desk/calls/999/", "/desk/checks/999/"])
def test_it_knows_what_is_missing(now, path):
    assert desk("observer").get(path).status_code == 404


def test_calls_are_found_by_id_company_day_and_own_id(acme, now):
    call = called(acme, "10:05")
    other = called(acme, "2026-03-11 10:05")
    own = timeline.of_call(call, clock=LATER).call.call_id
    assert "Name a call or a company" in page("/desk/calls/")
    assert f"cal_{call}<" in page(f"/desk/calls/?id=cal_{call}")
    both = page(f"/desk/calls/?company=com_{acme.pk}")
    assert both.index(f"cal_{other}<") < both.index(f"cal_{call}<")
    day = page(f"/desk/calls/?company=com_{acme.pk}&day=2026-03-10")
    assert f"cal_{call}<" in day
    assert f"cal_{other}<" not in day
    assert f"cal_{call}<" in page(f"/desk/calls/?company=com_{acme.pk}&day=2026-03-10&own_id={own}")
    assert f"cal_{call}<" not in page("/desk/calls/?id=nonsense")


WHY = {"number": f"+{ANA}", "reason": "Complaint cmp_7 names this number"}


def test_a_number_is_shown_against_a_reason_that_stays(acme, now):
    agreed(acme)
    opt_outs.register(number=ANA, scope="all", source="portal", moment=Moment.of(at("2026-03-01 09:00")))
    call = called(acme, "10:05", check_id=asked(acme, "10:00"))
    answer = desk("case_officer").post("/desk/numbers/", WHY)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert f"+{ANA}" in shown
    assert f"cal_{call}" in shown
    assert f"chk_{Check.objects.get().pk}" in shown
    record = AccessRecord.objects.get()
    assert (record.kind, record.reason) == ("number", WHY["reason"])
    assert str(ANA) not in record.object_id


def test_a_number_is_shown_as_of_a_moment(acme, now):
    call = called(acme, "10:05", check_id=asked(acme, "10:00"))
    shown = desk("case_officer").post("/desk/numbers/", WHY | {"at": "2026-03-10T09:00"}).content.decode()
    assert f"cal_{call}<" not in shown


@pytest.mark.parametrize(
    "wrong", [{"reason": "x"}, {"number": "12"}, {"number": ""}, {"at": "tomorrow"}], ids=str
)
def test_a_number_is_not_shown_for_less(acme, now, wrong):
    answer = desk("case_officer").post("/desk/numbers/", WHY | wrong)
    assert answer.status_code == 400
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("role", ["observer", "analyst"])
def test_a_number_is_not_for_every_role(now, role):
    assert desk(role).get("/desk/numbers/").status_code == 403
    assert desk(role).post("/desk/numbers/", WHY).status_code == 403
    assert not AccessRecord.objects.exists()
