"""A special action week by week: calls, what was found, complaints; compared with as many days before."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table
from compliance.reports.shared import BY_RULE

_FIGURES = ("calls", "audited", "violating", "violation_rate", "violations", "complaints")

KIND = Kind(
    name="campaign",
    title=_("Special action"),
    means=_("The calls, findings and complaints of a special action's days, by week from its first day."),
    takes=("sector", "region"),
    totals=_FIGURES,
    tables=(
        Table("by_week", _("By week"), ("week",), _FIGURES, ("violating", "complaints"), "lines"),
        BY_RULE,
    ),
)
