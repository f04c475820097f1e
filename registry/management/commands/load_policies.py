"""`load_policies`: the reference data that every question needs."""

from typing import Any

from django.core.management.base import CommandError

from registry import partitions, policies, rules
from registry.management.console import RegistryCommand
from registry.packs import BadPack
from registry.periods import Moment


class Command(RegistryCommand):
    help = (
        "Exports the rule, puts the policy packs and the numbering plan in force, and makes the months of the checks. "
        "Safe to run again: what is unchanged is left alone."
    )

    def run(self, moment: Moment, options: dict[str, Any]) -> dict[str, Any]:
        """Load all three; a pack that is refused leaves everything as it was."""
        try:
            loaded = policies.load(clock=moment.known_at)
        except BadPack as bad:
            raise CommandError(f"{bad.file}: {bad.key}: {bad.reason}") from bad
        rule_new = rules.load(clock=moment.known_at)
        months = partitions.ensure_around("registry_check", moment.at)
        self.table(
            {
                "packs read": loaded.packs,
                "policies put in force": loaded.added,
                "policies superseded": loaded.superseded,
                "ranges of numbers": loaded.ranges or "unchanged",
                "rule": "exported" if rule_new else "unchanged",
                "months made": months,
            }
        )
        return {
            "packs": loaded.packs,
            "added": loaded.added,
            "superseded": loaded.superseded,
            "ranges": loaded.ranges,
            "rule": "new" if rule_new else "unchanged",
            "months": months,
        }
