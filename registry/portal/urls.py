"""The addresses of the portal.

Three names belong to other applications and are given in `config/urls.py`: `complain`, where to complain about a call,
`my-complaints`, what became of that, and `calls-about-me`, who called the number. Pages link to them where they are.
"""

from django.urls import path, re_path

from registry.portal import (
    callers,
    carers,
    checks,
    companies,
    consents,
    erasures,
    home,
    inbound,
    numbers,
    opt_outs,
    proofs,
    receipts,
)

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("law/", home.Law.as_view(), name="law"),
    path("language/<str:code>/", home.Language.as_view(), name="language"),
    path("who-called/", callers.WhoCalled.as_view(), name="who-called"),
    path("sign-in/", proofs.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", proofs.Code.as_view(), name="sign-in-code"),
    path("sign-out/", proofs.SignOut.as_view(), name="sign-out"),
    path("my/", numbers.MyNumber.as_view(), name="my-number"),
    path("my/opt-outs/", opt_outs.OptOuts.as_view(), name="opt-outs"),
    path("my/opt-outs/sectors/", opt_outs.Sectors.as_view(), name="opt-out-sectors"),
    path("my/opt-outs/channels/", opt_outs.Channels.as_view(), name="opt-out-channels"),
    path("my/opt-outs/hours/", opt_outs.Hours.as_view(), name="opt-out-hours"),
    path("my/opt-outs/<str:opt_out>/", opt_outs.OptOutById.as_view(), name="opt-out"),
    path("my/opt-outs/<str:opt_out>/withdrawal/", opt_outs.Withdrawal.as_view(), name="opt-out-withdrawal"),
    path("my/opt-outs/<str:opt_out>/renewal/", opt_outs.Renewal.as_view(), name="opt-out-renewal"),
    path("my/companies/", companies.Companies.as_view(), name="companies"),
    path("my/companies/<str:company>/refusal/", companies.CompanyRefusal.as_view(), name="company-refusal"),
    path(
        "my/companies/<str:company>/permission/",
        companies.CompanyPermission.as_view(),
        name="company-permission",
    ),
    path("my/consents/", consents.Consents.as_view(), name="consents"),
    path("my/consents/<str:consent>/", consents.ConsentById.as_view(), name="consent"),
    re_path(
        r"^my/consents/(?P<consent>\w+)/(?P<step>confirm|dispute|revoke)/$",
        consents.ConsentStep.as_view(),
        name="consent-step",
    ),
    path("my/asked/", checks.WhoAsked.as_view(), name="who-asked"),
    path("my/carers/", carers.Carers.as_view(), name="carers"),
    path("my/carers/<int:carer>/end/", carers.CarerEnd.as_view(), name="carer-end"),
    path("my/acting/<int:carer>/", carers.Acting.as_view(), name="acting"),
    path("receipts/", receipts.ReceiptCheck.as_view(), name="receipt-check"),
    path("inbound/sms/", inbound.Inbound.as_view(), name="inbound-sms"),
    path("inbound/call/", inbound.InboundCall.as_view(), name="inbound-call"),
    path("my/receipt/", receipts.Receipt.as_view(), name="receipt"),
    path("my/receipt.pdf", receipts.ReceiptPdf.as_view(), name="receipt-pdf"),
    path("my/receipt.json", receipts.ReceiptJson.as_view(), name="receipt-json"),
    path("my/erasure/", erasures.Erasure.as_view(), name="erasure"),
]
