"""The accounting for calls as a Django application."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """What was done, whether it was allowed, and what followed."""

    name = "compliance"
    verbose_name = "Compliance"

    def ready(self) -> None:
        """Have the sign-ins of staff written to the log, and complaints erased with the person who filed them."""
        from compliance.desk import sign_in_events  # noqa: F401
        from compliance.portal.erasures import ComplaintsHeld
        from registry import erasures

        if not any(isinstance(holder, ComplaintsHeld) for holder in erasures.HOLDERS):
            erasures.HOLDERS.append(ComplaintsHeld())
