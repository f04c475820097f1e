"""Every address of compliance's API, below `/api/v1/`."""

from compliance.api import call_logs, complaints, violations

urlpatterns = [*call_logs.urlpatterns, *complaints.urlpatterns, *violations.urlpatterns]
