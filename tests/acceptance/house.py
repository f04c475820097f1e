"""A data folder of its own and the real `manage.py` in it, for tests of the embedded servers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.processes import wait_until

PROJECT = Path(__file__).resolve().parents[2]
#: What the plugin of the tests puts into the environment, and what would steer the servers elsewhere.
UNWANTED = {
    "CELERY_BROKER_URL", "DATABASE_URL", "DATA_DIR", "EMBEDDED_POSTGRES_BIN", "PUBLIC_URL", "SECRET_KEY", "TESTING",
}  # fmt: skip
#: Slow machines get this long for anything.
PATIENCE = 180


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class House:
    """One data folder, and what was started in it."""

    data: Path
    port: int = field(default_factory=free_port)
    started: list[subprocess.Popen] = field(default_factory=list)

    @classmethod
    def build(cls) -> "House":
        """A new folder; under /tmp, because the address of a socket must be short, and open to pass through."""
        top = Path(tempfile.mkdtemp(prefix="house-", dir="/tmp"))
        top.chmod(0o711)
        return cls(top / "data")

    def tear_down(self) -> None:
        """End what still runs, and remove the folder."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
        shutil.rmtree(self.data.parent, ignore_errors=True)

    def manage(self, *words: str, **environment: str) -> subprocess.Popen:
        """Start a command; its output is kept in a file."""
        env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        process = subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", "manage.py", *words],
            cwd=PROJECT,
            env=env | {"DATA_DIR": str(self.data)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        """Run a command to its end: exit code and all it printed."""
        process = self.manage(*words, **environment)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def use(self) -> None:
        """Have a command need the database: the cluster is made, started and stopped."""
        code, said = self.run("check")
        assert code == 0, said

    def ask(self, code: str) -> str:
        """Run a line of Python in the project, print its result."""
        exit_code, said = self.run(
            "shell", "-v", "0", "-c", f"from django.contrib.auth.models import User; {code}"
        )
        assert exit_code == 0, said
        return said.strip()

    def up(self, *words: str, **environment: str) -> subprocess.Popen:
        """Start everything, and wait until it answers."""
        process = self.manage("up", "--no-demo", "--port", str(self.port), *words, **environment)
        ready = wait_until(
            lambda: process.poll() is not None or self.status("/admin/login/") == 200, seconds=PATIENCE
        )
        assert ready, self.log("web")
        assert process.poll() is None, process.communicate()[0] + self.log("web")
        # The page can come before the last line of the start was printed.
        assert wait_until(lambda: "The timetable" in self.state()["children"], seconds=PATIENCE)
        return process

    def state(self) -> dict:
        """What `up` says about itself."""
        return json.loads((self.data / "run" / "up.json").read_text())

    def status(self, path: str) -> int:
        """The status of a GET, 0 when nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def log(self, name: str) -> str:
        """One of the log files."""
        path = self.data / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def family(pid: int) -> set[tuple[int, str]]:
    """A process and all below it, each as its pid and the time it was started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = (int(words[1]), words[19])
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        if one in parents:
            found.add((one, parents[one][1]))
        todo += [child for child, (parent, _) in parents.items() if parent == one]
    return found


def alive(members: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of `members` that still run; a zombie does not."""
    running = set()
    for pid, started in members:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if words[0] != "Z" and words[19] == started:
            running.add((pid, started))
    return running


def all_gone(members: set[tuple[int, str]]) -> bool:
    """Whether all have ended, after some patience."""
    return wait_until(lambda: not alive(members), seconds=PATIENCE)


def interrupt(process: subprocess.Popen) -> tuple[int, str]:
    """Ctrl-C: exit code and what was printed."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said
