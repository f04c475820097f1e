"""What a figure works on: a filled data folder with its database running, and web servers started as `up` does."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.conf import settings

from benchmarks import data
from benchmarks.data import Manifest
from benchmarks.population import Population
from config.embedded import Home, ensure
from config.embedded.parts import Parts

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Stage:
    """A running database with one population in it, and how long to measure."""

    population: Population
    manifest: Manifest
    folder: Path
    dsn: str
    rounds: int
    seconds: float
    pairs: int
    say: Callable[[str], None]

    def connect(self) -> psycopg.Connection:
        """A connection with the options of the project's own."""
        options = settings.DATABASES["default"]["OPTIONS"]["options"]
        return psycopg.connect(self.dsn, autocommit=True, options=options)

    @contextmanager
    def web(self, django_settings: str = "config.settings") -> Iterator[int]:
        """The project's web server under some settings, with exactly the options of `up`; yields its port."""
        parts = Parts(
            Home.at(self.folder),
            settings.BASE_DIR,
            {"DATA_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": django_settings},
        )
        port = _free_port()
        server = parts.web(HOST, port)
        try:
            parts.wait_for_web(server, HOST, port)
            yield port
        finally:
            server.stop()


@contextmanager
def stage(
    population: Population,
    *,
    fresh: bool,
    rounds: int,
    seconds: float,
    pairs: int,
    say: Callable[[str], None],
) -> Iterator[Stage]:
    """The stage of a population; its data are made if the folder has none. Stops the database at the end."""
    folder = settings.DATA_DIR
    manifest = data.kept(folder, population)
    if fresh or manifest is None:
        data.clear(folder)
        manifest = None
    with ensure(folder) as servers:
        data.prepare(folder, datetime.now(UTC))
        if manifest is None:
            say(f"Making the data in {folder}")
            manifest = data.make(folder, population, servers.database_url, say)
        say(f"Data: {data.describe(manifest)}")
        data.warm(population, manifest, datetime.now(UTC))
        yield Stage(population, manifest, folder, servers.database_url, rounds, seconds, pairs, say)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
