"""One sector over a period: its calls and what was found, by day, rule, company and region."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

_CALLS = ("calls", "audited", "violating", "violation_rate")

KIND = Kind(
    name="sector",
    title=_("Sector"),
    means=_("The calls of one sector over a period, and what audits found in them."),
    needs=("sector",),
    takes=("region",),
    totals=("companies_active", "checks", "denied", "denied_share", *_CALLS, "violations", "complaints"),
    tables=(
        Table("by_day", _("By day"), ("day",), (*_CALLS, "violations"), ("violating",), "lines"),
        Table("by_rule", _("By rule"), ("code",), ("violations", "violating"), ("violations",)),
        Table(
            "by_company",
            _("Companies with the highest rates"),
            ("company",),
            (*_CALLS, "rate_low", "rate_high"),
            ranked_by="rate_low",
        ),
        Table("by_region", _("By region of the number called"), ("region",), _CALLS),
    ),
)
