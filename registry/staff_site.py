"""The administration as a whole: who may enter it, and how staff choose a password. Its sign-in is that of the desk.

Not in `registry/admin/`, whose pages register with this site as they are imported.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from registry import staff


class ChoosePasswordForm(PasswordChangeForm):
    """Somebody's own new password."""

    def save(self, commit: bool = True) -> Any:
        """Keep it."""
        staff.choose_password(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class StaffSite(AdminSite):
    """Django's own, entered only by who has shown a second factor."""

    password_change_form = ChoosePasswordForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether who is signed in may enter."""
        return super().has_permission(request) and not staff.lacking(request, request.clock)  # type: ignore[attr-defined]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the sign-in of the desk, which brings back here."""
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied
        back = request.GET.get("next") or resolve_url("admin:index")
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")
