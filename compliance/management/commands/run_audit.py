"""`run_audit`: hold calls against the register, company by company and day by day."""

import json
import time
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import kombu.exceptions
from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from compliance import calls, tasks
from compliance.audit import audit
from compliance.management.days import add_days, days
from registry import ids
from registry.management.console import RegistryCommand, company
from registry.models import Company
from registry.periods import Moment

#: Between two looks at a company-day that a worker is at.
PAUSE_SECONDS = 0.5
#: Characters that the table of audits needs.
WIDTH = 132


class Command(RegistryCommand):
    help = (
        "Audits the calls of the days given, of one company or all. Without --wait the work is left to the workers; "
        "with it, it is done here. Done again, it finds the same and counts nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--company", metavar="COMPANY", help="its id (com_7) or its name; default: all")
        add_days(parser)
        parser.add_argument("--wait", action="store_true", help="do it here and print what was found")

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Queue, and with --wait audit and print."""
        first, last = days(options)
        companies = [company(options["company"]).pk] if options["company"] else None
        pairs = audit.request(first, last, companies, clock=moment.known_at)
        if not options["wait"]:
            return self._send(pairs)
        outcomes = self._audit(pairs)
        answer = totals(outcomes)
        self._print(outcomes, answer)
        failed = [outcome for outcome in outcomes if outcome["state"] != "completed"]
        if failed:
            if self.for_machines:
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            raise CommandError("\n".join(_problem(outcome) for outcome in failed))
        return answer

    def _send(self, pairs: list[tuple[int, date]]) -> dict[str, Any]:
        try:
            tasks.send_audits(pairs)
        except kombu.exceptions.OperationalError as error:
            raise CommandError(
                f"No queue answers, so no worker was told of the {len(pairs)} audits on the list. "
                "Use --wait to do them here, without a queue."
            ) from error
        self.say(f"{len(pairs):,} audits are on the list of the workers")
        return {"queued": len(pairs)}

    def _audit(self, pairs: list[tuple[int, date]]) -> list[dict[str, Any]]:
        outcomes = []
        with self.progress("company-days", len(pairs)) as report:
            for company_id, day in pairs:
                outcomes.append(self._until_done(company_id, day))
                report(len(outcomes))
        return outcomes

    def _until_done(self, company_id: int, day: date) -> dict[str, Any]:
        """Audit a company-day here; or wait for the worker that is at it, and look whether it has to be done again."""
        # A log in its last transaction is waited for before the day is claimed, or the day would be done twice.
        calls.settle(company_id=company_id)
        while True:
            outcome = audit.audit(company_id, day, clock=datetime.now(UTC))
            if outcome["claimed"] or outcome["state"] != "running":
                return outcome
            time.sleep(PAUSE_SECONDS)

    def _print(self, outcomes: list[dict[str, Any]], answer: dict[str, Any]) -> None:
        names = Company.objects.in_bulk({outcome["company_id"] for outcome in outcomes})
        table = Table(box=None, header_style="dim")
        for heading in (
            "day",
            "company",
            "state",
            "calls",
            "violations",
            "new",
            "withdrawn",
            "kept",
            "incidents",
        ):
            justify = "left" if heading in ("day", "company", "state") else "right"
            table.add_column(heading, justify=justify, no_wrap=True)
        for outcome in outcomes:
            changes = outcome["changes"]
            table.add_row(
                outcome["day"],
                str(names[outcome["company_id"]]),
                outcome["state"],
                f"{outcome['calls']:,}",
                f"{sum(outcome['violations'].values()):,}",
                f"{changes.get('added', 0) + changes.get('reopened', 0):,}",
                f"{changes.get('withdrawn', 0):,}",
                f"{changes.get('kept', 0):,}",
                f"{outcome['incidents']:,}",
            )
        # Wider than a narrow terminal, rather than with half a figure.
        Console(
            file=self.stdout._out,
            quiet=self.for_machines,
            width=max(self.console.width, WIDTH),
            highlight=False,
        ).print(table)
        self.table(
            {"calls": f"{answer['calls']:,}"}
            | {name: f"{answer[name]:,}" for name in ("incidents", "checks_skipped") if answer[name]}
            | {code: f"{count:,}" for code, count in answer["violations"].items()}
        )


def totals(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Calls, violations by code, what changed against the runs before, and incidents, over all of the audits."""
    found: Counter[str] = Counter()
    changes: Counter[str] = Counter(added=0, withdrawn=0, reopened=0, kept=0)
    for outcome in outcomes:
        found.update(outcome["violations"])
        changes.update(outcome["changes"])
    return {
        "calls": sum(outcome["calls"] for outcome in outcomes),
        "violations": dict(found.most_common()),
        "changes": dict(changes),
        "incidents": sum(outcome["incidents"] for outcome in outcomes),
        "checks_skipped": sum(outcome["checks_skipped"] for outcome in outcomes),
    }


def _problem(outcome: dict[str, Any]) -> str:
    return f"{ids.public('com', outcome['company_id'])} on {outcome['day']}: {outcome['problem'] or outcome['state']}"
