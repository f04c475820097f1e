"""A worker whose connection to the database was cut does its next task, and a web process answers the next request."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.signals import request_started
from django.db import OperationalError, connection

from config.celery import drop_a_dead_connection

pytestmark = pytest.mark.django_db


def as_a_worker(work):
    """Run `work` in a thread, whose connection is outside the transaction of the test, as a worker's is."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def cut():
    """Let the server end our connection, as a restart does."""
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]


def test_it_opens_a_new_connection_for_the_next_task():
    def two_tasks():
        ask()
        cut()
        drop_a_dead_connection()
        return ask()

    assert as_a_worker(two_tasks) == 1


def test_it_would_fail_without():
    def two_tasks():
        ask()
        cut()
        return ask()

    with pytest.raises(OperationalError):
        as_a_worker(two_tasks)


def test_it_keeps_a_connection_that_works():
    def two_tasks():
        ask()
        kept = connection.connection
        drop_a_dead_connection()
        return connection.connection is kept

    assert as_a_worker(two_tasks) is True


def test_it_answers_the_next_request_on_a_new_connection():
    def two_requests():
        ask()
        cut()
        request_started.send(sender=None)
        return ask()

    assert as_a_worker(two_requests) == 1
