"""The data folder: where each thing of the embedded servers lies, who owns it, and who may run it.

    DATA_DIR/postgres      the cluster (or a link to it, see `Home.place`)
    DATA_DIR/broker        the append-only file of the queue
    DATA_DIR/secrets       0600 files: the database password, Django's secret key
    DATA_DIR/run           locks, sockets, up.json
    DATA_DIR/logs          one log a process

Nothing here starts anything; the addresses of the servers follow from the folder's name alone.
"""

import errno
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.embedded.errors import (
    AnotherSupervisor,
    DiskFull,
    LinkBroken,
    NoAccount,
    NotWritable,
    Unreachable,
)

#: Accounts that root may run PostgreSQL as. None is ever created.
ACCOUNTS = ("postgres", "nobody")
#: sockaddr_un holds 107 bytes; PostgreSQL needs room for `/.s.PGSQL.5432.lock`.
LONGEST_SOCKET_FOLDER = 80
#: Where sockets go instead. Not TMPDIR, which may differ between the server and a client.
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - `own` refuses a folder that somebody else made
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)
#: Where root keeps the cluster when DATA_DIR lies behind a closed folder, such as /root.
OPEN_FOLDER = Path("/var/lib/consent-register")


@dataclass(frozen=True)
class Home:
    """One data folder. Cheap to make; paths only, until `prepare`."""

    data: Path

    @classmethod
    def at(cls, data_dir: Path | str) -> "Home":
        """The home in `data_dir`, relative to the working folder."""
        return cls(Path(data_dir).expanduser().absolute())

    @property
    def cluster(self) -> Path:
        """The folder PostgreSQL calls PGDATA."""
        return self.data / "postgres"

    @property
    def passfile(self) -> Path:
        """The database password, in libpq's `.pgpass` format, so that no address ever carries it."""
        return self.data / "secrets" / "pgpass"

    @property
    def run(self) -> Path:
        """Locks, sockets and the state of `up`."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.data / "logs"

    @cached_property
    def digest(self) -> str:
        """A short name for this folder."""
        return hashlib.sha256(os.fsencode(os.path.realpath(self.data))).hexdigest()[:12]

    @cached_property
    def account(self) -> pwd.struct_passwd | None:
        """Who PostgreSQL runs as when we are root; None when it runs as us."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists() and (owner := self.cluster.stat().st_uid):
            with suppress(KeyError):
                return pwd.getpwuid(owner)
        for name in ACCOUNTS:
            with suppress(KeyError):
                return pwd.getpwnam(name)
        raise NoAccount

    @cached_property
    def reachable(self) -> bool:
        """Whether the account of the server can pass through all folders above and into the data folder."""
        return self.account is None or reaches(self.account, self.data)

    def sockets(self, server: str) -> Path:
        """The folder of a server's socket: in the data folder, or a short one elsewhere if that would not do."""
        own = self.run / server
        if self.reachable and len(os.fsencode(own)) <= LONGEST_SOCKET_FOLDER:
            return own
        return SHORT_FOLDER / f"consent-register-{self.digest}-{server}"

    def leave(self, server: str) -> None:
        """Remove the short folder of a server's socket, after the server has ended."""
        folder = self.sockets(server)
        if folder.parent == SHORT_FOLDER:
            with suppress(OSError):
                folder.rmdir()

    def prepare(self) -> None:
        """Make the folders that are missing.

        Raises NotWritable or DiskFull.
        """
        with explained(self.data):
            if not self.data.exists():
                self.data.parent.mkdir(parents=True, exist_ok=True)
                # As root others must be able to pass through (not list): PostgreSQL runs as one of them.
                self.data.mkdir(mode=0o711 if self.account else 0o700, exist_ok=True)
            for folder in (self.run, self.logs):
                folder.mkdir(mode=0o711, exist_ok=True)
            self.passfile.parent.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.run) as probe:
                probe.write(b"\0" * 65536)

    def own(self, folder: Path, *, give: bool) -> Path:
        """Make `folder`, closed to all but us or, with `give`, PostgreSQL's account.

        Raises NotWritable for a folder that somebody else put there.
        """
        with explained(self.data):
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            mine = {0, os.geteuid(), self.account.pw_uid if self.account else os.geteuid()}
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
                raise NotWritable(folder, "it belongs to somebody else")
            if give:
                self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """Hand a file or folder over to the server's account, if it is not ours."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def place(self) -> Path:
        """Where a new cluster should be made: the data folder, or a folder the server's account can reach.

        In the second case `cluster` becomes a link to it, so that removing the data folder begins anew.
        Raises Unreachable for a cluster that exists and cannot be reached, and LinkBroken for a link to nothing.
        """
        if self.cluster.is_symlink() and not self.cluster.exists():
            raise LinkBroken(self.cluster, self.cluster.readlink())
        if self.reachable:
            return self.data
        if self.cluster.exists() and not self.cluster.is_symlink():
            raise Unreachable(self.cluster, self.account.pw_name if self.account else "")
        return open_folder(self)

    def make_secret(self, path: Path, text: str) -> None:
        """Write a 0600 file whole, or not at all; an existing one stays."""
        if path.exists():
            return
        with explained(self.data):
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()


def reaches(account: pwd.struct_passwd, folder: Path) -> bool:
    """Whether `account` may pass through `folder` and all above it, as far as they exist."""
    groups = set(os.getgrouplist(account.pw_name, account.pw_gid))
    for step in (folder, *folder.parents):
        try:
            found = step.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == account.pw_uid:
            needed = stat.S_IXUSR
        elif found.st_gid in groups:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def open_folder(home: Home) -> Path:
    """A folder under /var/lib for the cluster of `home`, after clearing away those it had before."""
    base = OPEN_FOLDER / home.digest
    with explained(OPEN_FOLDER):
        OPEN_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        # No link leads to them any more: the data folder was removed, to begin anew.
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(mode=0o711)
        fresh = base / secrets.token_hex(4)
        fresh.mkdir(mode=0o711)
    return fresh


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn the errors of the file system into sentences about `folder`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from error
        if error.errno in REFUSED:
            raise NotWritable(folder, error.strerror or "refused") from error
        raise


class Lock:
    """The right to run the servers of one data folder; the kernel gives it back when the holder dies."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.path = home.run / "supervisor.lock"
        self.file: int | None = None

    def acquire(self) -> bool:
        """Try to take the right; False when another process has it."""
        with explained(self.home.data):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n{' '.join(sys.argv)[:200]}\n".encode(), 0)
        self.file = descriptor
        return True

    def demand(self) -> None:
        """Take the right, or raise AnotherSupervisor naming who has it."""
        if not self.acquire():
            raise AnotherSupervisor(self.home.data, self.holder())

    def holder(self) -> str:
        """Who has the right, as far as the lock file says."""
        pid, _, command = self.path.read_text().partition("\n")
        return f"process {pid or 'unknown'} ({command.strip() or 'unknown'})"

    def release(self) -> None:
        """Give the right back. The file stays: removing it would let two processes hold two files of one name."""
        if self.file is not None:
            os.close(self.file)
            self.file = None
