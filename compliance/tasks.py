"""Celery's faces of compliance: ids and ISO dates in, counts out; each is one call to a verb.

A task may come twice, late or never. Every one is safe to run again: the verbs claim rows by conditional update, and
`reconcile` finds what no message tells of.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.db import OperationalError

from compliance import calls, carrier_records, complaint_matching, complaint_messages, counts, hints
from compliance.audit import audit
from compliance.models import CountDue
from compliance.reconciliation import reconciliation
from compliance.replay import replay
from compliance.reports import reports
from registry import partitions, uploads

log = structlog.get_logger(__name__)

#: A database that is away for a moment (a restart, a deadlock) is asked again after 5, 10, 20, 40 and 80 seconds.
#: After that the job's row says that it is still to be done, and `reconcile` finds it.
PERSISTENT = {
    "acks_late": True,
    "autoretry_for": (OperationalError,),
    "retry_backoff": 5,
    "retry_jitter": False,
    "max_retries": 5,
}


#: The tables of calls that are kept by month, those reported and those carried.
CALL_TABLES = ("compliance_call", "compliance_carriercall")
#: Lists loaded at the desk, and their refused rows, may be come back to for an hour; they hold whole numbers.
DESK_LISTS_KEPT = timedelta(hours=2)


@shared_task(name="compliance.load_call_log", **PERSISTENT)
def load_call_log(call_log_id: int) -> dict[str, Any]:
    """Load one call log; its state and counts."""
    counts = calls.load(call_log_id, clock=datetime.now(UTC))
    log.info("call_log_loaded", call_log=call_log_id, **counts)
    return counts


@shared_task(name="compliance.audit_day", **PERSISTENT)
def audit_day(day: str | None = None) -> dict[str, Any]:
    """Have the calls of a day (UTC; default: yesterday) audited, company by company.

    Also those of the days before it that were never audited, or whose audit failed: logs come in late, and a policy
    that was missing may be there now. What is merely stale, `reconcile` has done again at once.
    """
    clock = datetime.now(UTC)
    until = date.fromisoformat(day) if day else clock.date() - timedelta(days=1)
    pairs = audit.request(until, until, clock=clock)
    for company_id, earlier in hints.missed(until - timedelta(days=calls.LOOK_BACK_DAYS), until):
        pairs += audit.request(earlier, earlier, [company_id], clock=clock)
    send_audits(pairs)
    counts = {"day": until.isoformat(), "audits": len(pairs)}
    log.info("audits_requested", **counts)
    return counts


@shared_task(name="compliance.audit_company_day", **PERSISTENT)
def audit_company_day(company_id: int, day: str) -> dict[str, Any]:
    """Audit one company's calls of one day (UTC); what the audit's row says afterwards."""
    calls.settle(company_id=company_id)
    return audit.audit(company_id, date.fromisoformat(day), clock=datetime.now(UTC))


@shared_task(name="compliance.load_carrier_record", **PERSISTENT)
def load_carrier_record(carrier_record_id: int) -> dict[str, Any]:
    """Load one file of a carrier; its state and counts."""
    counts = carrier_records.load(carrier_record_id, clock=datetime.now(UTC))
    log.info("carrier_record_loaded", carrier_record=carrier_record_id, **counts)
    return counts


@shared_task(name="compliance.reconcile_days", **PERSISTENT)
def reconcile_days(day: str | None = None) -> dict[str, Any]:
    """Have a day (UTC) reconciled, company by company, and the callers of nobody looked at.

    Without a day: those that are due, and what failed of the days that logs may still come in for. What is merely
    stale, `reconcile` has done again at once.
    """
    clock = datetime.now(UTC)
    pairs = []
    for each in [date.fromisoformat(day)] if day else reconciliation.due(clock):
        pairs += reconciliation.request(each, each, clock=clock)
    if not day:
        pairs += [pair for pair in hints.failed_reconciliations(clock=clock) if pair not in pairs]
    send_reconciliations(pairs)
    counts = {"reconciliations": len(pairs)}
    log.info("reconciliations_requested", **counts)
    return counts


@shared_task(name="compliance.reconcile_company_day", **PERSISTENT)
def reconcile_company_day(company_id: int | None, day: str) -> dict[str, Any]:
    """Reconcile one company's day (UTC), or the callers of nobody; what the row says afterwards."""
    return reconciliation.reconcile(company_id, date.fromisoformat(day), clock=datetime.now(UTC))


@shared_task(name="compliance.reconcile", acks_late=True)
def reconcile() -> dict[str, int]:
    """Send again what should be done and of which nothing was heard. Every minute; the next round is its retry."""
    clock = datetime.now(UTC)
    logs = hints.call_logs(clock=clock)
    for call_log_id in logs:
        load_call_log.apply_async([call_log_id])
    records = hints.carrier_records(clock=clock)
    for carrier_record_id in records:
        load_carrier_record.apply_async([carrier_record_id])
    pairs, days = hints.audits(clock=clock), hints.reconciliations(clock=clock)
    send_audits(pairs)
    send_reconciliations(days)
    counts = {
        "call_logs": len(logs),
        "carrier_records": len(records),
        "audits": len(pairs),
        "reconciliations": len(days),
    }
    if any(counts.values()):
        log.warning("jobs_sent_again", **counts)
    return counts


@shared_task(name="compliance.make_call_partitions", **PERSISTENT)
def make_call_partitions() -> int:
    """Make the months of the calls before they begin; how many were made. Earlier ones are made when calls come in."""
    return sum(partitions.ensure_around(table, datetime.now(UTC)) for table in CALL_TABLES)


@shared_task(name="compliance.detach_call_partitions", **PERSISTENT)
def detach_call_partitions() -> list[str]:
    """Put the months of calls aside that are older than `CALL_RETENTION_MONTHS`; their new names.

    Never a month that call logs may still bring calls of: they could not be told from those that are on record.
    """
    before = partitions.kept_since(
        datetime.now(UTC), months=settings.CALL_RETENTION_MONTHS, days=settings.CALL_LOG_MAX_AGE_DAYS
    )
    aside = [name for table in CALL_TABLES if before for name in partitions.detach(table, before=before)]
    if aside:
        log.warning("partitions_detached", tables=aside)
    return aside


@shared_task(name="compliance.forget_call_log_files", **PERSISTENT)
def forget_call_log_files() -> int:
    """Remove the files of call logs and of carriers that ended long ago, and lists left at the desk; of how many."""
    clock = datetime.now(UTC)
    uploads.forget("desk_lists", before=clock - DESK_LISTS_KEPT)
    return calls.forget_files(clock) + carrier_records.forget_files(clock)


def send_audits(pairs: list[tuple[int, date]]) -> None:
    """Tell the workers of company-days to audit."""
    for company_id, day in pairs:
        audit_company_day.apply_async([company_id, day.isoformat()])


def send_reconciliations(pairs: list[tuple[int | None, date]]) -> None:
    """Tell the workers of company-days to reconcile."""
    for company_id, day in pairs:
        reconcile_company_day.apply_async([company_id, day.isoformat()])


@shared_task(name="compliance.match_complaint", **PERSISTENT)
def match_complaint(complaint_id: int) -> dict[str, Any]:
    """Find whom a complaint is about, and relay it where it may go by itself; the grounds."""
    found = complaint_matching.match(complaint_id, clock=datetime.now(UTC))
    tell_complainant.apply_async([complaint_id])
    return found


@shared_task(name="compliance.tell_complainant", **PERSISTENT)
def tell_complainant(complaint_id: int) -> str:
    """Tell a person where their complaint stands, if they are to be told now; how they were."""
    return complaint_messages.tell(complaint_id, clock=datetime.now(UTC))


@shared_task(name="compliance.reconcile_complaints", acks_late=True)
def reconcile_complaints() -> dict[str, int]:
    """Send the complaints to be matched or told of, of which nothing was heard, or whose time came. Every minute."""
    clock = datetime.now(UTC)
    unmatched, untold = hints.complaints(clock=clock), hints.untold(clock=clock)
    for complaint_id in unmatched:
        match_complaint.apply_async([complaint_id])
    for complaint_id in untold:
        tell_complainant.apply_async([complaint_id])
    return {"unmatched": len(unmatched), "untold": len(untold)}


@shared_task(name="compliance.make_report", **PERSISTENT)
def make_report(report_id: int) -> dict[str, Any]:
    """Make one report; its state and digest."""
    made = reports.make(report_id, clock=datetime.now(UTC))
    log.info("report_made", report=report_id, **made)
    return made


@shared_task(name="compliance.schedule_reports", **PERSISTENT)
def schedule_reports() -> int:
    """Ask for the reports of the month before, unless they were; of how many. Daily: a day missed is made up."""
    asked = reports.schedule(clock=datetime.now(UTC))
    for report_id in asked:
        make_report.apply_async([report_id])
    return len(asked)


@shared_task(name="compliance.reconcile_reports", acks_late=True)
def reconcile_reports() -> int:
    """Send the reports again of which nothing was heard. Every minute; of how many."""
    unmade = reports.unmade(clock=datetime.now(UTC))
    for report_id in unmade:
        make_report.apply_async([report_id])
    return len(unmade)


@shared_task(name="compliance.count_days", acks_late=True)
def count_days() -> int:
    """Count the checks asked since the last round, and send the company-days that changed. Every minute; how many."""
    counts.count_checks(clock=datetime.now(UTC))
    pairs = counts.due()
    for company_id, day in pairs:
        count_company_day.apply_async([company_id, day.isoformat()])
    return len(pairs)


@shared_task(name="compliance.count_company_day", **PERSISTENT)
def count_company_day(company_id: int, day: str) -> bool:
    """Count one company-day again, if it still changed since; whether it was counted."""
    changed = CountDue.objects.filter(company_id=company_id, day=date.fromisoformat(day)).exists()
    if changed:
        counts.count_day(company_id, date.fromisoformat(day))
    return changed


@shared_task(name="compliance.run_replay", **PERSISTENT)
def run_replay(replay_id: int) -> dict[str, Any]:
    """Ask a period again under a draft policy; the replay's state."""
    done = replay.run(replay_id, clock=datetime.now(UTC))
    log.info("replay_run", replay=replay_id, state=done["state"])
    return {"replay": replay_id, "state": done["state"]}


@shared_task(name="compliance.find_lost_replays", acks_late=True)
def find_lost_replays() -> int:
    """Tell the workers again of replays that should be done and of which nothing was heard. Every minute."""
    found = hints.replays(clock=datetime.now(UTC))
    for replay_id in found:
        run_replay.apply_async([replay_id])
    return len(found)
