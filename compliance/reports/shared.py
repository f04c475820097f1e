"""Tables that several kinds of report have in common; the statements of most stand in `shared.sql`."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Table

#: The figures of a row of calls.
CALLS = ("calls", "audited", "violating", "violation_rate")

BY_DAY = Table(
    "by_day", _("By day"), ("day",), ("checks", "denied", *CALLS, "violations"), ("violating",), "lines"
)
BY_RULE = Table("by_rule", _("By rule"), ("code",), ("violations", "violating"), ("violations",))
BY_REGION = Table("by_region", _("By region of the number called"), ("region",), CALLS)
BY_COMPANY = Table(
    "by_company",
    _("Companies with the highest rates"),
    ("company",),
    (*CALLS, "rate_low", "rate_high"),
    ranked_by="rate_low",
)
