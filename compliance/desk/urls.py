"""The addresses of the desk."""

from django.urls import path

from compliance.desk import (
    applications,
    companies,
    company_acts,
    complaint_acts,
    complaints,
    factors,
    imports,
    sign_in,
    unmask,
)

#: allauth finds its way by names of its own; these addresses bear both.
_SIGN_IN = sign_in.SignIn.as_view()
_ACCOUNT = factors.Account.as_view()

urlpatterns = [
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
]
