"""Calls audited, and the rate of violations among them."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

_CALLS = ("calls", "audited", "violating", "violation_rate")

KIND = Kind(
    name="audited-calls",
    title=_("Calls audited and violation rate"),
    means=_("How many of the calls reported were audited, and in how many of these a violation stands."),
    takes=("company", "sector", "region"),
    totals=("calls", "audited", "audited_share", "violating", "violation_rate", "rate_low", "rate_high"),
    tables=(
        Table("by_day", _("By day"), ("day",), _CALLS, ("violation_rate",), "lines"),
        Table("by_sector", _("By sector"), ("sector",), _CALLS, ("violation_rate",)),
        Table(
            "by_company",
            _("Companies with the highest rates"),
            ("company",),
            (*_CALLS, "rate_low", "rate_high"),
            ranked_by="rate_low",
        ),
    ),
    monthly=True,
)
