"""Every task is found, routed to a queue that a worker works, and every beat entry names a task."""

from config.celery import QUEUES, app

PREFIXES = ("registry.", "compliance.")


def ours() -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if name.startswith(PREFIXES))


def test_it_routes_every_task_to_a_worked_queue():
    assert ours()
    for name in ours():
        route = app.amqp.router.route({}, name)
        assert route["queue"].name in QUEUES, name


def test_it_times_only_tasks_that_exist():
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in ours()


def test_it_can_run_every_task_twice():
    for name in ours():
        assert app.tasks[name].acks_late, name
        assert app.tasks[name].reject_on_worker_lost, name
