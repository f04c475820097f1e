"""The queue: the application, its queues and routes, and the timetable.

A message is only a hint. What is to be done is a row; `compliance.reconcile` and `registry.find_lost_scrubs` find what
was lost, and every task is safe to run twice.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_prerun, worker_process_init
from kombu import Exchange, Queue

from config.embedded.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

#: What the answering of requests leaves behind; the loading of call logs; the audit of them; the scrubbing
#: of lists, and consents from files; the deliveries to
#: addresses of companies, which may be slow.
QUEUES = ("register", "calls", "audit", "scrubs", "webhooks")
#: Longer than the longest task: a message that is not acknowledged by then is handed to another worker.
VISIBILITY_SECONDS = 3600

app = Celery("register")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    result_backend=None,
    task_ignore_result=True,
    # Each with an exchange and a key of its own: by default all share one, and every task would be in every queue.
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    task_default_queue="register",
    task_default_exchange="register",
    task_default_routing_key="register",
    # By the words of a task's name; the first line that fits decides.
    task_routes={
        "compliance.audit_*": {"queue": "audit"},
        "compliance.*call*": {"queue": "calls"},
        "compliance.load_carrier_record": {"queue": "calls"},
        "compliance.*": {"queue": "audit"},
        "registry.run_scrub": {"queue": "scrubs"},
        "registry.help_scrub": {"queue": "scrubs"},
        "registry.load_consent_file": {"queue": "scrubs"},
        "registry.deliver_webhook": {"queue": "webhooks"},
        "registry.*": {"queue": "register"},
    },
    # A task that dies with its worker runs again; a worker takes one at a time, so that long ones do not hoard.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # A request does not wait for a broker that is away (six seconds, by kombu's own options): the row it has written is
    # found by the reconciling task. A worker's own connection is tried for ever, whatever stands here.
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "socket_connect_timeout": 1,
    },
    broker_connection_retry_on_startup=True,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    enable_utc=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
)
app.conf.beat_schedule = {
    # Yesterday's calls, when the last logs of the day are in everywhere from Hawaii to New Zealand's yesterday.
    "audit-yesterday": {"task": "compliance.audit_day", "schedule": crontab(hour=18, minute=30)},
    # An hour after the audits, whose workers do these as well.
    "reconcile-days": {"task": "compliance.reconcile_days", "schedule": crontab(hour=19, minute=30)},
    "reconcile": {"task": "compliance.reconcile", "schedule": crontab()},
    "find-lost-scrubs": {"task": "registry.find_lost_scrubs", "schedule": crontab()},
    "announce-consents": {"task": "registry.announce_consents", "schedule": crontab()},
    "find-lost-consent-files": {"task": "registry.find_lost_consent_files", "schedule": crontab()},
    "forget-consent-files": {
        "task": "registry.forget_consent_files",
        "schedule": crontab(hour=3, minute=45),
    },
    # What a company is told of comes within seconds.
    "deliver-webhooks": {"task": "registry.deliver_webhooks", "schedule": 5.0, "options": {"expires": 60}},
    "tell-of-expiring-consents": {
        "task": "registry.tell_of_expiring_consents",
        "schedule": crontab(hour=1, minute=30),
    },
    "forget-changes": {"task": "registry.forget_changes", "schedule": crontab(hour=4, minute=20)},
    "forget-scrubs": {"task": "registry.forget_scrubs", "schedule": crontab(hour=3, minute=50)},
    "find-lost-replays": {"task": "compliance.find_lost_replays", "schedule": crontab()},
    "reconcile-complaints": {"task": "compliance.reconcile_complaints", "schedule": crontab()},
    "count-days": {"task": "compliance.count_days", "schedule": crontab()},
    "reconcile-reports": {"task": "compliance.reconcile_reports", "schedule": crontab()},
    # From the second on; the days after make up for a second that was missed.
    "schedule-reports": {"task": "compliance.schedule_reports", "schedule": crontab(hour=5, minute=10)},
    "make-partitions": {"task": "registry.make_partitions", "schedule": crontab(hour=3, minute=10)},
    "make-call-partitions": {
        "task": "compliance.make_call_partitions",
        "schedule": crontab(hour=3, minute=15),
    },
    "detach-partitions": {
        "task": "registry.detach_partitions",
        "schedule": crontab(hour=4, minute=30, day_of_month="2"),
    },
    "detach-call-partitions": {
        "task": "compliance.detach_call_partitions",
        "schedule": crontab(hour=4, minute=40, day_of_month="2"),
    },
    "forget-call-log-files": {
        "task": "compliance.forget_call_log_files",
        "schedule": crontab(hour=3, minute=55),
    },
    "forget-idempotency-keys": {"task": "registry.forget_idempotency_keys", "schedule": crontab(minute=20)},
    "forget-number-proofs": {"task": "registry.forget_number_proofs", "schedule": crontab(minute=25)},
    "forget-sessions": {"task": "registry.forget_sessions", "schedule": crontab(minute=35)},
    "forget-inbound-messages": {
        "task": "registry.forget_inbound_messages",
        "schedule": crontab(hour=3, minute=50),
    },
    "forget-sandbox-records": {
        "task": "registry.forget_sandbox_records",
        "schedule": crontab(hour=3, minute=40),
    },
    # Weekly is plenty: calendars reach over the next year.
    "extend-timetables": {
        "task": "registry.extend_timetables",
        "schedule": crontab(hour=4, minute=10, day_of_week="sunday"),
    },
}
app.autodiscover_tasks(["registry", "compliance"])


@task_prerun.connect
def drop_a_dead_connection(**kwargs: Any) -> None:
    """Let the task open a new connection when the kept one was lost.

    A web process does so at the start of a request; a worker has none, and with CELERY_DB_REUSE_MAX every task after a
    restart of the database would fail.
    """
    from config.connections import drop_hung_up

    drop_hung_up()


@worker_process_init.connect
def end_with_the_worker(**kwargs: Any) -> None:
    """Under `up`, no process of the worker's pool outlives a killed worker."""
    if os.environ.get("DIE_WITH_PARENT"):
        die_with_parent()
