"""The register: what it knows and what it answers."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The register as a Django application."""

    name = "registry"
    verbose_name = "Register"

    def ready(self) -> None:
        from registry import checks  # noqa: F401  (registers the system checks)
