"""The embedded queue keeps what it was given, also what a worker held when it was killed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from config.embedded import broker
from config.embedded.home import SHORT_FOLDER, Home

QUEUE = Queue("audit", Exchange("audit"), routing_key="audit")

#: A worker that takes everything and acknowledges nothing.
WORKER = """
import sys, time
from kombu import Connection, Exchange, Queue
held = Connection(sys.argv[1], transport_options={"visibility_timeout": 3600})
queue = Queue("audit", Exchange("audit"), routing_key="audit")(held.default_channel)
taken = [queue.get() for _ in range(25)]
print(f"holds {len([m for m in taken if m])}, left {queue.get()}", flush=True)
time.sleep(600)
"""


@pytest.fixture
def home():
    top = Path(tempfile.mkdtemp(prefix="house-", dir="/tmp"))
    yield Home.at(top / "data")
    shutil.rmtree(top)


def test_it_keeps_messages_over_a_restart(home):
    server = broker.start(home)
    with Connection(server.url) as connection:
        QUEUE(connection.default_channel).declare()
        connection.Producer().publish({"day": "2026-03-01"}, exchange=QUEUE.exchange, routing_key="audit")
    server.stop()
    server = broker.start(home)
    try:
        with Connection(server.url) as connection:
            message = QUEUE(connection.default_channel).get()
            assert message.payload == {"day": "2026-03-01"}
            message.ack()
    finally:
        server.stop()


def test_it_puts_back_what_a_killed_worker_held(home):
    server = broker.start(home)
    try:
        with Connection(server.url) as connection:
            QUEUE(connection.default_channel).declare()
            for number in range(25):
                connection.Producer().publish({"n": number}, exchange=QUEUE.exchange, routing_key="audit")
        with subprocess.Popen(
            [sys.executable, "-c", WORKER, server.url], stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout.readline() == "holds 25, left None\n"
            worker.kill()

        assert broker.put_back(home.data) == 25
        assert broker.put_back(home.data) == 0
        with Connection(server.url) as connection:
            bound = QUEUE(connection.default_channel)
            again = [bound.get(no_ack=True).payload["n"] for _ in range(25)]
            assert sorted(again) == list(range(25))
    finally:
        server.stop()


def test_it_waits_for_the_server_before_it(home):
    first = broker.start(home)
    note = home.data / "broker" / "valkey.pid"
    assert int(note.read_text()) == first.process.pid
    first.process.terminate()  # what the kernel does when a supervisor is killed
    second = broker.start(home)
    try:
        assert first.process.wait(5) == 0
        assert int(note.read_text()) == second.process.pid
    finally:
        second.stop()
    assert not broker.socket_path(home.data).exists()


def test_it_leaves_no_folder_behind_where_others_work(home):
    far = Home.at(home.data / ("x" * 80))
    far.data.parent.mkdir(parents=True)
    server = broker.start(far)
    folder = broker.socket_path(far.data).parent
    assert folder.parent == SHORT_FOLDER
    assert folder.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not folder.exists()
