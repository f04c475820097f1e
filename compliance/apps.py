"""The accounting for calls as a Django application."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """What was done, whether it was allowed, and what followed."""

    name = "compliance"
    verbose_name = "Compliance"
