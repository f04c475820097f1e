"""The progress of a special action: its weeks and its whole, against the baseline, from the counts by day.

Weeks are seven days from the first day of the action, the last one may be shorter; days are UTC. A baseline is told per
week: its counts, divided by its days, times seven.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from compliance import rates
from compliance.models import CallCount, Campaign, Complaint

WEEK = timedelta(days=7)
#: What is counted, in the order of tables.
COUNTS = ("calls", "audited", "violating", "complaints", "days_audited")


def weeks(row: Campaign) -> list[date]:
    """The first day of each week of an action."""
    return [row.first + WEEK * n for n in range((row.last - row.first).days // 7 + 1)]


def of(row: Campaign, *, clock: datetime) -> dict[str, Any]:
    """`as_of`, `baseline` (per week), `total`, `weeks` with the first `day` of each, `targets`; plain JSON.

    A week that has not begun at `clock` has no figures; counts are those on record at `clock`.
    """
    by_day = _by_day(row, row.first, row.last, clock)
    baseline = _sum(_by_day(row, row.baseline_first, row.baseline_last, clock), row.baseline_first, row.first)
    days = (row.baseline_last - row.baseline_first).days + 1
    begun = [day for day in weeks(row) if day <= clock.date()]
    total = _sum(by_day, row.first, row.last + timedelta(days=1))
    return {
        "as_of": clock.isoformat(),
        "baseline": {
            **{name: round(baseline[name] * 7 / days, 1) for name in COUNTS},
            "violation_rate": baseline["violation_rate"],
        },
        "total": total,
        "weeks": [{"day": day.isoformat(), **_sum(by_day, day, day + WEEK)} for day in begun],
        "targets": _targets(row, total),
    }


def _by_day(row: Campaign, first: date, last: date, clock: datetime) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    counted = CallCount.objects.filter(day__gte=first, day__lte=last)
    if row.sectors:
        counted = counted.filter(sector__in=row.sectors)
    if row.regions:
        counted = counted.filter(region__in=row.regions)
    for line in counted.values("day").annotate(
        calls_sum=Sum("calls"),
        audited_sum=Sum("audited"),
        violating_sum=Sum("violating"),
        companies=Count("company", distinct=True, filter=Q(audited__gt=0)),
    ):
        found[line["day"]] |= {
            "calls": line["calls_sum"],
            "audited": line["audited_sum"],
            "violating": line["violating_sum"],
            "days_audited": line["companies"],
        }
    received = _received(row, first, last, clock).annotate(day=TruncDate("received_at", tzinfo=UTC))
    for line in received.values("day").annotate(rows=Count("pk")).order_by():
        found[line["day"]]["complaints"] = line["rows"]
    return found


def _received(row: Campaign, first: date, last: date, clock: datetime) -> QuerySet[Complaint]:
    """The complaints received on those days, of the action's sectors and regions of the number called."""
    found = Complaint.objects.filter(
        received_at__gte=datetime.combine(first, time(), UTC),
        received_at__lt=datetime.combine(last + timedelta(days=1), time(), UTC),
    )
    if row.sectors:
        found = found.filter(sector__in=row.sectors)
    if row.regions:
        region = Func("number", Value(clock), function="compliance_region_v1", output_field=CharField())
        found = found.annotate(region=region).filter(region__in=row.regions)
    return found


def _sum(by_day: dict[date, dict[str, int]], since: date, until: date) -> dict[str, Any]:
    """The counts of the days from `since` to before `until`, with the violation rate (0 to 1; none of no audits)."""
    held = {
        name: sum(counts[name] for day, counts in by_day.items() if since <= day < until) for name in COUNTS
    }
    return held | {"violation_rate": rates.share(held["violating"], held["audited"])}


def _targets(row: Campaign, total: dict[str, Any]) -> list[dict[str, Any]]:
    """Each target that was set: its name, what was wanted, what there is, whether that meets it."""
    rate = None if total["violation_rate"] is None else round(total["violation_rate"] * 100, 2)
    held = []
    for name, wanted, reached in (
        ("most_complaints", row.most_complaints, total["complaints"]),
        ("most_rate", row.most_rate, rate),
        ("fewest_audits", row.fewest_audits, total["days_audited"]),
    ):
        if wanted is None:
            continue
        meets = (
            None if reached is None else reached >= wanted if name == "fewest_audits" else reached <= wanted
        )
        held.append({"name": name, "wanted": float(wanted), "reached": reached, "meets": meets})
    return held
