"""The accounting for calls as a Django application."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """What was done, whether it was allowed, and what followed."""

    name = "compliance"
    verbose_name = "Compliance"

    def ready(self) -> None:
        from compliance.portal.erasures import ComplaintsHeld
        from registry import erasures

        if not any(isinstance(holder, ComplaintsHeld) for holder in erasures.HOLDERS):
            erasures.HOLDERS.append(ComplaintsHeld())
