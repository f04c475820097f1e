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

from compliance import calls, complaint_matching, complaint_messages, counts, hints
from compliance.audit import audit
from compliance.models import CountDue
from compliance.replay import replay
from compliance.reports import reports
from registry import partitions

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


@shared_task(name="compliance.reconcile", acks_late=True)
def reconcile() -> dict[str, int]:
    """Send again what should be done and of which nothing was heard. Every minute; the next round is its retry."""
    clock = datetime.now(UTC)
    logs = hints.call_logs(clock=clock)
    for call_log_id in logs:
        load_call_log.apply_async([call_log_id])
    pairs = hints.audits(clock=clock)
    send_audits(pairs)
    counts = {"call_logs": len(logs), "audits": len(pairs)}
    if any(counts.values()):
        log.warning("jobs_sent_again", **counts)
    return counts


@shared_task(name="compliance.make_call_partitions", **PERSISTENT)
def make_call_partitions() -> int:
    """Make the months of the calls before they begin; how many were made. Earlier ones are made when calls come in."""
    return partitions.ensure_around("compliance_call", datetime.now(UTC))


@shared_task(name="compliance.detach_call_partitions", **PERSISTENT)
def detach_call_partitions() -> list[str]:
    """Put the months of calls aside that are older than `CALL_RETENTION_MONTHS`; their new names.

    Never a month that call logs may still bring calls of: they could not be told from those that are on record.
    """
    before = partitions.kept_since(
        datetime.now(UTC), months=settings.CALL_RETENTION_MONTHS, days=settings.CALL_LOG_MAX_AGE_DAYS
    )
    aside = partitions.detach("compliance_call", before=before) if before else []
    if aside:
        log.warning("partitions_detached", tables=aside)
    return aside


@shared_task(name="compliance.forget_call_log_files", **PERSISTENT)
def forget_call_log_files() -> int:
    """Remove the files of call logs that ended long ago; of how many."""
    return calls.forget_files(datetime.now(UTC))


def send_audits(pairs: list[tuple[int, date]]) -> None:
    """Tell the workers of company-days to audit."""
    for company_id, day in pairs:
        audit_company_day.apply_async([company_id, day.isoformat()])


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
