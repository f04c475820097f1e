"""Which company-days were audited, and which companies stopped sending logs of their calls."""

from django.utils.translation import gettext_lazy as _

from compliance.reports.kind import Kind, Table

KIND = Kind(
    name="audit-coverage",
    title=_("Audit coverage and silence"),
    means=_(
        "Which days with checks or calls were audited, and which companies asked or sent logs before and have sent "
        "none for a week."
    ),
    takes=("company",),
    totals=("companies_active", "days_active", "days_audited", "days_audited_share", "companies_silent"),
    tables=(
        Table(
            "silent",
            _("Companies that fell silent"),
            ("company",),
            ("last_check", "last_log", "days_silent", "allowed_since_log"),
        ),
        Table(
            "by_day",
            _("By day"),
            ("day",),
            ("days_active", "days_audited"),
            ("days_active", "days_audited"),
            "lines",
        ),
        Table(
            "by_company",
            _("By company"),
            ("company",),
            ("days_active", "days_audited", "days_audited_share", "calls", "audited", "audited_share"),
        ),
    ),
    monthly=True,
)
