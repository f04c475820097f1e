"""Users in the administration: a password set there is one its owner has to change."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.http import HttpRequest

from registry import staff
from registry.periods import Moment


def _given(user: Any, password: str) -> None:
    staff.give_password(user=user, password=password, moment=Moment.of(datetime.now(UTC)))


class GivePasswordForm(AdminPasswordChangeForm):
    """A password for somebody else, who has to change it; or none, so that they cannot sign in by one."""

    def save(self, commit: bool = True) -> Any:
        """Keep it."""
        user = super().save(commit)
        if user.has_usable_password():
            _given(user, self.cleaned_data["password1"])
        return user


# Importing Django's page has registered it.
admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class StaffUserAdmin(UserAdmin):
    """Django's own page of users."""

    change_password_form = GivePasswordForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep the user; one entered here has a password that somebody else knows."""
        super().save_model(request, obj, form, change)
        if not change and obj.has_usable_password():
            _given(obj, form.cleaned_data["password1"])
