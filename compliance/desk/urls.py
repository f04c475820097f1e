"""The addresses of the desk."""

from django.urls import path

from compliance.desk import (
    audits,
    call_logs,
    calls,
    cases,
    incidents,
    numbers,
    reports,
    today,
    unmask,
    violations,
    what_if,
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
    path("cases/", cases.Queue.as_view(), name="desk-cases"),
    path("cases/<int:pk>/", cases.CasePage.as_view(http_method_names=["get", "head"]), name="desk-case"),
    path("cases/<int:pk>/letters/<int:letter>/", cases.Letter.as_view(), name="desk-case-letter"),
    path(
        "cases/<int:pk>/<str:step>/",
        cases.CasePage.as_view(http_method_names=["post"]),
        name="desk-case-step",
    ),
    path("companies/<int:company>/cases/open/", cases.OpenCase.as_view(), name="desk-case-open"),
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
    path("calls/", calls.CallList.as_view(), name="desk-calls"),
    path("calls/<int:pk>/", calls.CallPage.as_view(), name="desk-call"),
    path("checks/<int:pk>/", calls.CheckPage.as_view(), name="desk-check"),
    path("numbers/", numbers.Numbers.as_view(), name="desk-numbers"),
    path("what-if/", what_if.WhatIf.as_view(), name="desk-what-if"),
    path("what-if/<int:pk>/", what_if.Replayed.as_view(), name="desk-replay"),
    path("what-if/<int:pk>/cancel/", what_if.Cancel.as_view(), name="desk-replay-cancel"),
]
