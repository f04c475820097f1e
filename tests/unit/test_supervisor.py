"""Crashed servers are started again, later each time, and stopped in the order of their ranks."""

import socket

import pytest

from config.embedded.errors import DiskFull, PortTaken
from config.embedded.supervisor import (
    FIRST_DELAY,
    LONGEST_DELAY,
    WELL_AFTER,
    Stop,
    Supervisor,
    check_port,
    ended,
)


class Process:
    """A process whose end is decided by the test."""

    pid = 7

    def __init__(self):
        self.code = None
        self.killed = False

    def poll(self):
        return self.code

    def kill(self):
        self.killed = True


class Server:
    """A server made of such a process."""

    def __init__(self, stopped, name):
        self.process, self.stopped, self.name = Process(), stopped, name

    def stop(self):
        self.stopped.append(self.name)


@pytest.fixture
def said():
    return []


@pytest.fixture
def stopped():
    return []


@pytest.fixture
def supervisor(said):
    return Supervisor(say=said.append)


def test_it_starts_a_crashed_child_again_after_a_delay(supervisor, said, stopped):
    child = supervisor.add("The worker", lambda: Server(stopped, "worker"), rank=1)
    first = child.server
    first.process.code = -9
    supervisor.look_after(child, child.started + 5)
    assert child.server is None
    assert stopped == ["worker"]
    supervisor.look_after(child, child.started + 5 + FIRST_DELAY - 0.1)
    assert child.server is None
    supervisor.look_after(child, child.started + 5 + FIRST_DELAY)
    assert child.server is not None
    assert child.server is not first
    assert said == ["The worker was ended by SIGKILL. Starting it again in 1 s.", "The worker runs again."]


def test_it_waits_longer_after_each_crash_up_to_a_limit(supervisor, said, stopped):
    child = supervisor.add("The worker", lambda: Server(stopped, "worker"), rank=1)
    delays = []
    for _ in range(8):
        now = child.started + 1
        child.server.process.code = 1
        supervisor.look_after(child, now)
        delays.append(child.due - now)
        supervisor.look_after(child, child.due)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]
    assert delays[-1] == LONGEST_DELAY


def test_it_forgets_old_crashes_of_a_child_that_was_well_for_long(supervisor, stopped):
    child = supervisor.add("The worker", lambda: Server(stopped, "worker"), rank=1)
    child.delay = 32
    child.server.process.code = 1
    now = child.started + WELL_AFTER + 1
    supervisor.look_after(child, now)
    assert child.due - now == FIRST_DELAY


def test_it_goes_on_trying_when_a_start_fails(supervisor, said, stopped, tmp_path):
    full = [True]

    def start():
        if full[0] and child_exists:
            raise DiskFull(tmp_path)
        return Server(stopped, "PostgreSQL")

    child_exists = False
    child = supervisor.add("PostgreSQL", start, rank=1)
    child_exists = True
    child.server.process.code = 1
    supervisor.look_after(child, 100)
    supervisor.look_after(child, 101)
    assert child.server is None
    assert said[-1].startswith(
        f"PostgreSQL could not be started. There is no space left on the disk of {tmp_path}."
    )
    assert said[-1].endswith("Starting it again in 2 s.")
    full[0] = False
    supervisor.look_after(child, child.due)
    assert child.server is not None


def test_it_leaves_a_running_child_alone(supervisor, said, stopped):
    child = supervisor.add("The worker", lambda: Server(stopped, "worker"), rank=1)
    first = child.server
    supervisor.look_after(child, child.started + 1000)
    assert child.server is first
    assert said == []


def test_it_stops_low_ranks_first(supervisor, stopped):
    for name, rank in (("postgres", 4), ("queue", 3), ("web", 1), ("worker", 2), ("beat", 2)):
        supervisor.add(name, lambda name=name: Server(stopped, name), rank=rank)
    supervisor.stop()
    assert stopped == ["web", "worker", "beat", "queue", "postgres"]


def test_it_kills_what_is_left_at_the_second_ctrl_c(supervisor, stopped):
    class Stubborn(Server):
        def stop(self):
            raise Stop

    web = supervisor.add("web", lambda: Server(stopped, "web"), rank=1).server
    worker = supervisor.add("worker", lambda: Stubborn(stopped, "worker"), rank=2).server
    postgres = supervisor.add("postgres", lambda: Server(stopped, "postgres"), rank=4).server
    with pytest.raises(Stop):
        supervisor.stop()
    assert (web.process.killed, worker.process.killed, postgres.process.killed) == (False, True, True)


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended with exit code 0"), (3, "ended with exit code 3"), (-15, "was ended by SIGTERM")],
)
def test_it_says_how_a_process_ended(code, words):
    assert ended(code) == words


def test_it_finds_a_taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 cannot be used"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)
