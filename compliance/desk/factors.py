"""The page of who is signed in: their password, their second factors, their recovery codes."""

import ipaddress
from typing import Any, ClassVar

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView

from compliance.desk.page import DeskPage
from compliance.desk.sign_in import Factors
from registry import staff
from registry.staff_site import ChoosePasswordForm


def passkeys_work(host: str) -> bool:
    """Whether browsers make passkeys for a host: not for a bare IP address."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return True
    return False


class FactorPage(DeskPage):
    """A page about factors, open before there are any; with allauth's view beside it."""

    excused: ClassVar[tuple[str, ...]] = ("factor",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        return super().get_context_data(**kwargs) | self.frame()  # type: ignore[misc]

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say it with the status it has."""
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 400
        return response


class Account(FactorPage):
    """What there is, and what to set up. Without a factor, the only page that opens."""

    template: ClassVar[str] = "compliance/desk/account.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        codes = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES)
        held = codes.first()
        return self.show(
            factors=list(staff.factors(request.user)),
            codes_left=None if held is None else len(held.wrap().get_unused_codes()),
            passkeys_work=passkeys_work(request.get_host()),
        )


class Password(DeskPage):
    """A password of one's own."""

    excused: ClassVar[tuple[str, ...]] = ("password", "factor")
    template: ClassVar[str] = "compliance/desk/password.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self._page(ChoosePasswordForm(request.user))

    @method_decorator(sensitive_post_parameters())
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the new password, and this session."""
        form = ChoosePasswordForm(request.user, request.POST)
        if form.is_valid() and form.cleaned_data["new_password1"] == form.cleaned_data["old_password"]:
            form.add_error("new_password1", _("Choose another than the one you have."))
        if not form.is_valid():
            return self._page(form, status=400)
        form.save()
        update_session_auth_hash(request, form.user)
        return self.done(_("Your password is changed."), "desk-account")

    def _page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        lacking = staff.lacking(self.request, self.moment.at)
        return self.show(status=status, form=form, given=lacking == "password")


class TotpForm(ActivateTOTPForm):
    """The first code of an app."""

    code = forms.CharField(
        label=gettext_lazy("Code the app shows"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class _NewTotp(ActivateTOTPView):
    """allauth's page of a new app, also for who has one: the new one takes its place."""

    @method_decorator(reauthentication_required(app="allauth.mfa"))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return FormView.dispatch(self, request, *args, **kwargs)


class Totp(FactorPage, _NewTotp):
    """An authenticator app, set up or replaced."""

    form_class = TotpForm
    template_name = "compliance/desk/totp.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep it."""
        with transaction.atomic():
            Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP).delete()
            response = super().form_valid(form)
        staff.prove(self.request.session, self.request.user)
        messages.success(self.request, _("The authenticator app is set up."))
        return response


class PasskeyForm(AddWebAuthnForm):
    """A passkey with a name."""

    name = forms.CharField(
        label=gettext_lazy("Name of the passkey"),
        help_text=gettext_lazy("So that you know it again: “office key”."),
        max_length=60,
    )

    def clean(self) -> dict[str, Any]:
        """The key. What a browser never sends is refused like a wrong answer."""
        try:
            return super().clean()
        except (KeyError, TypeError, ValueError) as error:
            raise Factors().validation_error("incorrect_code") from error


class AddPasskey(FactorPage, AddWebAuthnView):
    """A passkey, made in the browser."""

    form_class = PasskeyForm
    template_name = "compliance/desk/passkey.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep it."""
        response = super().form_valid(form)
        staff.prove(self.request.session, self.request.user)
        messages.success(self.request, _("The passkey is set up."))
        return response


class RemoveFactor(FactorPage, RemoveWebAuthnView):
    """One factor goes, as long as another is left."""

    excused: ClassVar[tuple[str, ...]] = ()
    template_name = "compliance/desk/factor_removal.html"
    success_url = reverse_lazy("desk-account")

    def get_queryset(self) -> QuerySet[Authenticator]:
        """Those of who is signed in."""
        return staff.factors(self.request.user)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Take it away."""
        if not Factors().can_delete_authenticator(self.get_object()):
            messages.error(self.request, _("That is your last second factor. Set up another first."))
            return redirect("desk-account")
        messages.success(self.request, _("The second factor is removed."))
        return super().form_valid(form)


class RecoveryCodes(FactorPage, ViewRecoveryCodesView):
    """The recovery codes, shown once."""

    template_name = "compliance/desk/recovery_codes.html"


class NewRecoveryCodes(FactorPage, GenerateRecoveryCodesView):
    """New recovery codes in place of the old."""

    excused: ClassVar[tuple[str, ...]] = ()
    template_name = "compliance/desk/recovery_codes_new.html"
