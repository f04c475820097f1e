"""The figures of every kind of report over the national month, of the counts by day and of Today, against plain counts.

What is compared is asked as of three moments: half way through the audits; after them; and after some violations were
dismissed. Asked again as of the second, when the third has come, each report must have the digest it had.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks import month_plan
from benchmarks.month_plan import Month, fetch
from compliance import counts, tasks, violations
from compliance.desk.today import Figures
from compliance.models import AuditRun, CallCount, CheckCount, Violation, ViolationCount
from compliance.reports import reports
from compliance.reports.kind import Question, Table
from compliance.reports.kinds import KINDS
from registry import ids
from registry.codes import SECTORS

#: Violations that are dismissed between two moments.
DISMISSED = 40
_STANDS = "WHERE status NOT IN ('withdrawn', 'dismissed')"
#: How a figure is counted: of which rows, and what.
COUNTED: dict[str, tuple[str, str]] = {
    "checks": ("plain_check", "count(*)"),
    "denied": ("plain_check", "count(*) FILTER (WHERE NOT allowed)"),
    "calls": ("plain_call", "count(*)"),
    "audited": ("plain_call", "count(*) FILTER (WHERE audited)"),
    "violating": ("plain_call", "count(*) FILTER (WHERE violating)"),
    "violations": ("plain_violation", f"count(*) FILTER ({_STANDS})"),
    "violations_found": ("plain_violation", "count(*)"),
    "complaints": ("plain_complaint", "count(*)"),
    "complaints_open": (
        "plain_complaint",
        "count(*) FILTER (WHERE state NOT IN ('closed', 'withdrawn', 'joined'))",
    ),
    "complaints_relayed": ("plain_complaint", "count(company_id)"),
    "complaints_closed": ("plain_complaint", "count(*) FILTER (WHERE state = 'closed')"),
    "companies_active": ("plain_active", "count(DISTINCT company_id)"),
    "days_active": ("plain_active", "count(DISTINCT (company_id, day))"),
    "days_audited": ("plain_active", "count(DISTINCT (company_id, day)) FILTER (WHERE audited)"),
}
#: By rule, calls are those with a violation of it.
BY_RULE = ("plain_violation", f"count(DISTINCT call_row) FILTER ({_STANDS})")
_COLUMN = {"company": "company_id"}


class Compared(NamedTuple):
    """One figure, and the same counted by a plain statement; of a table, as the sum of its rows and how many differ."""

    report: str
    figure: str
    reported: Any
    counted: Any

    @property
    def same(self) -> bool:
        """Whether they agree."""
        return bool(self.reported == self.counted)


def compared(month: Month) -> list[Compared]:
    """Everything, as of each of the three moments. Dismisses some violations, and counts the days."""
    runs = AuditRun.objects.filter(audit__day__gte=month.first, audit__day__lte=month.last, state="completed")
    places = runs.order_by("finished_at").values_list("finished_at", flat=True)
    half = places[len(places) // 2]
    found = list(_as_of(month, half, "half way"))
    after = datetime.now(UTC)
    found += _as_of(month, after, "audited")
    digests = {question.kind: reports.answer(question)[3] for question in _questions(month, after)}
    _dismiss(month)
    found += _as_of(month, datetime.now(UTC), "dismissed")
    again = {question.kind: reports.answer(question)[3] for question in _questions(month, after)}
    found += [Compared(kind, "digest asked again", again[kind], digests[kind]) for kind in KINDS]
    return found + list(_daily(month))


def _dismiss(month: Month) -> None:
    rows = Violation.objects.filter(call_started_at__gte=month.since, call_started_at__lt=month.until)
    chosen = list(rows.order_by("call", "code").values_list("pk", flat=True)[:DISMISSED])
    settled = violations.settle_many(violation_ids=chosen, status="dismissed", clock=datetime.now(UTC))
    if len(settled) != len(chosen):
        raise RuntimeError(f"of {len(chosen)} violations {len(settled)} were dismissed")


def _questions(month: Month, as_of: datetime) -> Iterator[Question]:
    """One question of each kind."""
    company, sector = month.companies[0], SECTORS[0]
    for kind in KINDS.values():
        yield reports.ask(
            kind=kind.name,
            first=month.first,
            last=month.last,
            clock=as_of,
            as_of=as_of,
            company_id=company if "company" in kind.needs else None,
            sector=sector if "sector" in kind.needs else None,
        )


def _as_of(month: Month, as_of: datetime, when: str) -> Iterator[Compared]:
    month_plan.run(month_plan.text("plain"), since=month.since, until=month.until, as_of=as_of)
    for question in _questions(month, as_of):
        kind = KINDS[question.kind]
        held, *_digests = reports.answer(question)
        name = f"{kind.name}, {when}"
        for figure in kind.totals:
            if figure in COUNTED and held["totals"][figure] is not None:
                ((counted,),) = _count(COUNTED[figure], question)
                yield Compared(name, figure, held["totals"][figure], counted)
        if "violating" in kind.totals and "calls" not in kind.totals:
            yield Compared(
                name, "calls of the list", held["totals"]["violating"], _count(BY_RULE, question)[0][0]
            )
        if "rows" in held:
            ((standing,),) = _count(
                ("plain_violation", "count(*) FILTER (WHERE status <> 'withdrawn')"), question
            )
            yield Compared(name, "rows", held["rows"]["count"], standing)
        for table in kind.tables:
            yield from _table(name, table, held["tables"][table.name], question)


def _table(name: str, table: Table, held: dict[str, Any], question: Question) -> Iterator[Compared]:
    """Each figure of a table that can be counted: all its rows at once."""
    places = [held["columns"].index(by) for by in table.by]
    for figure in table.figures:
        how = BY_RULE if figure == "violating" and not _has_calls(table) else COUNTED.get(figure)
        if how is None or not set(table.by) <= {
            "day",
            "sector",
            "region",
            "code",
            "company",
            "status",
            "reason",
            "state",
        }:
            continue
        at = held["columns"].index(figure)
        reported = {tuple(row[place] for place in places): row[at] for row in held["rows"]}
        counted = {
            tuple(_plain(by, value) for by, value in zip(table.by, row, strict=False)): row[-1]
            for row in _count(how, question, table.by)
        }
        # What is ranked or left out for being small is compared where it is shown.
        shown = {key for key, value in reported.items() if value is not None}
        wanted = shown if table.ranked_by or None in reported.values() else shown | set(counted)
        differing = [key for key in wanted if reported.get(key, 0) != counted.get(key, 0)]
        yield Compared(
            name,
            f"{table.name}: {figure}",
            (sum(reported[key] for key in shown), 0),
            (sum(counted.get(key, 0) for key in wanted), len(differing)),
        )


def _has_calls(table: Table) -> bool:
    return "calls" in table.figures


def _count(how: tuple[str, str], question: Question, by: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    rows, counted = how
    columns = [_COLUMN.get(name, name) for name in by]
    where = [
        f"{column} = %({name})s"
        for name, column, value in (
            ("company", "company_id", question.company_id),
            ("sector", "sector", question.sector),
        )
        if value is not None
    ]
    # Reasons are those of denials only.
    where += ["NOT allowed"] if by == ("reason",) else []
    statement = f"SELECT {', '.join([*columns, counted])} FROM {rows}"
    statement += f" WHERE {' AND '.join(where)}" if where else ""
    statement += f" GROUP BY {', '.join(columns)}" if columns else ""
    return fetch(
        statement,
        company=question.company_id,
        sector=SECTORS.index(question.sector) if question.sector else None,
    )


def _plain(by: str, value: Any) -> Any:
    if by == "company":
        return ids.public("com", value) if value is not None else None
    if by == "sector":
        return SECTORS[value]
    if by == "day":
        return value.isoformat()
    return "" if value is None else value


def _daily(month: Month) -> Iterator[Compared]:
    """The counts by day, brought up to date as workers do, and Today's figures made of them."""
    counts.count_checks(clock=datetime.now(UTC) + counts.SETTLES)
    while pairs := counts.due():
        for company, day in pairs:
            tasks.count_company_day(company, day.isoformat())
    between = {"day__gte": month.first, "day__lte": month.last}
    for model, figure, rows, by in (
        (CallCount, "calls", "plain_call", ("day", "company", "sector", "region")),
        (CallCount, "audited", "plain_call", ("day", "company", "sector", "region")),
        (CallCount, "violating", "plain_call", ("day", "company", "sector", "region")),
        (CheckCount, "checks", "plain_check", ("day", "company", "sector", "region")),
        (ViolationCount, "violations", "plain_violation", ("day", "company", "code", "status")),
    ):
        columns = ", ".join(_COLUMN.get(name, name) for name in by)
        what = "count(*)" if figure == "violations" else COUNTED[figure][1]
        plain = {
            row[:-1]: row[-1] for row in fetch(f"SELECT {columns}, {what} FROM {rows} GROUP BY {columns}")
        }
        counted: dict[tuple[Any, ...], int] = {}
        for *key, value in model.objects.filter(**between).values_list(
            *(_COLUMN.get(name, name) for name in by), figure
        ):
            place = tuple(
                SECTORS.index(part) if name == "sector" else part for name, part in zip(by, key, strict=True)
            )
            counted[place] = counted.get(place, 0) + value
        differing = sum(counted.get(key, 0) != plain.get(key, 0) for key in {*counted, *plain})
        yield Compared("counts by day", figure, (sum(counted.values()), differing), (sum(plain.values()), 0))
    yield from _today(month)


def _today(month: Month) -> Iterator[Compared]:
    narrowed = {"since": month.first, "until": month.last, "company": None, "sector": "", "region": ""}
    shown = Figures(narrowed, month.last)
    question = next(_questions(month, datetime.now(UTC)))
    for figure, value in {
        "checks": shown.all_checks(),
        "denied": shown.denied(),
        "calls": shown.made["calls"],
        "audited": shown.made["audited"],
        "violating": shown.made["violating"],
        "violations": shown.violations(),
    }.items():
        yield Compared("today", figure, value, _count(COUNTED[figure], question)[0][0])
    by_rule = {code: n for code, _words, n in shown.by_rule()}
    plain = {code: n for code, n in _count(COUNTED["violations"], question, ("code",)) if n}
    yield Compared("today", "by rule", by_rule, plain)
