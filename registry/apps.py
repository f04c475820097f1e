"""The register: what it knows and what it answers."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    """The register as a Django application."""

    name = "registry"
    verbose_name = "Register"

    def ready(self) -> None:
        from registry import checks  # noqa: F401  (registers the system checks)

        # The turn of `django.contrib.auth` comes after those of our applications, whose permissions are made by then.
        post_migrate.connect(_renew_roles, sender=apps.get_app_config("auth"), dispatch_uid="registry.roles")


class StaffAdminConfig(AdminConfig):
    """The administration, entered as `registry/staff_site.py` says."""

    default_site = "registry.staff_site.StaffSite"


def _renew_roles(**_: Any) -> None:
    """A release may give a role more to do, or less: what staff may do follows the table in `roles.py`."""
    from registry import roles

    roles.renew()
