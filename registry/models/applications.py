"""Applications for a licence: what a company asks for, and the steps until it is approved or refused."""

from django.conf import settings
from django.db import models

from registry.application_steps import ACTORS, STATES, STEPS
from registry.codes import SECTORS
from registry.models.companies import Company
from registry.models.documents import Document
from registry.models.fields import CodeSetField


def _of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in names]


class Application(models.Model):
    """One application. Its state is that of its last step."""

    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="applications", help_text="None until it is entered."
    )
    name = models.CharField(max_length=200, help_text="Registered name.")
    registration = models.CharField(max_length=64, blank=True, help_text="Number in the company register.")
    region = models.CharField(max_length=8, blank=True, help_text="Where it is registered: ISO 3166-2.")
    sectors = CodeSetField(codes=SECTORS, help_text="What it wants to call for.")
    callers = models.JSONField(default=list, help_text="Ranges of numbers it calls from: [first, last].")
    contact_name = models.CharField(max_length=120)
    contact = models.CharField(max_length=200, help_text="Telephone or address of the contact.")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=_of(STATES), default="received")
    filed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Forbids an approval that entered no company.
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(company__isnull=False),
                name="application_approved_names_a_company",
            )
        ]
        # Serves the list by state.
        indexes = [models.Index(fields=["state", "-id"], name="application_state")]

    def __str__(self) -> str:
        return f"application of {self.name}"


class ApplicationStep(models.Model):
    """One step of an application, for good: who did what, when and why."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=_of(STEPS))
    state = models.CharField(max_length=10, choices=_of(STATES), help_text="The state it led to.")
    by = models.CharField(max_length=10, choices=_of(ACTORS))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True, help_text="Why, as the company is told.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} of application {self.application_id}"
