"""Every address of compliance's API, below `/api/v1/`."""

from compliance.api import call_logs, cases, complaints, violations

urlpatterns = [*call_logs.urlpatterns, *cases.urlpatterns, *complaints.urlpatterns, *violations.urlpatterns]
