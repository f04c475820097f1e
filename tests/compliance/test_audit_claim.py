"""One worker for a company-day, whatever the queue does."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from compliance.audit import audit, claims, findings
from compliance.models import Audit, Violation
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import DAY, LATER, at, audited, called


def test_it_claims_a_day_that_was_never_asked_for(acme):
    called(acme, "10:00")
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert (outcome["claimed"], outcome["state"], outcome["calls"]) == (True, "completed", 1)


@pytest.mark.parametrize(
    ("state", "fields", "taken"),
    [
        ("queued", {}, True),
        ("failed", {}, True),
        ("completed", {}, False),
        ("completed", {"stale_since": LATER}, True),
        ("running", {"beat_at": LATER}, False),
        ("running", {"beat_at": LATER, "stale_since": LATER}, False),
        ("running", {"beat_at": LATER - claims.LEASE - timedelta(seconds=1)}, True),
    ],
)
def test_it_claims_what_is_to_be_done(acme, state, fields, taken):
    called(acme, "10:00")
    Audit.objects.create(company=acme, day=DAY, requested_at=LATER, state=state, runs=3, **fields)
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert outcome["claimed"] is taken
    row = Audit.objects.get()
    assert (row.state, row.runs) == (("completed", 4) if taken else (state, 3))
    assert Violation.objects.exists() is taken


def test_it_leaves_nothing_behind_when_another_took_the_day_over(acme, monkeypatch):
    called(acme, "10:00")
    find = findings.find

    def overtaken(held):
        found = find(held)
        Audit.objects.update(runs=held.run + 1, beat_at=LATER)
        return found

    monkeypatch.setattr(findings, "find", overtaken)
    outcome = audit.audit(acme.pk, DAY, clock=LATER)
    assert outcome["claimed"] is False
    assert Audit.objects.get().state == "running"
    assert not Violation.objects.exists()


def test_it_stays_stale_when_calls_come_in_while_it_runs(acme, monkeypatch):
    called(acme, "10:00")
    find = findings.find

    def meanwhile(held):
        found = find(held)
        called(acme, "11:00")
        Audit.objects.update(stale_since=LATER)
        return found

    monkeypatch.setattr(findings, "find", meanwhile)
    assert audited(acme)["calls"] == 1
    assert Audit.objects.get().stale_since == LATER
    monkeypatch.setattr(findings, "find", find)
    assert audit.audit(acme.pk, DAY, clock=LATER)["calls"] == 2


def test_it_says_that_it_failed_and_raises_when_it_breaks(acme, monkeypatch):
    called(acme, "10:00")

    def broken(held):
        raise ZeroDivisionError

    monkeypatch.setattr(findings, "find", broken)
    with pytest.raises(ZeroDivisionError):
        audited(acme)
    row = Audit.objects.get()
    assert (row.state, row.problem) == ("failed", audit.BROKE)


def test_it_asks_for_the_days_that_have_calls_or_an_audit(acme, bolt, carrier):
    called(acme, "2026-03-08 07:59")  # 7 March, UTC
    called(acme, "2026-03-08 08:00")
    called(acme, "10:00")
    called(bolt, "10:00")
    called(bolt, "2026-03-12 10:00")
    Audit.objects.create(company=carrier, day=date(2026, 3, 9), requested_at=LATER, state="completed")
    pairs = audit.request(date(2026, 3, 8), date(2026, 3, 11), clock=LATER)
    assert pairs == [
        (acme.pk, date(2026, 3, 8)),
        (carrier.pk, date(2026, 3, 9)),
        (acme.pk, date(2026, 3, 10)),
        (bolt.pk, date(2026, 3, 10)),
    ]
    assert set(Audit.objects.values_list("company_id", "day")) == set(pairs)
    assert set(Audit.objects.values_list("state", "requested_at", "runs")) == {("queued", LATER, 0)}
    assert audit.request(date(2026, 3, 8), date(2026, 3, 11), [bolt.pk], clock=LATER) == [
        (bolt.pk, date(2026, 3, 10))
    ]


def test_it_asks_again_for_a_day_that_is_being_worked_on(acme):
    Audit.objects.create(company=acme, day=DAY, requested_at=LATER, state="running", beat_at=LATER, runs=1)
    later = LATER + timedelta(minutes=1)
    assert audit.request(DAY, DAY, clock=later) == [(acme.pk, DAY)]
    row = Audit.objects.get()
    assert (row.state, row.stale_since) == ("running", later)


def test_it_is_done_once_by_two_workers_at_the_same_time(committed):
    company = companies.enter(name="Acme", moment=Moment.of(at("2025-02-01 09:00")))
    for second in range(50):
        called(company, f"10:00:{second:02}")
    audit.request(DAY, DAY, clock=LATER)
    start, outcomes = Barrier(2), []

    def work():
        start.wait()
        outcomes.append(audit.audit(company.pk, DAY, clock=LATER))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcome["claimed"] for outcome in outcomes) == [False, True]
    row = Audit.objects.get()
    assert (row.state, row.runs, row.calls) == ("completed", 1, 50)
    assert Violation.objects.filter(code="no_check").count() == 50
