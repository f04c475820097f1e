"""The national month: what was asked, called, found and complained of in the whole country."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table
from compliance.reports.shared import BY_COMPANY, BY_DAY, BY_REGION, BY_RULE, CALLS

KIND = Kind(
    name="national-month",
    title=_("National month"),
    means=_("What was asked of the register, called, found by audits and complained of, in all sectors."),
    totals=(
        "companies_active",
        "checks",
        "denied",
        "denied_share",
        *CALLS,
        "violations",
        "complaints",
    ),
    tables=(
        BY_DAY,
        Table("by_sector", _("By sector"), ("sector",), (*CALLS, "violations"), ("violation_rate",)),
        BY_RULE,
        BY_REGION,
        BY_COMPANY,
    ),
    takes=("region",),
    monthly=True,
)
