"""What was found in the national month, against what was planted; and what the reports say, against plain counts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks import month_rows
from benchmarks.month_rows import Month
from benchmarks.stories import STORIES
from compliance.models import Complaint
from compliance.reports import reports


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


class Compared(NamedTuple):
    """One figure of a report, and the same counted by a plain statement."""

    report: str
    figure: str
    reported: Any
    counted: Any

    @property
    def same(self) -> bool:
        """Whether they agree."""
        return bool(self.reported == self.counted)


@dataclass
class Totals:
    """All of it. `wrongly` names the story and code of each accusation that nobody planted."""

    codes: list[Kind]
    stories: list[Kind]
    incidents: Kind
    complaints: Kind
    wrongly: dict[str, int] = field(default_factory=dict)
    figures: list[Compared] = field(default_factory=list)
    #: Kinds of reports that nothing is counted against.
    uncounted: list[str] = field(default_factory=list)

    @property
    def missed(self) -> int:
        """Planted offences that the audit did not find."""
        return sum(kind.missed for kind in self.codes)

    @property
    def accused(self) -> int:
        """Findings that nobody planted."""
        return sum(self.wrongly.values())

    def notes(self) -> dict[str, Any]:
        """For the figure: a line a kind."""
        kinds = [*self.codes, self.incidents, self.complaints]
        return (
            {k.name: f"planted {k.planted:,}, found {k.found:,}, missed {k.missed:,}" for k in kinds}
            | {f"wrongly accused: {name}": count for name, count in self.wrongly.items()}
            | {f"{f.report}: {f.figure}": f"reported {f.reported}, counted {f.counted}" for f in self.figures}
            | ({"reports not counted": ", ".join(self.uncounted)} if self.uncounted else {})
        )


def count(month: Month) -> Totals:
    """Count all, after the audit. The plan's temporary tables must be on this connection (`month_rows.make`)."""
    between = {"since": month.since, "until": month.until}
    by_code: dict[str, list[int]] = {}
    by_story: dict[str, list[int]] = {}
    for story, code, planted, found, more in month_rows.fetch(month_rows.text("found"), **between):
        for held, name in ((by_code, code), (by_story, None if story is None else STORIES[story].name)):
            if name is not None:
                total = held.setdefault(name, [0, 0, 0])
                held[name] = [a + b for a, b in zip(total, (planted, found, more), strict=True)]
    wrongly = {
        f"{code} in “{STORIES[story].name}”": times
        for story, code, times in month_rows.fetch(month_rows.text("accused"), **between)
    }
    incidents = month_rows.fetch(month_rows.text("incidents"), rows=month_rows.parts("asks"), **between)[0]
    return Totals(
        [Kind(name, *numbers) for name, numbers in sorted(by_code.items())],
        [Kind(name, *numbers) for name, numbers in by_story.items()],
        Kind("wrong answers of ours", *incidents),
        _complaints(),
        wrongly,
        [figure for compare in REPORTS.values() for figure in compare(month)],
        sorted(set(reports.KINDS) - set(REPORTS)),
    )


def _complaints() -> Kind:
    """Complaints whose one ground is the one that was planted."""
    wanted = month_rows.complained()
    grounds: dict[tuple[int, datetime], list[str]] = {}
    filed = Complaint.objects.filter(number__in=[number for number, *_ in wanted])
    for number, called_at, ground in filed.values_list("number", "called_at", "matches__ground"):
        grounds.setdefault((number, called_at), []).append(ground)
    right = sum(
        grounds.get((number, called_at)) == [ground] for number, _line, _sector, called_at, ground in wanted
    )
    return Kind("complaints with their ground", len(wanted), right)


def _violations(month: Month) -> list[Compared]:
    """The report on violations, by code and by company."""
    report = reports.build(kind="violations", first=month.first, last=month.last, clock=datetime.now(UTC))
    codes: Counter[str] = Counter()
    companies: Counter[str] = Counter()
    for row in report.rows:
        codes[row["code"]] += 1
        companies[row["company_id"]] += 1
    counted = dict(month_rows.fetch("SELECT code, count(*) FROM month_expected GROUP BY code"))
    by_company = month_rows.fetch(
        "SELECT 'com_' || company_id, count(*) FROM month_expected "
        "JOIN compliance_call ON compliance_call.id = call_row GROUP BY company_id"
    )
    return [
        *(
            Compared("violations", code, codes[code], counted.get(code, 0))
            for code in sorted(set(codes) | set(counted))
        ),
        Compared("violations", "companies", len(companies), len(by_company)),
        Compared("violations", "each company's own", companies == dict(by_company), True),
    ]


#: For each kind of report, what compares its figures with counts of its own.
REPORTS: dict[str, Callable[[Month], list[Compared]]] = {"violations": _violations}
