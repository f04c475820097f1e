"""`detach_partitions`: old months of the append-only tables, put aside."""

import re
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from registry import partitions
from registry.management.console import RegistryCommand
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Takes months out of an append-only table. Each stays as a table of its own, detached_…, until somebody has "
        "archived it. Nothing the register answers from then on knows of its rows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("table", metavar="TABLE", help="a table kept by month, such as registry_check")
        parser.add_argument(
            "--before", required=True, metavar="MONTH", help="the first month that stays, such as 2024-01"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say which months these are, and leave them"
        )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Detach, and say what is where now."""
        table, before = options["table"], month(options["before"])
        if table not in (known := partitioned()):
            raise CommandError(f"{table!r} is none of: {', '.join(known)}")
        if before > partitions.month_of(moment.at):
            raise CommandError("The month that is running, and those to come, stay")
        if options["dry_run"]:
            names = [part.name for part in partitions.parts(table) if part.month < before]
            self.say("\n".join(names) or "No month is that old")
            return {"table": table, "detached": [], "would_detach": names}
        names = partitions.detach(table, before=before)
        self.say("\n".join(names) or "No month is that old")
        return {"table": table, "detached": names}


def month(text: str) -> partitions.Month:
    """A month such as 2024-01. Raises CommandError for anything else."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        raise CommandError(f"{text!r} is no month such as 2024-01")
    return int(found[1]), int(found[2])


def partitioned() -> list[str]:
    """The tables that are kept by month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace "
            "ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]
