"""Every address of compliance's API, below `/api/v1/`."""

from compliance.api import call_logs, carrier_records, cases, complaints, violations

urlpatterns = [
    *call_logs.urlpatterns,
    *carrier_records.urlpatterns,
    *cases.urlpatterns,
    *complaints.urlpatterns,
    *violations.urlpatterns,
]
