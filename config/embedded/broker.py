"""An embedded Valkey as the queue: on a unix socket, with an append-only file so that tasks survive a restart."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis
from kombu import Connection

from config.embedded import binaries, processes
from config.embedded.errors import DiskFull, StartFailed
from config.embedded.home import Home

START_SECONDS = 60.0
#: SIGTERM writes the append-only file out and ends.
STOP_STEPS = ((signal.SIGTERM, 15.0),)


def url(data_dir: Path | str) -> str:
    """The address of the queue of `data_dir` for Celery; starts nothing."""
    return f"redis+socket://{socket_path(data_dir)}?virtual_host=0"


def socket_path(data_dir: Path | str) -> Path:
    """The unix socket of the queue of `data_dir`."""
    return Home.at(data_dir).sockets("broker") / "valkey.sock"


@dataclass
class Broker:
    """A running queue that this process started."""

    home: Home
    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        """Stop it; what is queued is on disk."""
        processes.stop(self.process, *STOP_STEPS)
        self.home.leave("broker")


def is_answering(data_dir: Path | str) -> bool:
    """Whether the queue of `data_dir` answers a PING now."""
    client = redis.Redis(unix_socket_path=str(socket_path(data_dir)), socket_timeout=5)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def start(home: Home) -> Broker:
    """Start the queue and wait until it answers. The caller holds the Lock of `home`."""
    home.prepare()
    folder = home.data / "broker"
    home.own(folder, give=False)
    home.own(home.sockets("broker"), give=False)
    path = socket_path(home.data)
    _clear_the_way(folder / "valkey.pid", path)
    log = home.logs / "broker.log"
    begin = log.stat().st_size if log.exists() else 0
    options = {
        "--port": "0",
        "--unixsocket": path,
        "--unixsocketperm": "700",
        "--dir": folder,
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--pidfile": folder / "valkey.pid",
    }
    words = [str(word) for pair in options.items() for word in pair]
    process = processes.spawn([binaries.valkey_server(), *words], log=log, cwd=folder, die=signal.SIGTERM)
    broker = Broker(home, process, url(home.data))
    ready = processes.wait_until(
        lambda: process.poll() is not None or is_answering(home.data), seconds=START_SECONDS
    )
    if not ready or process.poll() is not None:
        broker.stop()
        with log.open("rb") as file:
            file.seek(begin)
            said = file.read()[-4000:].decode(errors="replace").strip()
        if "No space left" in said:
            raise DiskFull(home.data)
        raise StartFailed("The queue (Valkey)", log, said.splitlines()[-1] if said else "")
    return broker


def _clear_the_way(note: Path, path: Path) -> None:
    """Wait for an earlier server to end: two of them on one append-only file would spoil it."""
    try:
        pid = int(note.read_text())
    except (FileNotFoundError, ValueError):
        pid = 0

    def gone() -> bool:
        return not pid or str(path) not in processes.command_line(pid)

    # We hold the lock, so its supervisor is dead and it was told to end.
    if not processes.wait_until(gone, seconds=15.0):
        os.kill(pid, signal.SIGKILL)
        processes.wait_until(gone, seconds=5.0)
    note.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def put_back(data_dir: Path | str) -> int:
    """Put back the messages that workers held when they died; returns how many.

    Only right before any worker runs: what is in flight then belongs to nobody. Otherwise such a message comes back
    after the visibility timeout of an hour.
    """
    with Connection(url(data_dir), transport_options={"visibility_timeout": -1}) as connection:
        channel = connection.default_channel
        quality = channel.qos
        with channel.conn_or_acquire() as client:
            client.delete(quality.unacked_mutex_key)  # a killed worker may have left it
            held = client.zcard(quality.unacked_index_key)
        quality.restore_visible(start=None, num=None, interval=1)
        with channel.conn_or_acquire() as client:
            return held - client.zcard(quality.unacked_index_key)
