"""The figures of a replay: what turns from allow to deny and back, by sector, company and reason, with examples."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from compliance.replay.asking import Turned

TO_DENY, TO_ALLOW, UNDECIDED = "to_deny", "to_allow", "undecided"
#: Examples kept of each direction and reason.
EXAMPLES = 10


@dataclass
class Figures:
    """Counted company-day by company-day; `as_dict` is what the row keeps."""

    asked: Counter[str] = field(default_factory=Counter)
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    turned: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    questions: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, company_id: int, found: list[Turned]) -> None:
        """Count the differences of one company-day."""
        for one in found:
            self.asked[one.kind] += one.count
            self.questions["company", str(company_id)] += one.count
            self.questions["sector", one.sector] += one.count
            self.allowed["before", one.kind] += one.count if one.was_allowed else 0
            self.allowed["after", one.kind] += one.count if one.allowed else 0
            direction = _direction(one)
            if direction is None:
                continue
            reason = one.reason or ""
            self.turned[direction, one.kind] += one.count
            for by, name in (("sector", one.sector), ("company", str(company_id)), ("reason", reason)):
                self.cells[by, name, direction, one.kind] += one.count
            kept = self.examples.setdefault((direction, reason), [])
            kept += [
                {
                    "kind": one.kind,
                    "id": pk,
                    "at": at.isoformat(),
                    "company": company_id,
                    "sector": one.sector,
                }
                for pk, at in one.examples[: EXAMPLES - len(kept)]
            ]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "asked": _of_kinds(self.asked),
            "allowed_before": {kind: self.allowed["before", kind] for kind in ("call", "check")},
            "allowed_after": {kind: self.allowed["after", kind] for kind in ("call", "check")},
            **{
                direction: {kind: self.turned[direction, kind] for kind in ("call", "check")}
                for direction in (TO_DENY, TO_ALLOW, UNDECIDED)
            },
            **{f"by_{by}": self._by(by) for by in ("sector", "company", "reason")},
            "examples": [
                {"direction": direction, "reason": reason, "of": kept}
                for (direction, reason), kept in sorted(self.examples.items())
                if kept
            ],
        }

    def _by(self, by: str) -> list[dict[str, Any]]:
        names = {name for part, name, _direction, _kind in self.cells if part == by}
        lines = [
            {
                "name": name,
                "asked": self.questions[by, name],
                **{
                    f"{direction}_{kind}s": self.cells[by, name, direction, kind]
                    for direction in (TO_DENY, TO_ALLOW)
                    for kind in ("call", "check")
                },
            }
            for name in names
        ]
        return sorted(lines, key=lambda line: (-_turned(line), str(line["name"])))


def _turned(line: dict[str, Any]) -> int:
    return sum(count for name, count in line.items() if name.startswith("to_"))


def _of_kinds(counted: Counter[str]) -> dict[str, int]:
    return {kind: counted[kind] for kind in ("call", "check")}


def _direction(one: Turned) -> str | None:
    if one.was_allowed is None or one.allowed is None:
        return UNDECIDED
    if one.was_allowed == one.allowed:
        return None
    return TO_ALLOW if one.allowed else TO_DENY
