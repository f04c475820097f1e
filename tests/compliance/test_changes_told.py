"""What a company is told of its violations and call logs, in the transaction that makes them so."""

from datetime import timedelta

import pytest

from compliance import calls, violations
from compliance.models import Audit, Violation
from registry.models import Change
from tests.compliance.call_logs import accept, line, native
from tests.compliance.calls_made import LATER, audited, called
from tests.conftest import CLOCK
from tests.story import ANA


def told(*names: str) -> list[tuple]:
    return list(Change.objects.order_by("id").values_list("event", *names))


def test_violations_that_are_found_are_opened_and_those_found_again_say_nothing(acme, bolt):
    called(acme, "22:00")
    audited(acme)
    found = list(Violation.objects.order_by("id"))
    assert len(found) == 3
    assert told("subject", "company_id", "number") == [
        ("violation.opened", row.pk, acme.pk, row.number) for row in found
    ]
    assert Change.objects.first().details == {
        "code": found[0].code,
        "severity": found[0].severity,
        "status": "open",
        "call_started_at": "2026-03-10T14:00:00+00:00",
    }
    audited(acme, clock=LATER + timedelta(days=1))
    assert len(told()) == 3


def test_one_that_is_withdrawn_and_opened_again_is_told(acme):
    called(acme, "22:00")
    audited(acme)
    Change.objects.all().delete()
    row = Violation.objects.first()
    Violation.objects.filter(pk=row.pk).update(code="closed_day")  # what the audit will not find
    audited(acme)
    assert sorted((event, details["status"]) for event, details in told("details")) == [
        ("violation.opened", "open"),
        ("violation.updated", "withdrawn"),
    ]
    Violation.objects.filter(code=row.code).delete()
    Violation.objects.filter(pk=row.pk).update(code=row.code)
    Change.objects.all().delete()
    audited(acme)
    assert told("subject") == [("violation.opened", row.pk)]
    assert Violation.objects.get(pk=row.pk).status == "open"


def test_evidence_that_changed_is_told(acme):
    called(acme, "22:00")
    audited(acme)
    Change.objects.all().delete()
    row = Violation.objects.first()
    Violation.objects.filter(pk=row.pk).update(evidence={})
    audited(acme)
    assert told("subject") == [("violation.updated", row.pk)]


def test_an_answer_and_the_regulators_word_are_told(acme):
    called(acme, "22:00")
    audited(acme)
    Change.objects.all().delete()
    row = Violation.objects.first()
    for text in ("We had asked.", "And again."):
        violations.respond(violation_id=row.pk, company_id=acme.pk, text=text, evidence=[], clock=LATER)
    violations.settle(violation_id=row.pk, status="confirmed", clock=LATER)
    assert [details["status"] for _, details in told("details")] == ["answered", "confirmed"]


def test_nothing_is_told_of_an_audit_that_broke(acme, monkeypatch):
    called(acme, "22:00")
    replace = violations.replace

    def replaced(**values):
        replace(**values)
        raise ZeroDivisionError

    monkeypatch.setattr(violations, "replace", replaced)
    with pytest.raises(ZeroDivisionError):
        audited(acme)
    assert not Violation.objects.exists()
    assert told() == []
    assert Audit.objects.exists()


def test_a_call_log_is_told_with_the_refusals_heard_in_it(acme, files):
    log = accept(acme, native(line("c1", opt_out_requested="true"), line("c2"), line("c2"), "rubbish"))
    for _ in range(2):
        assert calls.load(log.pk, clock=CLOCK)["state"] == "completed"
    assert told("subject", "number", "number_known") == [
        ("opt_out.registered", None, ANA, True),
        ("call_log.completed", log.pk, None, True),
    ]
    assert Change.objects.last().details == {
        "counts": {"accepted": 2, "duplicates": 1, "rejected": 1, "opt_outs": 1}
    }


def test_a_call_log_that_failed_is_not_told(acme, files):
    log = accept(acme, b"what is this\n")
    assert calls.load(log.pk, clock=CLOCK)["state"] == "failed"
    assert told() == []
