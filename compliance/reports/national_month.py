"""The national month: what was asked, called, found and complained of in the whole country."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

_CALLS = ("calls", "audited", "violating", "violation_rate")

KIND = Kind(
    name="national-month",
    title=_("National month"),
    means=_("What was asked of the register, called, found by audits and complained of, in all sectors."),
    totals=(
        "companies_active",
        "checks",
        "denied",
        "denied_share",
        *_CALLS,
        "violations",
        "complaints",
    ),
    tables=(
        Table(
            "by_day",
            _("By day"),
            ("day",),
            ("checks", "denied", *_CALLS, "violations"),
            ("violating",),
            "lines",
        ),
        Table("by_sector", _("By sector"), ("sector",), (*_CALLS, "violations"), ("violation_rate",)),
        Table("by_rule", _("By rule"), ("code",), ("violations", "violating"), ("violations",)),
        Table("by_region", _("By region of the number called"), ("region",), _CALLS),
        Table(
            "by_company",
            _("Companies with the highest rates"),
            ("company",),
            (*_CALLS, "rate_low", "rate_high"),
            ranked_by="rate_low",
        ),
    ),
    takes=("region",),
    monthly=True,
)
