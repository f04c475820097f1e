"""An audit done again replaces what it found by key, and loses no history."""

from datetime import timedelta

import pytest

from compliance import violations
from compliance.audit import audit
from compliance.models import Audit, Violation
from registry.decision import RULE_DIGEST
from tests.compliance.calls_made import DAY, LATER, agreed, asked, at, audited, called, found, standing
from tests.story import ANA


def rows() -> list[tuple]:
    return list(Violation.objects.order_by("id").values_list())


def test_it_leaves_the_same_rows_when_it_is_done_twice(acme):
    for number in range(ANA, ANA + 5):
        called(acme, "22:00", number=number)
    first = audited(acme)
    before = rows()
    second = audited(acme, clock=LATER + timedelta(days=1))
    assert rows() == before
    assert len(before) == 15
    assert first["changes"] == {"added": 15, "withdrawn": 0, "reopened": 0, "kept": 0}
    assert second["changes"] == {"added": 0, "withdrawn": 0, "reopened": 0, "kept": 15}
    assert first["violations"] == second["violations"]
    assert (first["runs"], second["runs"]) == (1, 2)


def test_it_does_nothing_when_nothing_is_to_be_done(acme):
    called(acme, "10:00")
    audited(acme)
    again = audit.audit(acme.pk, DAY, clock=LATER)
    assert (again["claimed"], again["state"], again["runs"]) == (False, "completed", 1)


def test_it_finds_calls_that_came_in_late(acme):
    called(acme, "10:00")
    audited(acme)
    late = called(acme, "11:00")
    Audit.objects.update(stale_since=LATER)
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert (outcome["claimed"], outcome["calls"]) == (True, 2)
    assert outcome["changes"] == {"added": 2, "withdrawn": 0, "reopened": 0, "kept": 2}
    assert found(late) == ["consent_missing", "no_check"]
    assert Audit.objects.get().stale_since is None


def test_it_withdraws_what_it_does_not_find_any_more_and_opens_it_again(acme):
    agreed(acme)
    for hour in (9, 10, 11):
        called(acme, f"{hour:02}:01", check_id=asked(acme, f"{hour:02}:00"))
    over = called(acme, "12:01")
    audited(acme)
    before = Violation.objects.get(call=over, code="attempts_exceeded_in_calls")
    Violation.objects.filter(pk=before.pk).update(code="closed_day")  # what the audit will not find
    outcome = audited(acme)
    assert outcome["changes"] == {"added": 1, "withdrawn": 1, "reopened": 0, "kept": 0}
    withdrawn = Violation.objects.get(pk=before.pk)
    assert withdrawn.status == "withdrawn"
    Violation.objects.filter(code="attempts_exceeded_in_calls").delete()
    Violation.objects.filter(pk=before.pk).update(code="attempts_exceeded_in_calls")
    outcome = audited(acme)
    assert outcome["changes"] == {"added": 0, "withdrawn": 0, "reopened": 1, "kept": 0}
    assert Violation.objects.get(pk=before.pk).status == "open"


@pytest.mark.parametrize("status", ["answered", "confirmed", "dismissed"])
def test_it_leaves_alone_what_people_worked_on(acme, status):
    """Found again or not, its status and its evidence stay."""
    called(acme, "10:00")
    audited(acme)
    Violation.objects.filter(code="no_check").update(status=status, evidence={"as": "shown"})
    Violation.objects.filter(code="consent_missing").update(status=status, code="closed_day")
    outcome = audited(acme)
    assert set(Violation.objects.values_list("code", "status")) == {
        ("no_check", status),
        ("closed_day", status),
        ("consent_missing", "open"),
    }
    assert Violation.objects.get(code="no_check").evidence == {"as": "shown"}
    assert outcome["changes"] == {"added": 1, "withdrawn": 0, "reopened": 0, "kept": 1}


def test_it_leaves_alone_what_others_found(acme):
    called(acme, "10:00")
    audited(acme)
    Violation.objects.filter(code="no_check").update(code="call_unreported")
    audited(acme)
    assert standing() == {"no_check": 1, "consent_missing": 1, "call_unreported": 1}


def test_it_renews_the_evidence_of_what_is_open(acme):
    called(acme, "10:00")
    audited(acme)
    Violation.objects.update(evidence={"as": "shown"})
    audited(acme)
    assert Violation.objects.filter(evidence__verdict="deny").count() == 2


def test_it_says_what_it_was_judged_by(acme):
    agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    called(acme, "11:00", number=ANA + 1)
    outcome = audited(acme)
    row = Audit.objects.get()
    assert row.rule_digest == RULE_DIGEST
    assert len(row.policy_digest) == 64
    assert (row.calls, row.violations) == (2, {"no_check": 1, "consent_missing": 1})
    assert row.violations == outcome["violations"]
    assert row.started_at == LATER
    assert LATER <= row.finished_at < LATER + timedelta(minutes=1)
    assert (row.state, row.problem, row.incidents) == ("completed", "", 0)


def test_it_works_through_many_pieces(acme, monkeypatch):
    """What is found does not depend on where a day is cut."""
    for number in range(ANA, ANA + 9):
        for minute in (0, 10, 20, 30):
            called(acme, f"10:{minute:02}", number=number)
    whole = audited(acme)
    before = rows()
    monkeypatch.setattr("compliance.audit.findings.PIECE", 5)
    monkeypatch.setattr("compliance.audit.recheck.ASKED_AT_ONCE", 5)
    pieces = audited(acme)
    assert whole["violations"] == {"no_check": 36, "consent_missing": 36, "attempts_exceeded_in_calls": 9}
    assert pieces["violations"] == whole["violations"]
    assert rows() == before


def test_it_has_no_code_that_two_finders_would_withdraw():
    assert len(set(violations.AUDITED)) == len(violations.AUDITED)
    assert at("10:00").date() == DAY
