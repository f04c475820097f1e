"""The addresses of the desk."""

from django.urls import path

from compliance.desk import (
    audits,
    call_logs,
    carrier_records,
    discrepancies,
    incidents,
    reconciliation,
    reports,
    today,
    unmask,
    violations,
)

urlpatterns = [
    path("", today.Today.as_view(), name="desk"),
    path("violations/", violations.Violations.as_view(), name="desk-violations"),
    path("violations/<int:pk>/", violations.ViolationPage.as_view(), name="desk-violation"),
    path("audits/", audits.Audits.as_view(), name="desk-audits"),
    path("call-logs/", call_logs.CallLogs.as_view(), name="desk-call-logs"),
    path("incidents/", incidents.Incidents.as_view(), name="desk-incidents"),
    path("incidents/<int:pk>/", incidents.IncidentPage.as_view(), name="desk-incident"),
    path("reports/", reports.Reports.as_view(), name="desk-reports"),
    path("reports/<int:pk>/", reports.ReportPage.as_view(), name="desk-report"),
    path("reports/<int:pk>/<str:name>", reports.ReportFile.as_view(), name="desk-report-file"),
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
    path("reconciliation/", reconciliation.Overview.as_view(), name="desk-reconciliation"),
    path("discrepancies/", discrepancies.Discrepancies.as_view(), name="desk-discrepancies"),
    path("discrepancies/<int:pk>/", discrepancies.OneDiscrepancy.as_view(), name="desk-discrepancy"),
    path("suspects/", discrepancies.Suspects.as_view(), name="desk-suspects"),
    path("carrier-records/", carrier_records.CarrierRecords.as_view(), name="desk-carrier-records"),
    path("carrier-records/new/", carrier_records.LoadCarrierRecord.as_view(), name="desk-carrier-record-new"),
]
