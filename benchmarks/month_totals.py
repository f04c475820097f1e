"""What was found in the national month, against what was planted; and what the reports say, against plain counts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from benchmarks import month_carriers, month_plan, month_reports
from benchmarks.month_carriers import Found
from benchmarks.month_plan import Month
from benchmarks.month_reports import Compared
from benchmarks.stories import STORIES
from compliance.models import Complaint


class Kind(NamedTuple):
    """One kind of what was planted: how many there were, were found, and were found besides."""

    name: str
    planted: int
    found: int
    more: int = 0

    @property
    def missed(self) -> int:
        """Planted and not found."""
        return self.planted - self.found


@dataclass
class Totals:
    """All of it. `wrongly` names the story and code of each accusation that nobody planted."""

    codes: list[Kind]
    stories: list[Kind]
    incidents: Kind
    complaints: Kind
    #: Of the reconciliation, by kind.
    discrepancies: list[Found]
    wrongly: dict[str, int] = field(default_factory=dict)
    figures: list[Compared] = field(default_factory=list)

    @property
    def missed(self) -> int:
        """Planted offences that the audit did not find."""
        return sum(kind.missed for kind in self.codes)

    @property
    def accused(self) -> int:
        """Findings that nobody planted."""
        return sum(self.wrongly.values())

    @property
    def unreconciled(self) -> int:
        """Planted discrepancies that the reconciliation did not find."""
        return sum(kind.planted - kind.found for kind in self.discrepancies)

    @property
    def named(self) -> int:
        """Discrepancies that nobody planted."""
        return sum(sum(kind.honest.values()) for kind in self.discrepancies)

    def notes(self) -> dict[str, Any]:
        """For the figure: a line a kind."""
        kinds = [*self.codes, self.incidents, self.complaints]
        return (
            {k.name: f"planted {k.planted:,}, found {k.found:,}, missed {k.missed:,}" for k in kinds}
            | {
                k.kind: f"planted {k.planted:,}, found {k.found:,}, missed {k.planted - k.found:,}"
                for k in self.discrepancies
            }
            | {
                f"wrongly named: {k.kind} in “{of}”": n
                for k in self.discrepancies
                for of, n in k.honest.items()
            }
            | {f"wrongly accused: {name}": count for name, count in self.wrongly.items()}
            | {f"{f.report}: {f.figure}": f"reported {f.reported}, counted {f.counted}" for f in self.figures}
        )


def count(month: Month) -> Totals:
    """Count all, after the audit. The plan's temporary tables must be on this connection (`month_plan.make`)."""
    between = {"since": month.since, "until": month.until}
    by_code: dict[str, list[int]] = {}
    by_story: dict[str, list[int]] = {}
    for story, code, planted, found, more in month_plan.fetch(month_plan.text("found"), **between):
        for held, name in ((by_code, code), (by_story, None if story is None else STORIES[story].name)):
            if name is not None:
                total = held.setdefault(name, [0, 0, 0])
                held[name] = [a + b for a, b in zip(total, (planted, found, more), strict=True)]
    wrongly = {
        f"{code} in “{STORIES[story].name}”": times
        for story, code, times in month_plan.fetch(month_plan.text("accused"), **between)
    }
    incidents = month_plan.fetch(month_plan.text("incidents"), rows=month_plan.parts("asks"), **between)[0]
    return Totals(
        [Kind(name, *numbers) for name, numbers in sorted(by_code.items())],
        [Kind(name, *numbers) for name, numbers in by_story.items()],
        Kind("wrong answers of ours", *incidents),
        _complaints(month),
        month_carriers.found(month),
        wrongly,
        month_reports.compared(month),
    )


def _complaints(month: Month) -> Kind:
    """Complaints whose one ground is the one that was planted."""
    wanted = [*month_plan.complained(), *month_carriers.complained(month)]
    grounds: dict[tuple[int, datetime], list[str]] = {}
    filed = Complaint.objects.filter(number__in=[number for number, *_ in wanted])
    for number, called_at, ground in filed.values_list("number", "called_at", "matches__ground"):
        grounds.setdefault((number, called_at), []).append(ground)
    right = sum(
        grounds.get((number, called_at)) == [ground] for number, _line, _sector, called_at, ground in wanted
    )
    return Kind("complaints with their ground", len(wanted), right)
