"""The command that audits days."""

import json
from datetime import date
from io import StringIO

import kombu.exceptions
import pytest
from django.core.management import CommandError, call_command

from compliance import tasks
from compliance.audit import audit
from compliance.management.commands import run_audit
from compliance.models import Audit, Violation
from registry import ids
from tests.compliance.calls_made import DAY, LATER, agreed, asked, called, client
from tests.compliance.test_audit_undecided import FRENCH, forget_french_policy
from tests.story import ANA

SPAN = ("--from", "2026-03-09", "--to", "2026-03-10")


def run(*options: str) -> str:
    out = StringIO()
    call_command("run_audit", *options, stdout=out)
    return out.getvalue()


def test_it_audits_the_days_and_prints_what_was_found(acme):
    called(acme, "2026-03-09 10:00")
    called(acme, "10:00")
    called(acme, "2026-03-11 10:00")
    out = run(*SPAN, "--wait")
    assert Violation.objects.filter(code="no_check").count() == 2
    assert set(Audit.objects.values_list("day", "state")) == {
        (date(2026, 3, 9), "completed"),
        (DAY, "completed"),
    }
    for words in ("2026-03-09", "2026-03-10", "Acme Insurance", "completed", "no_check"):
        assert words in out
    assert "2026-03-11" not in out


def test_it_prints_counts_for_machines(acme):
    agreed(acme)
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    called(acme, "2026-03-09 10:00")
    answer = json.loads(run(*SPAN, "--wait", "--json"))
    assert answer == {
        "calls": 2,
        "violations": {"no_check": 1},
        "changes": {"added": 1, "withdrawn": 0, "reopened": 0, "kept": 0},
        "incidents": 0,
        "checks_skipped": 0,
    }
    again = json.loads(run(*SPAN, "--wait", "--json"))
    assert again == answer | {"changes": {"added": 0, "withdrawn": 0, "reopened": 0, "kept": 1}}


def test_it_audits_one_company(acme):
    other = client()
    called(acme, "10:00")
    called(other, "10:00")
    for name in ("seller life", ids.public("com", other.pk)):
        assert json.loads(run(*SPAN, "--company", name, "--wait", "--json"))["calls"] == 1
    assert not Audit.objects.filter(company=acme).exists()
    assert json.loads(run(*SPAN, "--wait", "--json"))["calls"] == 2


def test_it_says_what_changed_since_the_audit_before(acme):
    """A call came in late; and a check that had been missing, so that what is wrong with its call is another thing."""
    called(acme, "10:00")
    called(acme, "2026-03-09 10:00", number=ANA + 1)
    run(*SPAN, "--wait")
    asked(acme, "2026-03-09 09:59", number=ANA + 1)
    called(acme, "10:05")
    answer = json.loads(run(*SPAN, "--wait", "--json"))
    assert answer["changes"] == {"added": 3, "withdrawn": 1, "reopened": 0, "kept": 3}
    assert [row.changes["withdrawn"] for row in Audit.objects.order_by("day")] == [1, 0]
    out = run(*SPAN, "--wait")
    for heading in ("new", "withdrawn", "kept"):
        assert heading in out


def test_it_audits_days_with_checks_and_no_calls(acme):
    asked(acme, "10:00")
    answer = json.loads(run(*SPAN, "--wait", "--json"))
    assert (answer["calls"], answer["incidents"]) == (0, 0)
    assert Audit.objects.get().state == "completed"


def test_it_has_nothing_to_do_where_nobody_called(acme):
    answer = json.loads(run(*SPAN, "--wait", "--json"))
    assert (answer["calls"], answer["violations"]) == (0, {})
    assert not Audit.objects.exists()


def test_it_leaves_the_work_to_the_workers(acme, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "send_audits", sent.extend)
    called(acme, "10:00")
    assert json.loads(run(*SPAN, "--json")) == {"queued": 1}
    assert sent == [(acme.pk, DAY)]
    assert Audit.objects.get().state == "queued"
    assert not Violation.objects.exists()
    assert "1 audits" in run(*SPAN)


def test_it_says_so_when_no_queue_answers(acme, monkeypatch):
    def refuse(pairs):
        raise kombu.exceptions.OperationalError("connection refused")

    monkeypatch.setattr(tasks, "send_audits", refuse)
    called(acme, "10:00")
    with pytest.raises(CommandError, match="--wait"):
        run(*SPAN)


def test_it_fails_when_an_audit_fails(acme, capsys):
    forget_french_policy()
    called(acme, "17:00", number=FRENCH)
    out = StringIO()
    with pytest.raises(CommandError, match="2026-03-10: No verdict could be given on 1 of 1 calls"):
        call_command("run_audit", *SPAN, "--wait", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["calls"], answer["violations"]) == (1, {"no_check": 1})


def test_it_waits_for_a_worker_that_is_at_it(acme, monkeypatch):
    """The worker ends in the third look, and the day has to be done again for who asked meanwhile."""
    called(acme, "10:00")
    row = Audit.objects.create(company=acme, day=DAY, requested_at=LATER, state="running", runs=1)
    looks = []

    def look(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            Audit.objects.filter(pk=row.pk).update(state="completed")

    monkeypatch.setattr(run_audit.time, "sleep", look)
    assert json.loads(run(*SPAN, "--wait", "--json"))["calls"] == 1
    assert len(looks) == 3
    row.refresh_from_db()
    assert (row.state, row.runs) == ("completed", 2)


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "2026-03-10", "--to", "2026-03-09"),
        ("--from", "monday", "--to", "2026-03-10"),
        ("--from", "2026-03-10"),
        (*SPAN, "--company", "Nobody"),
    ],
)
def test_it_refuses_what_means_nothing(db, options):
    with pytest.raises(CommandError):
        run(*options, "--wait")
    assert not Audit.objects.exists()


def test_it_is_the_same_audit_that_tasks_do(acme):
    called(acme, "10:00")
    audit.request(DAY, DAY, clock=LATER)
    counts = tasks.audit_company_day(acme.pk, DAY.isoformat())
    assert (counts["claimed"], counts["calls"]) == (True, 1)
    assert json.loads(run(*SPAN, "--wait", "--json"))["violations"] == counts["violations"]
