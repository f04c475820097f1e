"""A throw-away PostgreSQL for one run of the tests, as a pytest plugin (`-p tests.cluster` in pyproject.toml).

It is a plugin and not a fixture because pytest-django reads the settings, and with them the address of the
database, before any conftest.py. pytest-xdist's workers inherit the address through the environment and make
databases of their own on the one server. The server dies with pytest, on `kill -9` too.

TEST_DATABASE_URL names another server to use instead; its role must be allowed to create databases.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config.embedded import postgres
from config.embedded.home import Home, Lock
from config.embedded.processes import die_with_parent

PREFIX = "consent-register-test-"
#: Folders of tests that touch no database. Naming only these on the command line starts no server.
PURE = ("tests/unit",)

_running: list[postgres.Postgres] = []
_lock: list[Lock] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """Set the environment before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _clear_leftovers()
        data_dir = Path(tempfile.mkdtemp(prefix=PREFIX))
        data_dir.chmod(0o711)  # as root the server runs as another account and must pass through
        home = Home.at(data_dir)
        home.prepare()
        _lock.append(Lock(home))
        _lock[0].demand()  # held until this process ends, however it ends: it tells the folder is in use
        atexit.register(_remove, data_dir)
        os.environ["DATA_DIR"] = str(data_dir)
        os.environ["TESTING"] = "1"
        os.environ["SECRET_KEY"] = "only-for-tests"
        os.environ["CELERY_BROKER_URL"] = "memory://"
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or postgres.dsn(data_dir)
        for name in ("DEBUG", "HTTPS", "ALLOWED_HOSTS"):
            os.environ.pop(name, None)
    return (yield)


def pytest_configure(config):
    """Start the server, unless this run cannot need one."""
    if hasattr(config, "workerinput"):
        die_with_parent()
        return
    if os.environ.get("TEST_DATABASE_URL"):
        return
    named = [word for word in config.args if not word.startswith("-")]
    pure = named and all(any(part in word for part in PURE) for word in named)
    if config.option.collectonly or config.option.help or pure:
        return
    _running.append(postgres.start(Home.at(os.environ["DATA_DIR"]), durable=False))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Stop the server."""
    while _running:
        _running.pop().kill()


def _remove(data_dir: Path) -> None:
    """Remove the folder at the very end, also of a run that failed before it began."""
    while _running:
        _running.pop().kill()
    shutil.rmtree(data_dir, ignore_errors=True)


def _clear_leftovers() -> None:
    """Remove the folders of runs that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = Lock(Home.at(folder))
        if os.access(lock.path, os.W_OK) and lock.acquire():
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
