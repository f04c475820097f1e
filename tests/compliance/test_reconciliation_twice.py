"""A day reconciled again meets its own findings: what changed is said, and what staff settled stays."""

from datetime import timedelta

import pytest

from compliance import complaint_matching, discrepancies, hints, tasks
from compliance.audit.claims import LEASE
from compliance.models import Call, Discrepancy, Reconciliation
from compliance.reconciliation import findings
from compliance.reconciliation.reconciliation import due, reconcile, request
from registry import companies
from registry.errors import PolicyGap
from registry.periods import Moment
from tests.compliance.calls_made import DAY, LATER, at, called
from tests.compliance.carried import carried, reconciled, standing
from tests.compliance.complaints_made import filed
from tests.conftest import ANA
from tests.desk.house import member

pytestmark = pytest.mark.django_db
AGAIN = LATER + timedelta(days=1)


def test_it_finds_the_same_again(acme, carrier):
    carried(carrier, "10:00")
    first = reconciled(acme)
    assert first["changes"] == {"added": 1, "withdrawn": 0, "reopened": 0, "kept": 0}
    row = Discrepancy.objects.get()
    again = reconciled(acme, clock=AGAIN)
    assert again["changes"] == {"added": 0, "withdrawn": 0, "reopened": 0, "kept": 1}
    assert Discrepancy.objects.get().pk == row.pk
    assert Discrepancy.objects.get().opened_at == LATER


def test_it_withdraws_what_a_late_log_explains_and_opens_it_again(acme, carrier):
    carried(carrier, "10:00")
    reconciled(acme, clock=at("2026-03-11 10:00"))
    late = called(acme, "10:00:40")
    assert reconciled(acme)["changes"] == {"added": 0, "withdrawn": 1, "reopened": 0, "kept": 0}
    assert standing() == {}
    # Nothing takes a call away; but a second carried one, nearer to the one report, takes its place.
    second = carried(carrier, "10:01:10")
    changes = reconciled(acme, clock=AGAIN)["changes"]
    assert (changes["reopened"], changes["added"]) == (1, 0)
    assert Call.objects.get().pk == late
    assert Discrepancy.objects.get(state="open").evidence["carrier_call"] != second


def test_it_leaves_alone_what_staff_settled(acme, carrier):
    carried(carrier, "10:00")
    reconciled(acme)
    row = Discrepancy.objects.get()
    discrepancies.dismiss(discrepancy_id=row.pk, reason="One call", user=member("case_officer"), clock=LATER)
    called(acme, "10:00:01")
    assert reconciled(acme, clock=AGAIN)["changes"]["withdrawn"] == 0
    row.refresh_from_db()
    assert (row.state, row.updated_at) == ("dismissed", LATER)


def test_it_says_what_was_known_when(acme, carrier):
    carried(carrier, "10:00", received=at("2026-03-15 00:00"))
    assert reconciled(acme, clock=at("2026-03-14 00:00"))["carried"] == 0
    assert reconciled(acme, clock=at("2026-03-16 00:00"))["carried"] == 1
    assert Reconciliation.objects.get(company=acme).known_at == at("2026-03-16 00:00")
    assert reconciled(acme, clock=at("2026-03-14 00:00"))["carried"] == 0


def test_one_worker_claims_a_day(acme, carrier):
    carried(carrier, "10:00")
    request(DAY, DAY, [acme.pk], clock=LATER)
    Reconciliation.objects.update(state="running", runs=1, beat_at=LATER)
    assert not reconcile(acme.pk, DAY, clock=LATER + timedelta(seconds=1))["claimed"]
    assert not Discrepancy.objects.exists()
    assert reconcile(acme.pk, DAY, clock=LATER + LEASE + timedelta(seconds=1))["claimed"]
    assert Discrepancy.objects.count() == 1


def test_it_ends_as_failed_with_the_reason(acme, monkeypatch):
    def broken(held):
        raise PolicyGap("Nothing is in force")

    monkeypatch.setattr(findings, "find", broken)
    outcome = reconciled(acme)
    assert (outcome["state"], outcome["problem"]) == ("failed", "Nothing is in force")
    assert hints.failed_reconciliations(clock=LATER) == [(acme.pk, DAY)]


def test_it_knows_which_company_days_there_are(acme, bolt, carrier):
    other = companies.enter(name="Idle", moment=Moment.of(at("2025-01-01 00:00")))
    carried(carrier, "10:00")
    called(bolt, "10:00", caller=None)
    assert request(DAY, DAY, clock=LATER) == [(acme.pk, DAY), (bolt.pk, DAY), (None, DAY)]
    assert request(DAY, DAY, clock=LATER) == [(acme.pk, DAY), (bolt.pk, DAY), (None, DAY)]
    assert not Reconciliation.objects.filter(company=other).exists()


def test_the_nightly_round_asks_for_yesterday_and_for_the_day_whose_logs_are_due():
    days = due(LATER)
    assert days[0] == (LATER - timedelta(days=11)).date()
    assert days[-1] == (LATER - timedelta(days=1)).date()
    for day in days:
        Reconciliation.objects.create(company=None, day=day, requested_at=LATER)
    assert due(LATER) == [days[0], days[-1]]


def test_a_worker_is_told_of_what_is_stale(acme, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.reconcile_company_day, "apply_async", sent.append)
    reconciled(acme)
    Reconciliation.objects.update(stale_since=LATER)
    tasks.send_reconciliations(hints.reconciliations(clock=LATER))
    assert sent == [[acme.pk, DAY.isoformat()]]
    assert hints.reconciliations(clock=LATER) == []


def test_it_takes_up_complaints_about_calls_nobody_reported(acme, carrier):
    row = filed(called_at=at("10:00"), clock=at("13:00"))
    complaint_matching.match(row.pk, clock=LATER)
    reconciled(acme)
    found = Discrepancy.objects.get()
    assert (found.kind, found.company, found.evidence["complaint"]) == (
        "complaint_unreported",
        acme,
        f"cmp_{row.pk}",
    )
    assert found.evidence["carrier_call"] is None
    call = carried(carrier, "10:02")
    reconciled(acme, clock=AGAIN)
    found.refresh_from_db()
    assert found.evidence["carrier_call"] == call
    assert standing() == {"complaint_unreported": 1, "not_reported": 1}


def test_complaints_alone_make_a_suspect_of_a_strangers_number(acme):
    for n in range(3):
        filed(number=ANA + n, caller=861065559999, called_at=at(f"10:0{n}"), clock=at("13:00"))
    assert reconciled(None)["found"] == {"unlicensed_caller": 1}
    row = Discrepancy.objects.get()
    assert [signal["name"] for signal in row.evidence["signals"]] == ["complaints"]
    assert (row.score, len(row.evidence["behaviour"]["complaints"])) == (4, 3)
