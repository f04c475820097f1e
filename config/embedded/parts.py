"""The parts of the register that `up` runs beside its servers: web, worker, and the timetable (beat)."""

import http.client
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from config.celery import QUEUES
from config.embedded import processes
from config.embedded.errors import StartFailed
from config.embedded.home import Home, explained

WEB_WORKERS = 2
WEB_THREADS = 4
TASK_WORKERS = 2
#: The web server loads the project once a worker; slow machines get this many seconds.
WEB_SECONDS = 120.0


@dataclass
class Part:
    """A running process of the register."""

    process: subprocess.Popen[bytes]
    steps: tuple[tuple[int, float], ...]

    def stop(self) -> None:
        """Let it finish what it is doing, for a while."""
        processes.stop(self.process, *self.steps)


@dataclass(frozen=True)
class Parts:
    """How to start each part; all share one environment."""

    home: Home
    project: Path
    environment: dict[str, str]

    def web(self, host: str, port: int) -> Part:
        """The web server. Each of its threads holds one connection of its own."""
        words = [
            "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws",
            "--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers",
            "--workers-kill-timeout", "10", "config.wsgi:application",
        ]  # fmt: skip
        return self._spawn("web", words, ((signal.SIGTERM, 15.0),))

    def worker(self) -> Part:
        """The worker of all queues. A task cut short is done again at the next start: messages are kept."""
        words = [
            "celery", "-A", "config", "worker", "--queues", ",".join(QUEUES), "--concurrency", str(TASK_WORKERS),
            "--loglevel", "INFO", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        return self._spawn("worker", words, ((signal.SIGTERM, 20.0), (signal.SIGQUIT, 5.0)))

    def beat(self) -> Part:
        """The timetable."""
        words = [
            "celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile=",
            "--schedule", str(self.home.run / "beat-schedule"),
        ]  # fmt: skip
        return self._spawn("beat", words, ((signal.SIGTERM, 10.0),))

    def _spawn(self, name: str, words: list[str], steps: tuple[tuple[int, float], ...]) -> Part:
        """Start a module of this Python. Killed with us: by then its database is being stopped as well."""
        with explained(self.home.data):
            process = processes.spawn(
                [sys.executable, "-m", *words],
                log=self.home.logs / f"{name}.log",
                env=os.environ | self.environment | {"DIE_WITH_PARENT": "1"},
                cwd=self.project,
                die=signal.SIGKILL,
            )
        return Part(process, steps)

    def wait_for_web(self, part: Part, host: str, port: int) -> None:
        """Wait until the web server answers a request. Raises StartFailed."""
        if (
            processes.wait_until(
                lambda: part.process.poll() is not None or answers(host, port),
                seconds=WEB_SECONDS,
                pause=0.05,
            )
            and part.process.poll() is None
        ):
            return
        log = self.home.logs / "web.log"
        said = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise StartFailed("The web server", log, "".join(said))


def answers(host: str, port: int) -> bool:
    """Whether an HTTP server on that address answers with anything but an error of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
