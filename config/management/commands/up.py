"""`up`: the whole register on one machine, with nothing to install beforehand."""

import io
import logging
import os
from argparse import ArgumentParser, BooleanOptionalAction
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from config.embedded import broker, postgres
from config.embedded.errors import EmbeddedError
from config.embedded.home import Home, Lock
from config.embedded.parts import Parts
from config.embedded.processes import wait_until
from config.embedded.supervisor import Stop, Supervisor, check_port, stop_on_signals, write_state
from config.screen import Demo, Screen


class Command(BaseCommand):
    """Start everything, say where to look, keep it running until Ctrl-C."""

    help = (
        "Starts an embedded database and queue, brings the database up to date, and runs the web server, a worker "
        "and the timetable until Ctrl-C. With DATABASE_URL or CELERY_BROKER_URL set, that server is used instead."
    )
    requires_system_checks: ClassVar[list[str]] = []  # run below, after the port was looked at

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all (127.0.0.1)"
        )
        parser.add_argument("--data", metavar="DIR", help="data folder; the same as DATA_DIR (var/)")
        parser.add_argument(
            "--demo",
            action=BooleanOptionalAction,
            default=True,
            help="load a small demo into an empty register",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped; exit code 0 then, and 1 with a sentence when something could not be started."""
        if options["data"] and Path(options["data"]).expanduser().absolute() != settings.DATA_DIR:
            raise CommandError("Write --data in full: it is read before the settings are.")
        stop_on_signals()
        logging.disable(
            logging.INFO
        )  # in this process: the screen tells what happens; the parts have their logs
        screen = Screen(self.stdout._out)
        supervisor = Supervisor(say=screen.say)
        home = Home.at(settings.DATA_DIR)
        lock = Lock(home)
        try:
            check_port(options["host"], options["port"])
            home.prepare()
            wait_until(lock.acquire, seconds=2, pause=0.1) or lock.demand()
            run = Run(screen, supervisor, home, options["host"], options["port"], demo=options["demo"])
            run.start()
            supervisor.watch()
        except Stop:
            screen.say("Stopping.")
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        finally:
            self._stop(supervisor, home, lock)

    def _stop(self, supervisor: Supervisor, home: Home, lock: Lock) -> None:
        """Stop the children in reverse order; a second Ctrl-C kills them."""
        connections.close_all()
        try:
            supervisor.stop()
        except Stop:
            self.stderr.write("Killed what was left. The next start recovers the data.")
        finally:
            if lock.file is not None:
                (home.run / "up.json").unlink(missing_ok=True)
            lock.release()


class Run:
    """One run of `up`: the phases of the start."""

    def __init__(
        self, screen: Screen, supervisor: Supervisor, home: Home, host: str, port: int, *, demo: bool
    ) -> None:
        self.screen, self.supervisor, self.home, self.host, self.port = screen, supervisor, home, host, port
        self.demo = demo
        # Where a client on this machine reaches a server that listens on all addresses.
        self.local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        self.url = f"http://[{self.local}]:{port}" if ":" in self.local else f"http://{self.local}:{port}"
        self.started_at = datetime.now(UTC)
        supervisor.changed = self.write_state
        environment = {"DATA_DIR": str(home.data)} | (
            {} if os.environ.get("PUBLIC_URL") else {"PUBLIC_URL": self.url}
        )
        if demo and settings.EMBEDDED:
            # With the demo loaded, the portal shows the codes that nobody is sent.
            environment["DEMO"] = "1"
        self.parts = Parts(home, settings.BASE_DIR, environment)

    def start(self) -> None:
        """All phases. Raises EmbeddedError or CommandError."""
        screen, parts, add = self.screen, self.parts, self.supervisor.add
        if settings.EMBEDDED:
            with screen.phase("PostgreSQL"):
                add("PostgreSQL", lambda: postgres.start(self.home), rank=4)
        if settings.EMBEDDED_BROKER:
            with screen.phase("Queue"):
                add("The queue", lambda: broker.start(self.home), rank=3)
                broker.put_back(self.home.data)
        with screen.phase("Database brought up to date"):
            call_command("check", stdout=io.StringIO())
            call_command("migrate", interactive=False, verbosity=0)
        if "load_policies" in get_commands():
            with screen.phase("Policies"):
                call_command("load_policies", stdout=io.StringIO())
        with screen.phase("Web server"):
            web = add("The web server", lambda: parts.web(self.host, self.port), rank=1)
            parts.wait_for_web(web.server, self.local, self.port)
        # Not before the first answer: on two cores they would only delay it.
        with screen.phase("Worker and timetable"):
            add("The worker", parts.worker, rank=2)
            add("The timetable", parts.beat, rank=2)
        shown: Demo | None = None
        if self.demo:
            with screen.phase("Demo"):
                from config import demo as demo_module

                shown = demo_module.load(self.url)
            if shown is None:
                screen.say("  No demo: this register holds companies of its own.")
        # The supervisor itself asks the database nothing from here on.
        connections.close_all()
        screen.summary(url=self.url, logs=str(self.home.logs), demo=shown)

    def write_state(self) -> None:
        """Tell other commands and tests what runs here."""
        write_state(
            self.home.run / "up.json",
            {
                "pid": os.getpid(),
                "host": self.host,
                "port": self.port,
                "url": self.url,
                "started_at": self.started_at.isoformat(),
                "database_url": postgres.dsn(self.home.data) if settings.EMBEDDED else None,
                "broker_url": broker.url(self.home.data) if settings.EMBEDDED_BROKER else None,
                "children": {child.name: child.pid for child in self.supervisor.children},
            },
        )
