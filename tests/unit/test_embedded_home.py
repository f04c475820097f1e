"""Where the embedded servers keep their things, and what they say when they cannot."""

import errno
import os
import pwd
import tempfile
from pathlib import Path

import pytest

from config.embedded import postgres
from config.embedded.errors import DiskFull, NotWritable, StartFailed
from config.embedded.home import LONGEST_SOCKET_FOLDER, SHORT_FOLDER, Home, Lock, explained, reaches


def account(uid):
    return pwd.struct_passwd(("nobody-we-know", "x", uid, uid, "", "/", "/bin/false"))


def test_it_keeps_the_socket_in_the_data_folder_when_its_path_is_short(monkeypatch):
    home = Home.at("/srv/register")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert str(home.sockets("postgres")) == "/srv/register/run/postgres"


def test_it_moves_the_socket_when_its_path_would_be_too_long(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    long = Home.at("/srv/" + "x" * LONGEST_SOCKET_FOLDER)
    assert long.sockets("postgres").parent == SHORT_FOLDER
    assert long.sockets("postgres") != Home.at("/srv/" + "y" * LONGEST_SOCKET_FOLDER).sockets("postgres")
    assert len(f"{long.sockets('postgres')}/.s.PGSQL.5432.lock") < 107


def test_it_sees_that_a_closed_folder_keeps_an_account_out():
    # Not tmp_path: pytest closes the folders above it to others.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        top = Path(name)
        (top / "data").mkdir()
        assert not reaches(account(54321), top / "data")
        top.chmod(0o701)
        assert reaches(account(54321), top / "data")
        assert reaches(account(54321), top / "data" / "not" / "yet" / "made")


def test_it_writes_a_secret_once(tmp_path):
    home = Home(tmp_path)
    home.make_secret(tmp_path / "key", "first")
    home.make_secret(tmp_path / "key", "second")
    assert (tmp_path / "key").read_text() == "first"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_it_gives_the_right_to_supervise_to_one_only(tmp_path):
    home = Home(tmp_path)
    (tmp_path / "run").mkdir()
    first, second = Lock(home), Lock(home)
    assert first.acquire()
    assert not second.acquire()
    assert second.holder().startswith(f"process {os.getpid()} (")
    first.release()
    assert second.acquire()
    second.release()


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, DiskFull, "no space left on the disk of /srv/register"),
        (errno.EDQUOT, DiskFull, "Free some"),
        (errno.EACCES, NotWritable, "Make it writable for you"),
        (errno.EROFS, NotWritable, "name another one with DATA_DIR or --data"),
    ],
)
def test_it_explains_what_the_file_system_refuses(number, kind, words):
    with pytest.raises(kind, match=words), explained(Home.at("/srv/register").data):
        raise OSError(number, os.strerror(number))


def test_it_does_not_explain_what_it_does_not_know():
    with pytest.raises(OSError, match="Too many open files"), explained(Home.at("/srv/register").data):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device', DiskFull),
        ('FATAL:  could not open file "postmaster.pid": Permission denied', NotWritable),
        ("FATAL:  could not create any Unix-domain sockets", StartFailed),
    ],
)
def test_it_explains_what_the_server_said_last(said, kind, tmp_path):
    found = postgres._explain(
        "PostgreSQL", Home(tmp_path), f"LOG:  starting\n{said}\n", tmp_path / "postgres.log"
    )
    assert type(found) is kind
    if kind is StartFailed:
        assert "could not create any Unix-domain sockets" in str(found)
        assert str(tmp_path / "postgres.log") in str(found)
