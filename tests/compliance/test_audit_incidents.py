"""Our own answers of the day, asked again: where one comes out otherwise, that is an incident and nobody is accused."""

from contextlib import contextmanager

import pytest
from django.db import connection

from compliance.audit import recheck
from compliance.models import Audit, Incident, Violation
from registry import consents, opt_outs, places
from registry.models import Check, Decision, FormerRange, NumberRange, OptOut, Policy
from registry.periods import Moment, since
from registry.predial.facts import Question
from registry.predial.scrub import scrub
from tests.compliance.calls_made import agreed, asked, at, audited, called, client, refused
from tests.story import ACME_CALLER, ANA


@contextmanager
def lifted(table: str):
    """The table without its guards, as only its owner can make it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(check: int, **columns) -> None:
    """Change a check after the fact."""
    changes = ", ".join(f"{column} = %s" for column in columns)
    with lifted("registry_check") as cursor:
        cursor.execute(f"UPDATE registry_check SET {changes} WHERE id = %s", [*columns.values(), check])


def an_allow() -> int:
    """The id of some decision that allows."""
    return Decision.objects.filter(allowed=True, reasons=["consent_on_record"]).values_list("pk", flat=True)[
        0
    ]


def test_it_agrees_with_every_answer_it_gave(acme):
    agreed(acme)
    for hour in (8, 9, 10, 11, 12):
        asked(acme, f"{hour:02}:00")
    refused(acme, "13:00")
    asked(acme, "14:00")
    asked(acme, "15:00", number=ANA + 1)
    list(scrub([ANA, ANA + 1], Question(acme.pk, acme.pk, 0, ACME_CALLER, 0, 0), Moment.of(at("16:00"))))
    called(acme, "10:01")
    assert audited(acme)["incidents"] == 0
    assert set(Check.objects.values_list("allowed", flat=True)) == {True, False}


def test_it_finds_an_answer_that_was_changed(acme):
    check = asked(acme, "10:00")
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01", check_id=check)
    outcome = audited(acme)
    incident = Incident.objects.get()
    assert outcome["incidents"] == 1
    assert (incident.check_id, incident.checked_at, incident.company) == (check, at("10:00"), acme)
    assert incident.given == {"verdict": "allow", "reasons": ["consent_on_record"]}
    assert incident.recomputed == {"verdict": "deny", "reasons": ["consent_missing"]}
    assert incident.audit == Audit.objects.get()


def test_it_finds_a_verdict_that_does_not_fit_its_decision(acme):
    check = asked(acme, "10:00")
    tamper(check, allowed=True, valid_until=at("12:00"))
    called(acme, "10:01")
    assert audited(acme)["incidents"] == 1


def test_it_finds_a_changed_answer_of_a_scrub(acme):
    (row,) = scrub([ANA], Question(acme.pk, acme.pk, 0, ACME_CALLER, 0, 0), Moment.of(at("10:00")))
    tamper(row.check_id, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01")
    assert audited(acme)["incidents"] == 1


def test_it_keeps_one_incident_for_a_check_and_keeps_it_when_it_is_healed(acme):
    check = asked(acme, "10:00")
    true_answer = Check.objects.get(pk=check).decision_id
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01", check_id=check)
    audited(acme)
    before = list(Incident.objects.values_list())
    assert audited(acme)["incidents"] == 1
    tamper(check, decision_id=true_answer, allowed=False, valid_until=None)
    assert audited(acme)["incidents"] == 1
    assert list(Incident.objects.values_list()) == before


@pytest.mark.parametrize(("seconds", "incidents"), [(3, 0), (7, 1)])
def test_it_excuses_what_committed_while_the_check_was_asked(acme, seconds, incidents):
    """An opt-out recorded shortly before the check, which the check did not see; and one it should have seen."""
    agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00:10"))
    refused(None, f"10:00:{10 - seconds:02}")
    assert audited(acme)["incidents"] == incidents


def test_it_excuses_attempts_that_committed_while_the_check_was_asked(acme):
    """Three checks of one second, and a fourth that saw none of them."""
    agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00:10"))
    for _ in range(3):
        check = asked(acme, "10:00:09")
    assert Check.objects.get(pk=check).allowed
    assert audited(acme)["incidents"] == 0


def test_it_excuses_what_was_not_seen_beside_what_was(acme):
    """Three attempts of the seconds before were counted; the opt-out of the same seconds was not there yet."""
    agreed(acme)
    for second in (6, 7, 8):
        asked(acme, f"10:00:{second:02}")
    called(acme, "10:01", check_id=asked(acme, "10:00:10"))
    refused(None, "10:00:09")
    assert audited(acme)["incidents"] == 0


def test_it_finds_an_allow_against_a_refusal_even_if_the_rule_agrees(acme, monkeypatch):
    """The plain statement does not ask the rule. Here the rule's own comparison is put out of action."""
    agreed(acme)
    refused(acme, "09:00")
    check = asked(acme, "10:00")
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01")
    monkeypatch.setattr(recheck, "_differing", lambda *_: [])
    assert audited(acme)["incidents"] == 1
    incident = Incident.objects.get()
    assert incident.check_id == check
    assert incident.recomputed["verdict"] == "deny"
    assert incident.recomputed["reasons"] == ["opted_out_of_company"]
    assert incident.recomputed["opt_out"] == f"opt_{OptOut.objects.get().record_id}"


def _confirmed_later(acme):
    refused(acme, "09:00")
    consents.confirm(record_id=agreed(acme, "09:30"), moment=Moment.of(at("09:40")))


def _withdrawn(acme):
    record = refused(acme, "09:00")
    opt_outs.withdraw(record_id=record, moment=Moment.of(at("09:30")))


def _other_channel(acme):
    opt_outs.register(
        number=ANA,
        scope="company",
        company=acme,
        channels=["sms"],
        source="portal",
        moment=Moment.of(at("09:00")),
    )


def _certain_hours(acme):
    opt_outs.register(
        number=ANA,
        scope="company",
        company=acme,
        hours=(720, 780),
        source="portal",
        moment=Moment.of(at("09:00")),
    )


def _recorded_later(acme):
    refused(acme, "09:00", recorded="11:00")


def _another_company(acme):
    refused(client(), "09:00")


@pytest.mark.parametrize(
    "history",
    [_confirmed_later, _withdrawn, _other_channel, _certain_hours, _recorded_later, _another_company],
)
def test_it_finds_nothing_plainly_wrong_where_the_refusal_does_not_bind(acme, monkeypatch, history):
    agreed(acme)
    history(acme)
    assert Check.objects.get(pk=asked(acme, "10:00")).allowed
    called(acme, "10:01")
    monkeypatch.setattr(recheck, "_differing", lambda *_: [])
    assert audited(acme)["incidents"] == 0


def test_it_accuses_nobody_of_our_defect(acme):
    """The check was allowed by mistake, and the company kept to it. What the call itself broke is still found."""
    check = asked(acme, "10:00")
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01", check_id=check)
    audited(acme)
    assert set(Violation.objects.values_list("code", flat=True)) == {"consent_missing"}


def test_it_asks_the_checks_of_the_day_only(acme):
    check = asked(acme, "2026-03-09 10:00")
    tamper(check, decision_id=an_allow())
    called(acme, "10:01")
    assert audited(acme)["incidents"] == 0


def test_it_asks_as_of_then(acme):
    """A consent withdrawn from the record afterwards, as a correction, does not change what was right then."""
    row = agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    held = acme.consents.model.objects.current().get(record_id=row)
    held.recorded = since(held.recorded.lower, at("12:00"))
    held.save(update_fields=["recorded"])
    assert audited(acme)["incidents"] == 0


def moved(number: int, *, calendar: str) -> None:
    """A new numbering plan is loaded after the check, and the number lies elsewhere in it, as far as holidays go."""
    place = places.of(number)
    FormerRange.objects.create(
        first=place.first, past=place.past, jurisdiction=place.jurisdiction, zone_key=place.zone_key,
        calendar=calendar, until=at("2026-03-11 00:00"),
    )  # fmt: skip


@pytest.mark.parametrize(("calendar", "incidents"), [("HK", 0), ("CN", 1)])
def test_it_asks_no_check_again_whose_number_has_moved_in_the_plan(acme, calendar, incidents):
    """Its answer came from another plan. One that only lost its neighbours lies where it lay."""
    check = asked(acme, "10:00")
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    called(acme, "10:01", check_id=check)
    moved(ANA, calendar=calendar)
    outcome = audited(acme)
    assert (outcome["incidents"], outcome["checks_skipped"]) == (incidents, 1 - incidents)
    assert Audit.objects.get().checks_skipped == 1 - incidents


def test_it_keeps_the_stretches_of_a_plan_that_go(acme):
    plan = list(NumberRange.objects.values_list())
    place = places.of(ANA)
    NumberRange.objects.filter(pk=place.pk).update(calendar="HK")
    clock = at("2026-03-12 00:00")
    assert places.load(frozenset(Policy.objects.values_list("jurisdiction", flat=True)), clock=clock) == len(
        plan
    )
    former = FormerRange.objects.get()
    assert (former.first, former.past, former.calendar, former.until) == (
        place.first,
        place.past,
        "HK",
        clock,
    )
    assert sorted(NumberRange.objects.values_list()) == sorted(plan)
    assert places.load(frozenset(Policy.objects.values_list("jurisdiction", flat=True)), clock=clock) == 0


def test_it_looks_at_the_checks_of_a_day_without_calls(acme):
    check = asked(acme, "10:00")
    tamper(check, decision_id=an_allow(), allowed=True, valid_until=at("12:00"))
    outcome = audited(acme)
    assert (outcome["calls"], outcome["incidents"]) == (0, 1)
    assert Incident.objects.get().check_id == check
