"""Every address of compliance's API, below `/api/v1/`."""

from compliance.api import call_logs, carrier_records, complaints, violations

urlpatterns = [
    *call_logs.urlpatterns,
    *carrier_records.urlpatterns,
    *complaints.urlpatterns,
    *violations.urlpatterns,
]
