"""The dossier of one company: what it asked, called and was found to do, and how it answered."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table
from compliance.reports.shared import BY_DAY, BY_RULE, CALLS

KIND = Kind(
    name="company",
    title=_("Company dossier"),
    means=_(
        "All that is on record of one company over a period: its questions, calls, violations and complaints."
    ),
    needs=("company",),
    totals=(
        "checks",
        "denied",
        "denied_share",
        *CALLS,
        "rate_low",
        "rate_high",
        "violations",
        "complaints",
        "calling_numbers",
    ),
    tables=(
        BY_DAY,
        BY_RULE,
        Table("by_status", _("Violations by status"), ("status",), ("violations_found",)),
        Table("by_sector", _("By sector"), ("sector",), CALLS),
        Table("by_reason", _("Denials by reason"), ("reason",), ("denied",), ("denied",)),
        Table("licences", _("Licences in effect on the last day"), ("sector",), ("licensed_since",)),
    ),
)
