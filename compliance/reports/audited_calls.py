"""Calls audited, and the rate of violations among them."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table
from compliance.reports.shared import BY_COMPANY, CALLS

KIND = Kind(
    name="audited-calls",
    title=_("Calls audited and violation rate"),
    means=_("How many of the calls reported were audited, and in how many of these a violation stands."),
    takes=("company", "sector", "region"),
    totals=("calls", "audited", "audited_share", "violating", "violation_rate", "rate_low", "rate_high"),
    tables=(
        Table("by_day", _("By day"), ("day",), CALLS, ("violation_rate",), "lines"),
        Table("by_sector", _("By sector"), ("sector",), CALLS, ("violation_rate",)),
        BY_COMPANY,
    ),
    monthly=True,
)
