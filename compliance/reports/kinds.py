"""Every kind of report there is. The next one is a module beside this, and a line here."""

from compliance.reports import (
    audit_coverage,
    audited_calls,
    campaign,
    company,
    complaint_times,
    national_month,
    public_statistics,
    sector,
    violations,
)
from compliance.reports.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        national_month.KIND,
        sector.KIND,
        company.KIND,
        complaint_times.KIND,
        audited_calls.KIND,
        audit_coverage.KIND,
        violations.KIND,
        campaign.KIND,
        public_statistics.KIND,
    )
}
