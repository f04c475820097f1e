"""The public statistics of a month: what `/statistics/` and its open data show. Small counts are left out."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance import rates
from compliance.reports import suppression
from compliance.reports.kind import Kind, Table

#: Each figure that is published: the table with its counts, and their dimensions.
PUBLISHED: dict[str, tuple[str, tuple[str, ...]]] = {
    "checks": ("checks", ("sector", "region")),
    "denied": ("checks", ("sector", "region")),
    "calls": ("calls", ("sector", "region")),
    "audited": ("calls", ("sector", "region")),
    "violating": ("calls", ("sector", "region")),
    "violations": ("violations", ("sector", "code", "region")),
}
#: The table with the totals of a dimension.
TOTALS = {"sector": "by_sector", "region": "by_region", "code": "by_rule"}
_ALL_FIGURES = ("checks", "denied", "calls", "audited", "violating", "violation_rate", "violations")


def publish(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures without the small counts, and without those that would give them back."""
    tables = {name: _rows(table) for name, table in figures["tables"].items()}
    for figure, (name, dimensions) in PUBLISHED.items():
        counts = {tuple(str(row[d]) for d in dimensions): row[figure] for row in tables[name]}
        for key in suppression.left_out(counts):
            _leave_out(figure, key, dimensions, tables, figures["totals"])
    for row in (*tables["by_sector"], *tables["by_region"], figures["totals"]):
        row["violation_rate"] = (
            None
            if None in (row["violating"], row["audited"])
            else rates.share(row["violating"], row["audited"])
        )
    return figures | {
        "tables": {
            name: {
                "columns": table["columns"],
                "rows": [[row[c] for c in table["columns"]] for row in tables[name]],
            }
            for name, table in figures["tables"].items()
        }
    }


def _leave_out(
    figure: str,
    key: suppression.Key,
    dimensions: tuple[str, ...],
    tables: dict[str, list[dict[str, Any]]],
    totals: dict[str, Any],
) -> None:
    named = {d: value for d, value in zip(dimensions, key, strict=True) if value != suppression.ALL}
    if not named:
        totals[figure] = None
        return
    name = PUBLISHED[figure][0] if len(named) == len(dimensions) else TOTALS[next(iter(named))]
    for row in tables[name]:
        if all(str(row[d]) == value for d, value in named.items()):
            row[figure] = None


def _rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


KIND = Kind(
    name="public-statistics",
    title=_("Public statistics"),
    means=_("What the public page and the open data of a month say. Counts under ten are left out."),
    totals=_ALL_FIGURES,
    tables=(
        Table("by_sector", _("By sector"), ("sector",), _ALL_FIGURES, ("violation_rate",)),
        Table("by_rule", _("By rule"), ("code",), ("violations",), ("violations",)),
        Table("by_region", _("By region of the number called"), ("region",), _ALL_FIGURES),
        Table("checks", _("Checks by sector and region"), ("sector", "region"), ("checks", "denied")),
        Table(
            "calls", _("Calls by sector and region"), ("sector", "region"), ("calls", "audited", "violating")
        ),
        Table(
            "violations",
            _("Violations by sector, rule and region"),
            ("sector", "code", "region"),
            ("violations",),
        ),
    ),
    monthly=True,
    publish=publish,
)
