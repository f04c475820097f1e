"""Signing in at the desk: a password, then a second factor; signing out; giving the password once more.

Passwords, codes, passkeys and the limits on tries are those of `allauth`; here is what we want of them. What a session
lacks after that is said by `registry/staff.py` and asked for by `DeskPage`.
"""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from compliance.desk.page import DeskPage
from registry import staff
from registry.api.throttles import address
from registry.portal.page import PERMISSIONS_POLICY

#: In the session: when its owner signed in, in seconds since 1970.
SIGNED_IN = "staff_signed_in"


class Accounts(DefaultAccountAdapter):
    """What we want of accounts: nobody signs up, nothing is mailed, pages say what happened in their own words."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("The user name or the password is not right."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait ten minutes, then try again."),
        "rate_limited": gettext_lazy("Too many tries. Wait ten minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Staff are entered by `add_regulator`."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say it themselves."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There is no e-mail."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that tries are counted by."""
        return address(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password, nothing else."""
        if not user.is_authenticated:
            return []
        method = {"id": "reauthenticate", "description": "", "url": reverse("account_reauthenticate")}
        return [method]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of who has just signed in."""
        signed_in = self.request.session.get(SIGNED_IN, 0)
        return time.time() - signed_in >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class Factors(DefaultMFAAdapter):
    """What we want of second factors: secrets lie encrypted in the database, under the project's own key."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "That is not the code. Codes change every half minute, and work once."
        ),
    }

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A stored secret. One of another SECRET_KEY is as good as none: no code fits it."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return ""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who asks for a passkey: this host, by the register's name."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one."""
        return staff.factors(authenticator.user).count() > 1


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(b"second factors of staff\0" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])


class SignInForm(LoginForm):
    """User name and password of a member of staff."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", gettext_lazy("User name")), ("password", gettext_lazy("Password"))):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        """User names are small letters."""
        return super().clean_login().lower()

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        cleaned = super()._clean_with_password(credentials)
        if not self.user.is_staff:
            # Said as for a wrong password: who they are is nobody's business here.
            raise Accounts().validation_error("username_password_mismatch")
        return cleaned


class CodeForm(AuthenticateForm):
    """A code of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your authenticator app, or one of your recovery codes."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class PasskeyProofForm(AuthenticateWebAuthnForm):
    """A passkey's answer."""

    def clean_credential(self) -> Any:
        """Who answered. What a browser never sends is refused like a wrong answer."""
        try:
            return super().clean_credential()
        except (KeyError, TypeError, ValueError) as error:
            raise Factors().validation_error("incorrect_code") from error


class PasswordAgainForm(ReauthenticateForm):
    """The password, once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = gettext_lazy("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class Entrance:
    """Mixed into a page before the desk: nobody is signed in yet."""

    open_to: ClassVar[str] = "anybody"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, as a page that may do nothing in the browser."""
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class SignIn(Entrance, LoginView):
    """The password."""

    form_class = SignInForm
    template_name = "compliance/desk/sign_in.html"

    @method_decorator(sensitive_post_parameters())
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """End a session that was left alone, then answer."""
        if request.user.is_authenticated and staff.lacking(request, request.clock) == "presence":  # type: ignore[attr-defined]
            logout(request)
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say it with the status it has."""
        response = super().form_invalid(form)
        response.status_code = 400
        return response


class Code(Entrance, AuthenticateView):
    """The second factor."""

    form_class = CodeForm
    webauthn_form_class = PasskeyProofForm
    template_name = "compliance/desk/sign_in_code.html"

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say it with the status it has."""
        response = super().form_invalid(form)
        response.status_code = 400
        return response


class SignOut(DeskPage):
    """The end of a session."""

    excused: ClassVar[tuple[str, ...]] = ("password", "factor")

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it."""
        logout(request)
        messages.success(request, _("You are signed out."))
        return redirect(resolve_url(settings.LOGIN_URL))


class PasswordAgain(DeskPage, ReauthenticateView):
    """The password once more, before something that matters."""

    excused: ClassVar[tuple[str, ...]] = ("factor",)
    form_class = PasswordAgainForm
    template_name = "compliance/desk/password_again.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        return super().get_context_data(**kwargs) | self.frame()

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say it with the status it has."""
        response = super().form_invalid(form)
        response.status_code = 400
        return response
