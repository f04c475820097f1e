"""The administration of what was done: settling violations, resolving incidents, looking at calls."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from compliance.models import Audit, Incident, Violation, ViolationResponse
from registry import roles
from registry.models import AccessRecord
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import signed_in

CALLED = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(clock, settings):
    # These tests go hours ahead within one session.
    settings.DESK_IDLE_MINUTES = 10_000
    with time_machine.travel(clock, tick=False):
        yield clock


@pytest.fixture
def staff(db):
    """Makes a signed-in client of a role."""

    def staff(role: str) -> Client:
        user = get_user_model().objects.create_user(f"{role}@example.org")
        roles.give(user=user, role=role)
        return signed_in(user)

    return staff


@pytest.fixture
def audit(acme, now):
    return Audit.objects.create(
        company=acme, day=date(2026, 3, 9), state="completed", requested_at=now, violations={"no_check": 1}
    )


@pytest.fixture
def violation(audit, acme, now):
    row = Violation.objects.create(
        company=acme, audit=audit, code="no_check", severity="major", call=7, call_started_at=CALLED, number=ANA,
        caller=ACME_CALLER, sector="insurance", channel="live", evidence={"verdict": "allow"}, opened_at=now,
        updated_at=now,
    )  # fmt: skip
    ViolationResponse.objects.create(violation=row, text="The dialler <b>failed</b>.", created_at=now)
    return row


@pytest.fixture
def incident(audit, acme, now):
    return Incident.objects.create(
        company=acme, audit=audit, check_id=5, checked_at=CALLED, given={"verdict": "allow"},
        recomputed={"verdict": "deny"}, found_at=now,
    )  # fmt: skip


def act_url(model, slug: str, *rows) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_act", args=[slug])
    return f"{address}?ids={','.join(str(row.pk) for row in rows)}"


@pytest.mark.parametrize(("slug", "status"), [("confirm", "confirmed"), ("dismiss", "dismissed")])
def test_a_violation_is_settled_once(slug, status, staff, violation, now):
    client = staff("case_officer")
    client.post(act_url(Violation, slug, violation))
    violation.refresh_from_db()
    assert (violation.status, violation.updated_at) == (status, now)
    assert f"The violation is {status} already" in client.post(act_url(Violation, "dismiss", violation)).text
    violation.refresh_from_db()
    assert violation.status == status


@pytest.mark.parametrize("role", ["observer", "analyst"])
def test_who_only_looks_settles_nothing(role, staff, violation):
    client = staff(role)
    assert client.post(act_url(Violation, "confirm", violation)).status_code == 403
    assert (
        client.post(act_url(Violation, "unmask", violation), {"reason": "out of curiosity"}).status_code
        == 403
    )
    violation.refresh_from_db()
    assert violation.status == "open"
    assert not AccessRecord.objects.exists()


def test_a_violation_shows_its_evidence_and_answers_and_no_number(staff, violation):
    text = staff("observer").get(reverse("admin:compliance_violation_change", args=[violation.pk])).text
    for said in (
        f"vio_{violation.pk}",
        "no_check",
        "+86138****8000",
        "The dialler &lt;b&gt;failed",
        "verdict",
    ):
        assert said in text
    assert str(ANA)[2:] not in text


def test_a_number_of_a_violation_is_shown_against_a_reason(staff, violation):
    answer = staff("case_officer").post(
        act_url(Violation, "unmask", violation), {"reason": "hearing of the company"}
    )
    assert f"+{ANA}" in answer.text
    assert AccessRecord.objects.get().object_id == f"vio_{violation.pk}"


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("vio_{pk}", 1),
        ("com_{company}", 1),
        ("2026-03-09", 1),
        ("com_{company} 2026-03-08", 0),
        ("cal_7", 1),
        ("cal_8", 0),
    ],
)
def test_violations_are_searched_by_what_an_index_serves(term, found, staff, violation):
    term = term.format(pk=violation.pk, company=violation.company_id)
    listed = staff("observer").get(reverse("admin:compliance_violation_changelist"), {"q": term})
    assert listed.context["cl"].result_count == found


def test_audits_are_searched_by_day(staff, audit):
    client = staff("observer")
    for day, found in (("2026-03-09", 1), ("2026-03-10", 0)):
        listed = client.get(
            reverse("admin:compliance_audit_changelist"), {"q": f"com_{audit.company_id} {day}"}
        )
        assert listed.context["cl"].result_count == found


def test_an_incident_is_resolved_once_with_a_note(staff, incident, now):
    client = staff("supervisor")
    assert "required" in client.post(act_url(Incident, "resolve", incident)).text
    client.post(act_url(Incident, "resolve", incident), {"note": "a clock ran ahead"})
    incident.refresh_from_db()
    assert (incident.resolved_at, incident.note) == (now, "a clock ran ahead")
    assert "resolved already" in client.post(act_url(Incident, "resolve", incident), {"note": "again"}).text
    incident.refresh_from_db()
    assert incident.note == "a clock ran ahead"


def test_a_case_officer_resolves_no_incident(staff, incident):
    assert (
        staff("case_officer").post(act_url(Incident, "resolve", incident), {"note": "x"}).status_code == 403
    )
    incident.refresh_from_db()
    assert incident.resolved_at is None
