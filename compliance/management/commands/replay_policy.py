"""`replay_policy`: what a draft of a policy pack would have answered in a period. Writes nothing but its own result."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from compliance.management.days import add_days, days
from compliance.replay import replay
from registry.codes import SECTORS
from registry.management.console import Names, RegistryCommand, company
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Asks the checks and calls of the days given again under a draft of a policy pack, and prints what would turn "
        "from allow to deny and back. The file is named after the pack: cn.toml."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("draft", type=Path, help="the draft, a TOML file named after the pack it is of")
        add_days(parser)
        parser.add_argument("--sector", action=Names, known=SECTORS, dest="sectors", help="default: all")
        parser.add_argument("--company", action=Names, dest="companies", help="ids or names; default: all")
        parser.add_argument("--share", type=int, default=100, help="per cent of all numbers; default: 100")
        parser.add_argument(
            "--terms-on",
            type=date.fromisoformat,
            metavar="DAY",
            help="hold the terms of that day over the period",
        )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Put it on record, do it here, print."""
        first, last = days(options)
        try:
            text = options["draft"].read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['draft']} cannot be read: {error}") from error
        row = replay.request(
            pack=options["draft"].stem,
            text=text,
            first=first,
            last=last,
            sectors=options["sectors"],
            companies=[company(name).pk for name in options["companies"] or ()],
            share=options["share"],
            terms_on=options["terms_on"],
            clock=moment.known_at,
        )
        with self.progress("company-days", 1) as report:
            answer = replay.run(
                row.pk, clock=moment.known_at, progress=lambda done, total: report(done / total)
            )
        if answer["state"] != "completed":
            raise CommandError((answer["problem"] or {}).get("detail") or f"The replay is {answer['state']}")
        self._print(answer)
        return answer

    def _print(self, answer: dict[str, Any]) -> None:
        figures = answer["figures"]
        self.table(
            {
                "draft": f"{answer['pack']} {answer['digest']}",
                "as of": answer["as_of"],
                "differs in": ", ".join(change["parameter"] for change in answer["changes"]) or "nothing",
                **{
                    name.replace(
                        "_", " "
                    ): f"{figures[name]['check']:,} checks, {figures[name]['call']:,} calls"
                    for name in (
                        "asked",
                        "allowed_before",
                        "allowed_after",
                        "to_deny",
                        "to_allow",
                        "undecided",
                    )
                },
            }
        )
        for by in ("by_reason", "by_sector", "by_company"):
            for line in figures[by]:
                self.say(
                    f"  {by[3:]} {line['name']}: to deny {line['to_deny_checks']:,} checks, "
                    f"{line['to_deny_calls']:,} calls; to allow {line['to_allow_checks']:,} checks, "
                    f"{line['to_allow_calls']:,} calls"
                )
