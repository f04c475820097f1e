"""A report as people see it: every value written, every figure with its definition, charts with their tables.

HTML and paper are made from this, so that both say the same.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compliance import charts
from compliance.reports import words
from compliance.reports.kind import Kind, Question, Table
from compliance.reports.kinds import KINDS
from registry import ids
from registry.models import Company
from registry.portal.words import SECTORS


@dataclass
class Total:
    """One of the figures at the top, with that of the period before."""

    name: str
    title: str
    means: str
    value: str
    before: str = ""
    change: str = ""


@dataclass
class Rows:
    """A table, its cells written; and what is drawn above it."""

    name: str
    title: str
    by: list[str]
    columns: list[words.Figure]
    rows: list[tuple[list[str], list[str]]]
    chart: charts.Chart | None = None


@dataclass
class Shown:
    """A whole report."""

    kind: Kind
    title: Promise
    means: Promise
    period: str
    narrowed: list[tuple[str, str]]
    totals: list[Total]
    tables: list[Rows]
    definitions: list[words.Figure] = field(default_factory=list)


def shown(question: Question, figures: dict[str, Any]) -> Shown:
    """The report of a question and its figures, in the current language and time zone."""
    kind = KINDS[question.kind]
    names = _names(figures)
    defined = dict.fromkeys((*kind.totals, *(name for table in kind.tables for name in table.figures)))
    return Shown(
        kind,
        kind.title,
        kind.means,
        f"{question.first.isoformat()} – {question.last.isoformat()}",
        narrowed(question),
        [_total(name, figures) for name in kind.totals],
        [_table(table, figures["tables"][table.name], names) for table in kind.tables],
        [words.FIGURES[name] for name in defined],
    )


def narrowed(question: Question) -> list[tuple[str, str]]:
    """What a report is narrowed to, as pairs of words."""
    found = []
    if question.company_id is not None:
        name = Company.objects.filter(pk=question.company_id).values_list("name", flat=True).first() or ""
        found.append((str(words.LABELS["company"]), f"{name} ({ids.public('com', question.company_id)})"))
    if question.sector:
        found.append((str(words.LABELS["sector"]), str(SECTORS[question.sector])))
    if question.region:
        found.append((str(words.LABELS["region"]), question.region))
    return found


def _names(figures: dict[str, Any]) -> dict[str, str]:
    """The names of the companies of all tables, by their public ids."""
    held = {
        row[table["columns"].index("company")]
        for table in figures["tables"].values()
        if "company" in table["columns"]
        for row in table["rows"]
    }
    found = Company.objects.filter(pk__in=[ids.number("com", public) for public in held])
    return {ids.public("com", row.pk): row.name for row in found}


def _total(name: str, figures: dict[str, Any]) -> Total:
    figure = words.FIGURES[name]
    value = figures["totals"][name]
    before = (figures["before"] or {}).get(name)
    return Total(
        name,
        str(figure.title),
        str(figure.means),
        written(name, value),
        written(name, before) if before is not None else "",
        _change(figure.unit, value, before),
    )


def _change(unit: str, value: Any, before: Any) -> str:
    """How much more or less than before: of shares in points, of counts in per cent."""
    if value is None or not before:
        return ""
    if unit == "share":
        return _("%(points)s points") % {"points": f"{(value - before) * 100:+.2f}"}
    return f"{(value / before - 1) * 100:+.1f} %"


def _table(table: Table, held: dict[str, Any], names: dict[str, str]) -> Rows:
    rows = []
    for row in held["rows"]:
        by = dict(zip(held["columns"], row, strict=True))
        rows.append(
            (
                [
                    names.get(by[name], by[name]) if name == "company" else words.label(name, by[name])
                    for name in table.by
                ],
                [written(name, by[name]) for name in table.figures],
            )
        )
    return Rows(
        table.name,
        str(table.title),
        [str(words.LABELS[name]) for name in table.by],
        [words.FIGURES[name] for name in table.figures],
        rows,
        _chart(table, held, [labels[0] for labels, _ in rows]) if table.drawn and rows else None,
    )


def _chart(table: Table, held: dict[str, Any], labels: list[str]) -> charts.Chart:
    share = words.FIGURES[table.drawn[0]].unit == "share"

    def values(name: str) -> tuple[float | None, ...]:
        at = held["columns"].index(name)
        found = [row[at] for row in held["rows"]]
        return tuple(None if value is None else value * 100 if share else value for value in found)

    return charts.Chart(
        f"{table.title}: {', '.join(str(words.FIGURES[name].title) for name in table.drawn)}",
        tuple(label[5:] if table.by == ("day",) else label for label in labels),
        tuple((str(words.FIGURES[name].title), values(name)) for name in table.drawn),
        table.drawn_as,
        " %" if share else "",
    )


def written(name: str, value: Any) -> str:
    """A figure's value as people read it.."""
    if value is None:
        return "–"
    match words.FIGURES[name].unit:
        case "share":
            return f"{value * 100:.2f} %"
        case "hours":
            return f"{value:,.1f}"
        case "time":
            return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    return f"{value:,}"
