"""How long complaints take: from step to step, and whether the clocks were kept."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

KIND = Kind(
    name="complaint-times",
    title=_("Complaint handling times"),
    means=_(
        "How long the complaints received in a period took from step to step, and which clocks were kept."
    ),
    takes=("company", "sector"),
    totals=(
        "complaints",
        "complaints_open",
        "complaints_relayed",
        "complaints_answered",
        "complaints_closed",
        "timed",
        "in_time",
        "in_time_share",
    ),
    tables=(
        Table(
            "by_step",
            _("By step"),
            ("step",),
            ("steps_taken", "hours_median", "hours_most", "timed", "in_time", "in_time_share"),
            ("hours_median",),
        ),
        Table(
            "by_day",
            _("Received by day"),
            ("day",),
            ("complaints", "complaints_closed"),
            ("complaints",),
            "lines",
        ),
        Table(
            "by_sector", _("By sector"), ("sector",), ("complaints", "complaints_answered", "hours_median")
        ),
        Table(
            "by_company",
            _("Companies with the most complaints"),
            ("company",),
            ("complaints", "complaints_answered", "hours_median", "timed", "in_time", "in_time_share"),
            ranked_by="complaints",
        ),
        Table("by_state", _("Where they stand"), ("state",), ("complaints",)),
    ),
    monthly=True,
)
