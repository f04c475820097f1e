"""What the register does by itself. Each is safe to run twice; the timetable is in `config/celery.py`."""

from datetime import UTC, datetime
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError

from registry import (
    announcements,
    change_events,
    changes,
    claims,
    consent_files,
    idempotency,
    inbound,
    partitions,
    sandbox,
    scrubs,
    subscribers,
    timetables,
    webhook_delivery,
)
from registry.api.webhook_answers import message
from registry.errors import ScrubGaveUp
from registry.models import ConsentFile, Scrub

log = structlog.get_logger(__name__)

#: Tables of the register that are partitioned by month.
PARTITIONED = ("registry_check",)

_settings = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "autoretry_for": (OperationalError,),
    "retry_backoff": True,
    "max_retries": 5,
}


@shared_task(name="registry.make_partitions", **_settings)
def make_partitions() -> int:
    """Make the months of the append-only tables before they begin; how many were made."""
    clock = datetime.now(UTC)
    return sum(partitions.ensure_around(table, clock) for table in PARTITIONED)


@shared_task(name="registry.detach_partitions", **_settings)
def detach_partitions() -> list[str]:
    """Put the months of checks aside that are older than `CHECK_RETENTION_MONTHS`; their new names."""
    before = partitions.kept_since(datetime.now(UTC), months=settings.CHECK_RETENTION_MONTHS)
    aside = (
        [name for table in PARTITIONED for name in partitions.detach(table, before=before)] if before else []
    )
    if aside:
        log.warning("partitions_detached", tables=aside)
    return aside


@shared_task(name="registry.forget_idempotency_keys", **_settings)
def forget_idempotency_keys() -> int:
    """Drop answers kept for replay for longer than a day; how many."""
    return idempotency.forget(datetime.now(UTC))


@shared_task(name="registry.extend_timetables", **_settings)
def extend_timetables() -> int:
    """Carry the calling hours that are asked about into the next year; how many calendars were looked at."""
    return timetables.extend(datetime.now(UTC))


@shared_task(name="registry.forget_sandbox_records", **_settings)
def forget_sandbox_records() -> int:
    """Drop what test keys made more than a month ago; how many."""
    return sandbox.forget(datetime.now(UTC))


@shared_task(name="registry.run_scrub", **_settings)
def run_scrub(scrub_id: int) -> dict[str, Any]:
    """Check one list; its state and counts."""

    def call(parts: int) -> None:
        try:
            for _ in range(parts):
                help_scrub.apply_async([scrub_id], retry=False)
        except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; one worker does it alone)
            log.warning("broker_unavailable", scrub=scrub_id, error=type(error).__qualname__)

    counts = scrubs.run(scrub_id, clock=datetime.now(UTC), call=call)
    log.info("scrub_run", scrub=scrub_id, **counts)
    return counts


@shared_task(name="registry.help_scrub", **_settings)
def help_scrub(scrub_id: int) -> int:
    """Check one part of a list that another worker holds; its rows. One a message, so that lists take turns."""
    return scrubs.help_with(scrub_id, clock=datetime.now(UTC))


@shared_task(name="registry.find_lost_scrubs", **_settings)
def find_lost_scrubs() -> int:
    """Tell the workers again of lists that should be checked and of which nothing was heard; of how many."""
    found = claims.forgotten(Scrub, clock=datetime.now(UTC), gave_up=ScrubGaveUp())
    for scrub_id in found:
        run_scrub.apply_async([scrub_id])
    if found:
        log.warning("jobs_sent_again", scrubs=len(found))
    return len(found)


@shared_task(name="registry.forget_scrubs", **_settings)
def forget_scrubs() -> int:
    """Remove the lists and results of scrubs that ended a month ago; of how many."""
    return scrubs.forget(datetime.now(UTC))


@shared_task(name="registry.load_consent_file", **_settings)
def load_consent_file(consent_file_id: int) -> dict[str, Any]:
    """Put one file of consents on record; its state and counts."""
    counts = consent_files.run(consent_file_id, clock=datetime.now(UTC))
    log.info("consent_file_loaded", consent_file=consent_file_id, **counts)
    return counts


@shared_task(name="registry.find_lost_consent_files", **_settings)
def find_lost_consent_files() -> int:
    """Tell the workers again of files of consents of which nothing was heard; of how many."""
    found = claims.forgotten(ConsentFile, clock=datetime.now(UTC), gave_up=consent_files.ConsentFileGaveUp())
    for consent_file_id in found:
        load_consent_file.apply_async([consent_file_id])
    if found:
        log.warning("jobs_sent_again", consent_files=len(found))
    return len(found)


@shared_task(name="registry.forget_consent_files", **_settings)
def forget_consent_files() -> int:
    """Remove what is kept of files of consents that ended a month ago; of how many."""
    return consent_files.forget(datetime.now(UTC))


@shared_task(name="registry.deliver_webhooks", **_settings)
def deliver_webhooks() -> int:
    """Give changes their places, and tell the workers of webhooks for which something is due; of how many."""
    while changes.number() == changes.STEP:
        pass
    found = webhook_delivery.due(clock=datetime.now(UTC))
    for webhook_id in found:
        deliver_webhook.apply_async([webhook_id])
    return len(found)


@shared_task(name="registry.deliver_webhook", **_settings)
def deliver_webhook(webhook_id: int) -> dict[str, int]:
    """Send one webhook what waits for it; how many attempts were taken, and how many were not."""
    counts = webhook_delivery.deliver(webhook_id, write=message, present=lambda: datetime.now(UTC))
    if any(counts.values()):
        log.info("webhook_delivered", webhook=webhook_id, **counts)
    return counts


@shared_task(name="registry.tell_of_expiring_consents", **_settings)
def tell_of_expiring_consents() -> int:
    """Tell companies of consents that lapse soon; of how many."""
    told = step = change_events.consents_expiring(clock=datetime.now(UTC))
    while step == change_events.EXPIRING_STEP:
        step = change_events.consents_expiring(clock=datetime.now(UTC))
        told += step
    return told


@shared_task(name="registry.forget_changes", **_settings)
def forget_changes() -> int:
    """Remove changes and attempts to deliver them that are kept no longer; how many."""
    clock = datetime.now(UTC)
    return changes.forget(clock) + webhook_delivery.forget(clock)


@shared_task(name="registry.forget_number_proofs", **_settings)
def forget_number_proofs() -> int:
    """Drop the codes' digests that no limit needs any longer; how many."""
    return subscribers.forget_proofs(datetime.now(UTC))


@shared_task(name="registry.forget_sessions", **_settings)
def forget_sessions() -> None:
    """Drop the sessions of browsers that have lapsed."""
    SessionStore.clear_expired()


@shared_task(name="registry.forget_inbound_messages", **_settings)
def forget_inbound_messages() -> int:
    """Drop texts and calls to the register that were answered a month ago; how many."""
    return inbound.forget(datetime.now(UTC))


@shared_task(name="registry.announce_consents", **_settings)
def announce_consents() -> dict[str, int]:
    """Tell people of the consents that companies recorded, where a text is due; how many, by what became of them."""
    clock = datetime.now(UTC)
    counts: dict[str, int] = {}
    for announcement_id in announcements.due(clock):
        outcome = announcements.send(announcement_id, clock=clock)
        counts[outcome] = counts.get(outcome, 0) + 1
        if outcome == "failed":
            # The gateway is away; the next round tries again.
            break
    if counts:
        log.info("consents_announced", **counts)
    return counts
