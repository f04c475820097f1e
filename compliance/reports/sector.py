"""One sector over a period: its calls and what was found, by day, rule, company and region."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table
from compliance.reports.shared import BY_COMPANY, BY_REGION, BY_RULE, CALLS

KIND = Kind(
    name="sector",
    title=_("Sector"),
    means=_("The calls of one sector over a period, and what audits found in them."),
    needs=("sector",),
    takes=("region",),
    totals=("companies_active", "checks", "denied", "denied_share", *CALLS, "violations", "complaints"),
    tables=(
        Table("by_day", _("By day"), ("day",), (*CALLS, "violations"), ("violating",), "lines"),
        BY_RULE,
        BY_COMPANY,
        BY_REGION,
    ),
)
