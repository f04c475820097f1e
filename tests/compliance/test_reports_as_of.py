"""A report asked again as of then says the same, whatever came on record since; its digest proves it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from compliance import violations
from compliance.models import AuditRun, CallLog, Report, Violation, ViolationVersion
from compliance.reports import reports
from compliance.reports.kinds import KINDS
from tests.compliance.calls_made import DAY, LATER, agreed, asked, at, audited, called
from tests.compliance.complaints_made import filed, matched
from tests.compliance.reports_made import AS_OF, day, made, question
from tests.story import ANA

MUCH_LATER = AS_OF + timedelta(days=60)


def kinds(acme):
    narrowed = {"company": {"company_id": acme.pk}, "sector": {"sector": "insurance"}}
    return {name: question(name, **narrowed.get(name, {})) for name in KINDS}


def digests(acme):
    return {name: reports.answer(asked_)[3] for name, asked_ in kinds(acme).items()}


def late_log(acme) -> None:
    """A log of calls of the day that came in much later."""
    log = CallLog.objects.create(
        pk=10_000,  # the calls of the tests stand under log 1, which is not there
        company=acme, state="completed", format="native", sha256="0" * 64, bytes_total=1, created_at=LATER,
        finished_at=MUCH_LATER,
    )  # fmt: skip
    called(acme, "15:00", number=ANA + 30, call_log=log.pk)


def audited_again(acme) -> None:
    """Much later, with the rule and records of then: withdraws nothing by itself."""
    assert audited(acme, DAY, MUCH_LATER)["state"] == "completed"


def withdrawn(acme) -> None:
    """What was found is found no more."""
    row = Violation.objects.filter(company=acme).first()
    Violation.objects.filter(pk=row.pk).update(status="withdrawn", updated_at=MUCH_LATER)


def settled(acme) -> None:
    row = Violation.objects.filter(company=acme, status="open").last()
    violations.settle(violation_id=row.pk, status="dismissed", clock=MUCH_LATER)


def answered(acme) -> None:
    row = Violation.objects.filter(company=acme, status="open").last()
    violations.respond(violation_id=row.pk, company_id=acme.pk, text="No.", evidence=[], clock=MUCH_LATER)


def evidence_renewed(acme) -> None:
    Violation.objects.filter(company=acme).update(evidence={"verdict": "deny"}, updated_at=MUCH_LATER)


def more_of_the_past(acme) -> None:
    """A consent that claims to be of before, recorded later; a complaint of a call of the day."""
    agreed(acme, "2026-02-01 09:00", number=ANA + 3, recorded="2026-05-01 09:00")
    matched(filed(clock=MUCH_LATER, called_at=at("11:02"), number=ANA + 2), clock=MUCH_LATER)


@pytest.mark.parametrize(
    "change",
    [late_log, audited_again, withdrawn, settled, answered, evidence_renewed, more_of_the_past],
    ids=lambda change: change.__name__,
)
def test_it_says_the_same_as_of_then(acme, change):
    day(acme)
    before = digests(acme)
    change(acme)
    assert digests(acme) == before


def test_it_says_the_same_after_all_of_it(acme):
    day(acme)
    before = digests(acme)
    late_log(acme)
    for change in (audited_again, answered, settled, withdrawn, evidence_renewed):
        change(acme)
    audited(acme, DAY, MUCH_LATER + timedelta(days=1))
    assert digests(acme) == before


def test_it_says_otherwise_as_of_now(acme):
    """Or the tests above would prove nothing."""
    day(acme)
    was = reports.answer(question("violations"))[3]
    settled(acme)
    late_log(acme)
    now = MUCH_LATER + timedelta(days=1)
    first, then = (reports.answer(question("national-month", as_of))[0]["totals"] for as_of in (AS_OF, now))
    assert (first["calls"], then["calls"]) == (7, 8)
    assert then["audited"] == 7
    assert then["violations"] == first["violations"] - 1
    assert reports.answer(question("violations", now))[3] != was


def test_it_proves_a_report_again(acme, files):
    day(acme)
    row = made("national-month")
    settled(acme)
    assert reports.again(row) == row.data_digest
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM compliance_violation WHERE id = (SELECT max(id) FROM compliance_violation)"
        )
    assert reports.again(row) != row.data_digest


def test_it_knows_nothing_before_the_audit(acme):
    day(acme)
    early = reports.answer(question("national-month", at("2026-03-15 00:00")))[0]["totals"]
    assert (early["calls"], early["audited"], early["violations"]) == (7, 0, 0)


def test_it_keeps_each_version_of_a_violation(acme):
    called(acme, "10:00")
    audited(acme)
    row = Violation.objects.first()
    opened = row.updated_at
    violations.respond(violation_id=row.pk, company_id=acme.pk, text="No.", evidence=[], clock=MUCH_LATER)
    violations.settle(violation_id=row.pk, status="confirmed", clock=MUCH_LATER)
    row.refresh_from_db()
    versions = list(ViolationVersion.objects.filter(violation=row).values_list("status", "since", "until"))
    # Two changes by one reading of the clock: what lasted no time was at no moment.
    assert versions == [("open", opened, MUCH_LATER), ("answered", MUCH_LATER, MUCH_LATER)]
    assert row.updated_at == MUCH_LATER


def test_it_puts_changes_in_order_whatever_their_clocks_say(acme):
    called(acme, "10:00")
    audited(acme, clock=MUCH_LATER)
    row = Violation.objects.first()
    opened = row.updated_at
    # An officer whose request waited for the audit read the clock before it.
    violations.settle(violation_id=row.pk, status="confirmed", clock=LATER)
    row.refresh_from_db()
    assert row.updated_at == opened


def test_it_keeps_each_run_of_an_audit(acme):
    called(acme, "10:00")
    audited(acme)
    called(acme, "11:00")
    audited(acme, DAY, MUCH_LATER)
    assert list(AuditRun.objects.values_list("run", "state", "calls")) == [
        (1, "completed", 1),
        (2, "completed", 2),
    ]
    assert AuditRun.objects.first().started_at == LATER


@pytest.mark.parametrize("table", ["compliance_violationversion", "compliance_auditrun"])
def test_it_changes_nothing_that_was(acme, table):
    asked(acme, "09:59")
    called(acme, "10:00")
    audited(acme)
    settled(acme)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id + 1")


def test_it_changes_no_report_that_was_made(acme, files):
    row = made("violations")
    with pytest.raises(IntegrityError, match="keeps what was reported"), transaction.atomic():
        Report.objects.filter(pk=row.pk).update(data_digest="")
    with pytest.raises(IntegrityError, match="keeps what was reported"), transaction.atomic():
        row.delete()


def test_it_places_a_violation_once(acme):
    called(acme, "10:00")
    audited(acme)
    assert set(Violation.objects.values_list("region", flat=True)) == {"CN"}
