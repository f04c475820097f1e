"""What carriers recorded of the national month, what callers of nobody did, and what the reconciliation makes of it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from benchmarks import month_plan
from benchmarks.month_plan import DAY, SELLERS_LINE, Month
from benchmarks.population import caller, number
from benchmarks.stories import STORIES
from benchmarks.stories_carried import COVERED, STRANGERS, Stranger
from compliance.models import CarrierCoverage, CarrierRecord, Discrepancy
from compliance.models.discrepancies import KINDS
from registry import companies, partitions
from registry.models import Caller
from registry.periods import Moment, since

CARRIERS = ("First carrier of the month", "Second carrier of the month")
#: Where the calling numbers of callers of nobody begin.
FIRST_STRANGER = caller(2000)
#: One of each kind of them for so many stories.
STORIES_A_STRANGER = 20_000
#: Stories of companies that ask too much; each of their days is a discrepancy.
PROBING = [place for place, story in enumerate(STORIES) if story.company == "prober"]


class Seen(NamedTuple):
    """A caller of nobody on its day."""

    stranger: Stranger
    caller: int
    base: datetime
    #: The number called first.
    first: int


class Found(NamedTuple):
    """Discrepancies of one kind: planted, found, and who was named beside them, by story or caller."""

    kind: str
    planted: int
    found: int
    honest: dict[str, int]


def make(month: Month) -> None:
    """Enter the carriers, and write their records and their word that these are complete."""
    partitions.ensure("compliance_carriercall", sorted({partitions.month_of(day) for day in _days(month)}))
    carriers = []
    for place, name in enumerate(CARRIERS):
        company = companies.enter(name=name, kind="carrier", moment=Moment.of(month.since - 600 * DAY))
        record = CarrierRecord.objects.create(
            company=company, format="native", file="", sha256="", bytes_total=1, state="completed",
            created_at=month.until,
        )  # fmt: skip
        carriers.append({"place": place, "carrier_id": company.pk, "record_id": record.pk})
        CarrierCoverage.objects.bulk_create(
            CarrierCoverage(
                carrier_record=record,
                company=company,
                caller=line,
                valid=since(month.since - DAY, month.until + DAY),
                recorded_at=month.until,
            )
            for line in _covered(month)
        )
    month_plan.run(
        month_plan.text("carried"),
        rows=month_plan.parts("carried"),
        carriers=json.dumps(carriers),
        sellers_line=SELLERS_LINE,
    )
    month_plan.run(
        month_plan.text("strangers"),
        carrier=carriers[0]["carrier_id"],
        record=carriers[0]["record_id"],
        strangers=json.dumps(
            [
                asdict(seen.stranger)
                | {"caller": seen.caller, "base": seen.base.isoformat(), "first": seen.first}
                for seen in strangers(month)
            ]
        ),
    )
    month_plan.run("ANALYZE compliance_carriercall")


def _days(month: Month) -> Iterator[datetime]:
    yield from (month.since + n * DAY for n in range(-1, month.days + 3))


def _covered(month: Month) -> list[int]:
    """The lines that carriers speak for: the first of each company that calls."""
    lines: dict[int, int] = {}
    own = Caller.objects.current().filter(company__in=list(month.everybody)).order_by("number")
    for company, line in own.values_list("company", "number"):
        lines.setdefault(company, line + COVERED)
    return [*lines.values(), SELLERS_LINE]


def strangers(month: Month) -> Iterator[Seen]:
    """The callers of nobody, each on a day of its own."""
    for copy in range(max(1, month.stories // STORIES_A_STRANGER)):
        for place, stranger in enumerate(STRANGERS):
            nth = copy * len(STRANGERS) + place
            begins = month.since + (7 * nth % month.days) * DAY + stranger.begins * timedelta(seconds=1)
            yield Seen(stranger, FIRST_STRANGER + nth, begins, number(month.first_person) + 1 + 10_000 * nth)


def complained(month: Month) -> Iterator[tuple[int, int, int, datetime, str]]:
    """Complaints about callers of nobody: as `month_plan.complained`."""
    for seen in strangers(month):
        for nth in range(seen.stranger.complaints):
            at = seen.base + nth * seen.stranger.apart * timedelta(seconds=1)
            yield seen.first + nth * seen.stranger.step, seen.caller, 0, at, "caller_unknown"


def found(month: Month) -> list[Found]:
    """What the reconciliation found of each kind, against what was planted."""
    planted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    honest: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    told = [
        {"story": place, "kind": kind} for place, story in enumerate(STORIES) for kind in story.discrepancies
    ]
    for story, kind, wanted, had, more in month_plan.fetch(
        month_plan.text("discrepancies"),
        rows=json.dumps(told),
        since=month.since - DAY,
        until=month.until,
    ):
        planted[kind] += wanted
        right[kind] += had
        if more:
            honest[kind][STORIES[story].name if story is not None else "nobody's story"] = more
    probing = set(month_plan.fetch(month_plan.text("probing"), stories=PROBING))
    suspects = {(seen.caller, seen.base.date()): seen.stranger for seen in strangers(month)}
    guilty = {key for key, stranger in suspects.items() if stranger.suspect}
    for kind, wanted, had in (
        ("probing", probing, _standing(month, "probing", "company_id")),
        ("unlicensed_caller", guilty, _standing(month, "unlicensed_caller", "caller")),
    ):
        planted[kind], right[kind] = len(wanted), len(wanted & had)
        honest[kind] |= {
            suspects[key].name if key in suspects else str(key[0]): 1 for key in sorted(had - wanted)
        }
    return [Found(kind, planted[kind], right[kind], honest[kind]) for kind in KINDS]


def _standing(month: Month, kind: str, by: str) -> set[tuple[Any, date]]:
    rows = Discrepancy.objects.filter(
        kind=kind, state="open", day__gte=month.first - DAY, day__lte=month.last
    )
    return set(rows.values_list(by, "day"))
