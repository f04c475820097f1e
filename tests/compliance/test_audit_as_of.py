"""A call is judged by what the register knew when it was made, not by what it knows now."""

from compliance.models import Violation
from registry import companies, consents, suspensions
from registry.models import Caller, Policy
from registry.periods import Moment, since
from tests.compliance.calls_made import agreed, asked, at, audited, called, found, refused
from tests.story import ACME_CALLER


def test_it_accuses_nobody_by_an_opt_out_recorded_after_the_call(acme):
    """Said before the call, and known to the register only after it."""
    agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    refused(acme, "09:00", recorded="10:30")
    refused(None, "10:15")
    audited(acme)
    assert not Violation.objects.exists()


def test_it_does_not_save_a_call_by_a_consent_recorded_after_it(acme):
    """Whatever date it claims."""
    call = called(acme, "10:01")
    agreed(acme, "2026-02-01 09:00", recorded="10:02")
    audited(acme)
    assert found(call) == ["consent_missing", "no_check"]


def test_it_accuses_by_an_opt_out_between_check_and_call(acme):
    agreed(acme)
    check = asked(acme, "10:00")
    refused(acme, "10:30")
    call = called(acme, "11:00", check_id=check)
    audited(acme)
    assert found(call) == ["opted_out_of_company"]


def test_it_accuses_nobody_by_what_changed_afterwards(acme):
    consent = agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    consents.revoke(record_id=consent, moment=Moment.of(at("12:00")))
    suspensions.suspend(company=acme, moment=Moment.of(at("12:00")))
    companies.remove_caller(company=acme, number=ACME_CALLER, moment=Moment.of(at("12:00")))
    assert not Caller.objects.as_of(Moment.of(at("13:00"))).exists()
    audited(acme)
    assert not Violation.objects.exists()


def test_it_judges_by_the_policy_of_the_day_of_the_call(acme):
    """From the next day on one attempt a day is permitted; that day it was three."""
    agreed(acme)
    for minute in (1, 20):
        called(acme, f"10:{minute:02}", check_id=asked(acme, f"10:{minute - 1:02}"))
    called(acme, "2026-03-11 10:01", check_id=asked(acme, "2026-03-11 10:00"))
    change = at("2026-03-11 00:00")
    old = Policy.objects.get(
        jurisdiction="CN", sector="insurance", recorded__upper_inf=True, valid__contains=change
    )
    old.recorded = since(old.recorded.lower, change)
    old.save(update_fields=["recorded"])
    past, future = (Policy.objects.get(pk=old.pk) for _ in range(2))
    past.valid, future.valid = since(old.valid.lower, change), since(change, old.valid.upper)
    future.cap_most = [1]
    for row in (past, future):
        row.pk, row.recorded = None, since(change)
        row.save(force_insert=True)
    again = called(acme, "2026-03-11 10:30")
    assert audited(acme)["violations"] == {}
    audited(acme, change.date())
    assert audited(acme, at("2026-03-11 10:00").date())["calls"] == 2
    assert "attempts_exceeded_in_calls" in found(again)


def test_it_keeps_the_evidence_as_of_the_call(acme):
    record = refused(acme, "09:00")
    check = asked(acme, "10:00")
    called(acme, "10:01", check_id=check)
    audited(acme)
    evidence = Violation.objects.get(code="opted_out_of_company").evidence
    policy = Policy.objects.get(
        jurisdiction="CN", sector="insurance", recorded__upper_inf=True, valid__contains=at("10:01")
    )
    assert evidence["verdict"] == "deny"
    assert evidence["reasons"] == ["opted_out_of_company", "consent_missing"]
    assert evidence["facts"]["refused"] is True
    assert evidence["facts"]["ground"] == "missing"
    assert evidence["opt_out"] == f"opt_{record}"
    assert evidence["consent"] is None
    assert evidence["refused_since"] == at("09:00").isoformat()
    assert evidence["as_of"] == at("10:01").isoformat()
    assert evidence["check"] == {
        "id": f"chk_{check}",
        "kind": "dial",
        "verdict": "deny",
        "checked_at": at("10:00").isoformat(),
        "valid_until": None,
    }
    assert evidence["policy"] == {"id": policy.pack, "digest": policy.digest}
    assert evidence["findings"]["denied"] is True


def test_it_names_the_consent_that_a_call_rested_on(acme):
    """A good ground, and no check: the evidence says both."""
    record = agreed(acme)
    called(acme, "10:01")
    audited(acme)
    evidence = Violation.objects.get(code="no_check").evidence
    assert (evidence["verdict"], evidence["reasons"]) == ("allow", ["consent_on_record"])
    assert (evidence["consent"], evidence["check"]) == (f"con_{record}", None)


def test_it_holds_no_number_in_the_evidence(acme, ana):
    refused(acme, "09:00")
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    audited(acme)
    for row in Violation.objects.all():
        assert str(ana) not in str(row.evidence)
        assert str(ACME_CALLER) not in str(row.evidence)
