"""The addresses of the desk."""

from django.urls import path

from compliance.desk import (
    applications,
    audits,
    call_logs,
    calls,
    cases,
    companies,
    company_acts,
    complaint_acts,
    complaints,
    factors,
    imports,
    incidents,
    numbers,
    reports,
    sign_in,
    today,
    unmask,
    violations,
    what_if,
)

#: allauth finds its way by names of its own; these addresses bear both.
_SIGN_IN = sign_in.SignIn.as_view()
_ACCOUNT = factors.Account.as_view()

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
    path("sign-in/", _SIGN_IN, name="desk-sign-in"),
    path("sign-in/", _SIGN_IN, name="account_login"),
    path("sign-in/code/", sign_in.Code.as_view(), name="mfa_authenticate"),
    path("sign-in/again/", sign_in.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("sign-out/", sign_in.SignOut.as_view(), name="desk-sign-out"),
    path("account/", _ACCOUNT, name="desk-account"),
    path("account/", _ACCOUNT, name="mfa_index"),
    path("account/password/", factors.Password.as_view(), name="desk-password"),
    path("account/app/", factors.Totp.as_view(), name="mfa_activate_totp"),
    path("account/passkeys/new/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/factors/<int:pk>/removal/", factors.RemoveFactor.as_view(), name="desk-factor-removal"),
    path("account/recovery-codes/", factors.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/", factors.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
    path("companies/", companies.Companies.as_view(), name="desk-companies"),
    path("companies/<str:key>/", companies.CompanyById.as_view(), name="desk-company"),
    path("companies/<str:key>/<slug:act>/", company_acts.CompanyAct.as_view(), name="desk-company-act"),
    path("applications/", applications.Applications.as_view(), name="desk-applications"),
    path("applications/new/", applications.ApplicationNew.as_view(), name="desk-application-new"),
    path("applications/<str:key>/", applications.ApplicationById.as_view(), name="desk-application"),
    path(
        "applications/<str:key>/<slug:act>/",
        applications.ApplicationAct.as_view(),
        name="desk-application-act",
    ),
    path("complaints/", complaints.Complaints.as_view(), name="desk-complaints"),
    path("complaints/callers/", complaints.MostComplainedOf.as_view(), name="desk-complaint-callers"),
    path("complaints/<str:key>/", complaints.ComplaintById.as_view(), name="desk-complaint"),
    path("complaints/<str:key>/evidence/", complaints.Evidence.as_view(), name="desk-complaint-evidence"),
    path("complaints/file/<str:token>/", complaints.EvidenceFile.as_view(), name="desk-complaint-file"),
    path(
        "complaints/<str:key>/<slug:act>/", complaint_acts.ComplaintAct.as_view(), name="desk-complaint-act"
    ),
    path("documents/<int:pk>/", companies.DocumentById.as_view(), name="desk-document"),
    path("lists/<slug:kind>/", imports.Import.as_view(), name="desk-import"),
    path("lists/rejected/<str:token>/", imports.Rejects.as_view(), name="desk-import-rejects"),
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
    path("calls/", calls.CallList.as_view(), name="desk-calls"),
    path("calls/<int:pk>/", calls.CallPage.as_view(), name="desk-call"),
    path("checks/<int:pk>/", calls.CheckPage.as_view(), name="desk-check"),
    path("numbers/", numbers.Numbers.as_view(), name="desk-numbers"),
    path("what-if/", what_if.WhatIf.as_view(), name="desk-what-if"),
    path("what-if/<int:pk>/", what_if.Replayed.as_view(), name="desk-replay"),
    path("what-if/<int:pk>/cancel/", what_if.Cancel.as_view(), name="desk-replay-cancel"),
]
