"""Calls on which no verdict can be given: the audit fails where people see it, and makes nothing up."""

from datetime import UTC, datetime

from compliance.audit import audit
from compliance.models import Audit, Violation
from registry.models import NumberRange, Policy, Schedule
from registry.periods import since
from tests.compliance.calls_made import DAY, LATER, agreed, asked, audited, called, found, refused
from tests.story import ANA

FRENCH = 33612345678


def forget_french_policy() -> list[Policy]:
    """As if the pack had been withdrawn at New Year and nothing put in its place; what was in force."""
    ended = list(Policy.objects.current().filter(jurisdiction="FR"))
    for row in ended:
        row.recorded = since(row.recorded.lower, datetime(2026, 1, 1, tzinfo=UTC))
        row.save(update_fields=["recorded"])
    return ended


def test_it_fails_and_says_why_where_no_policy_is_in_force(acme):
    forget_french_policy()
    call = called(acme, "17:00", number=FRENCH)
    good = called(acme, "10:00")
    outcome = audited(acme)
    assert outcome["state"] == "failed"
    assert outcome["problem"] == (
        "No verdict could be given on 1 of 2 calls: "
        "No policy is in force at the number's place, for that sector and time"
    )
    assert found(call) == ["no_check"]
    assert found(good) == ["consent_missing", "no_check"]
    evidence = Violation.objects.get(call=call).evidence
    assert (evidence["verdict"], evidence["reasons"]) == (None, None)
    assert Audit.objects.get().finished_at is not None


def test_it_fails_and_says_why_where_the_numbering_plan_has_no_place(acme):
    NumberRange.objects.filter(zone_key="Asia/Shanghai").delete()
    called(acme, "10:00")
    outcome = audited(acme)
    assert outcome["state"] == "failed"
    assert "1 of 1 calls: The numbering plan has no place for that number" in outcome["problem"]


def test_it_does_not_take_back_what_it_cannot_judge_any_more(acme):
    refused(None, "09:00", number=FRENCH)
    call = called(acme, "17:00", number=FRENCH)
    assert audited(acme)["state"] == "completed"
    before = found(call)
    forget_french_policy()
    outcome = audited(acme)
    assert (outcome["state"], outcome["changes"]["withdrawn"]) == ("failed", 0)
    assert found(call) == before
    assert before == ["no_check", "opted_out_of_all"]


def test_it_is_done_again_when_the_policy_is_there(acme):
    ended = forget_french_policy()
    refused(None, "09:00", number=FRENCH)
    call = called(acme, "17:00", number=FRENCH)
    assert audited(acme)["state"] == "failed"
    for row in ended:
        row.pk, row.recorded = None, since(datetime(2026, 1, 1, tzinfo=UTC))
        row.save(force_insert=True)
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert (outcome["claimed"], outcome["state"], outcome["problem"]) == (True, "completed", "")
    assert found(call) == ["no_check", "opted_out_of_all"]


def test_it_makes_the_calendar_of_calling_hours_that_is_missing(acme):
    agreed(acme)
    check = asked(acme, "10:00")
    called(acme, "10:01", check_id=check)
    night = called(acme, "22:00", number=ANA + 1)
    Schedule.objects.all().delete()
    outcome = audited(acme)
    assert (outcome["state"], outcome["incidents"]) == ("completed", 0)
    assert found(night) == ["consent_missing", "no_check", "outside_calling_hours"]
    assert Schedule.objects.exists()


def test_it_makes_the_calendar_for_the_checks_alone(acme):
    """A day without calls: the checks are asked again all the same, and their hours are looked up."""
    agreed(acme)
    asked(acme, "10:00")
    Schedule.objects.all().delete()
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert (outcome["state"], outcome["calls"], outcome["incidents"]) == ("completed", 0, 0)
    assert Schedule.objects.exists()
