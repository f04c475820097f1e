"""Every address of compliance's API, below `/api/v1/`."""

from compliance.api import call_logs, violations

urlpatterns = [*call_logs.urlpatterns, *violations.urlpatterns]
