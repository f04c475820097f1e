"""Those who ask over HTTP: wrk where it is installed, else processes of our own, the same for every rung."""

import http.client
import json
import multiprocessing
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import project
from benchmarks.data import Manifest
from benchmarks.figures import Measured
from benchmarks.population import Asked
from registry.codes import SECTORS

CONNECTIONS = 8
THREADS = 2
SCRIPT = Path(__file__).with_name("wrk.lua")


class Post(NamedTuple):
    """One request: the key it carries and its body."""

    key: str
    body: bytes


def name() -> str:
    """Which load generator is used."""
    return f"wrk, {CONNECTIONS} connections" if shutil.which("wrk") else f"Python, {CONNECTIONS} processes"


def single(asked: Asked, manifest: Manifest) -> Post:
    """A question as a body of `POST /checks`."""
    body = {
        "number": f"+{asked.number}",
        "caller": f"+{asked.caller}",
        "sector": SECTORS[asked.sector],
        "channel": "live",
    }
    return Post(manifest.keys[asked.company], msgspec.json.encode(body))


def written(posts: Iterable[Post], folder: Path, name: str = "posts") -> Path:
    """The posts in a file of that name, as the load generators read them."""
    path = folder / "run" / f"{name}.tsv"
    with path.open("wb") as file:
        path.chmod(0o600)
        for post in posts:
            file.write(post.key.encode() + b"\t" + post.body + b"\n")
    return path


def load(port: int, path: str, posts: Path, seconds: float) -> Measured:
    """Ask for that long on all connections, each as soon as it has its answer."""
    if shutil.which("wrk"):
        return _wrk(port, path, posts, seconds)
    return _processes(port, path, posts, seconds)


def _wrk(port: int, path: str, posts: Path, seconds: float) -> Measured:
    words = [
        "wrk", "--threads", str(THREADS), "--connections", str(CONNECTIONS), "--duration", f"{max(1, round(seconds))}s",
        "--timeout", "30s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}", "--", str(posts), path,
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return Measured(said["requests"] / said["seconds"], said["p50_ms"], said["p99_ms"], said["errors"])


def _processes(port: int, path: str, posts: Path, seconds: float) -> Measured:
    with multiprocessing.get_context("spawn").Pool(CONNECTIONS, project.load) as pool:
        runs = pool.starmap(_ask, [(port, path, posts, seconds, place) for place in range(CONNECTIONS)])
    taken = sorted(ms for times, _ in runs for ms in times)
    return Measured(
        len(taken) / seconds,
        taken[len(taken) // 2],
        taken[len(taken) * 99 // 100],
        sum(bad for _, bad in runs),
    )


def _ask(port: int, path: str, posts: Path, seconds: float, place: int) -> tuple[list[float], int]:
    """One connection's milliseconds, and how many answers were no 2xx."""
    requests = read(posts)
    taken, bad = [], 0
    at = len(requests) * place // CONNECTIONS
    with connection(port) as server:
        end = time.monotonic() + seconds
        while (begin := time.monotonic()) < end:
            status, _ = post(server, path, requests[at % len(requests)])
            taken.append((time.monotonic() - begin) * 1000)
            bad += status // 100 != 2
            at += 1
    return taken, bad


def read(posts: Path) -> Sequence[Post]:
    """What `written` wrote."""
    lines = posts.read_bytes().splitlines()
    return [Post(key.decode(), body) for key, _, body in (line.partition(b"\t") for line in lines)]


@contextmanager
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection that is kept open between requests."""
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        yield server
    finally:
        server.close()


def post(server: http.client.HTTPConnection, path: str, request: Post) -> tuple[int, bytes]:
    """Send one request; status and body of the answer."""
    send(server, path, request)
    return receive(server)


def send(server: http.client.HTTPConnection, path: str, request: Post) -> None:
    """Send one request and do not wait."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {request.key}"}
    server.request("POST", path, request.body, headers)


def receive(server: http.client.HTTPConnection) -> tuple[int, bytes]:
    """Status and body of the answer to what was sent."""
    answer = server.getresponse()
    return answer.status, answer.read()


def batches(
    questions: Iterable[Asked], manifest: Manifest, size: int, *, receipts: bool = True
) -> Iterator[Post]:
    """Bodies of `POST /checks/batch`: `size` questions of one company each, no number twice, companies in turn."""
    by_company: dict[int, dict[int, Asked]] = {}
    for asked in questions:
        waiting = by_company.setdefault(asked.company, {})
        waiting[asked.number] = asked
        if len(waiting) == size:
            yield _batch(list(by_company.pop(asked.company).values()), manifest, receipts)


def _batch(asked: Sequence[Asked], manifest: Manifest, receipts: bool) -> Post:
    first = asked[0]
    body = {
        "defaults": {"caller": f"+{first.caller}", "sector": SECTORS[first.sector], "channel": "live"},
        "items": [{"ref": str(place), "number": f"+{one.number}"} for place, one in enumerate(asked)],
        "receipts": receipts,
    }
    return Post(manifest.keys[first.company], msgspec.json.encode(body))
