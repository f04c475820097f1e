"""The shell as a Django application, so that its commands and system checks are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Holds the `up` command and the checks of the settings."""

    name = "config"
    verbose_name = "Project shell"

    def ready(self) -> None:
        """Register the system checks, and what happens as a request starts."""
        from config import checks, connections  # noqa: F401
