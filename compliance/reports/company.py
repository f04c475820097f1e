"""The dossier of one company: what it asked, called and was found to do, and how it answered."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

_CALLS = ("calls", "audited", "violating", "violation_rate")

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
        *_CALLS,
        "rate_low",
        "rate_high",
        "violations",
        "complaints",
        "calling_numbers",
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
        Table("by_rule", _("By rule"), ("code",), ("violations", "violating"), ("violations",)),
        Table("by_status", _("Violations by status"), ("status",), ("violations_found",)),
        Table("by_sector", _("By sector"), ("sector",), _CALLS),
        Table("by_reason", _("Denials by reason"), ("reason",), ("denied",), ("denied",)),
        Table("licences", _("Licences in effect on the last day"), ("sector",), ("licensed_since",)),
    ),
)
