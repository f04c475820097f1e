"""Every task goes to a queue that a worker reads, and everything on the timetable exists."""

import pytest
from kombu.exceptions import OperationalError

from config.celery import QUEUES, VISIBILITY_SECONDS, app


def queue_of(task):
    return app.amqp.router.route({}, task)["queue"].name


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("compliance.audit_day", "audit"),
        ("compliance.audit_call_log", "audit"),
        ("compliance.load_call_log", "calls"),
        ("compliance.reconcile", "audit"),
        ("registry.run_scrub", "scrubs"),
        ("registry.find_lost_scrubs", "register"),
        ("registry.load_consent_file", "scrubs"),
        ("registry.deliver_webhook", "webhooks"),
        ("registry.deliver_webhooks", "register"),
        ("registry.make_partitions", "register"),
    ],
)
def test_it_routes_by_the_name_of_the_task(task, queue):
    assert queue_of(task) == queue


def test_it_gives_each_queue_a_key_of_its_own():
    keys = {(queue.exchange.name, queue.routing_key) for queue in app.conf.task_queues}
    assert {queue.name for queue in app.conf.task_queues} == set(QUEUES)
    assert len(keys) == len(QUEUES)


def test_it_has_every_task_of_the_timetable():
    app.loader.import_default_modules()
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert planned - set(app.tasks) == set()


def test_it_sends_no_own_task_to_the_default_by_accident():
    app.loader.import_default_modules()
    own = [name for name in app.tasks if not name.startswith("celery.")]
    assert [name for name in own if name.split(".")[0] not in ("registry", "compliance")] == []


def test_it_loses_no_task_with_its_worker():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] == VISIBILITY_SECONDS == 3600
    assert app.conf.result_backend is None
    assert app.conf.get("CELERY_DB_REUSE_MAX") == 1000


def test_it_does_not_make_a_request_wait_for_a_broker_that_is_away(monkeypatch, tmp_path):
    slept = []
    monkeypatch.setattr("kombu.utils.functional.sleep", slept.append)
    with (
        app.connection_for_write(f"redis+socket://{tmp_path}/nobody.sock") as connection,
        pytest.raises(OperationalError),
    ):
        app.tasks["compliance.load_call_log"].apply_async([1], connection=connection, retry=False)
    assert sum(slept) < 0.5
