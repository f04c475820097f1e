"""Discrepancies: where what one side says of a call is not what another says; and what was done about each."""

from django.conf import settings
from django.db import models

from registry.models import Company
from registry.models.fields import NumberField

#: What may be found (`compliance/reconciliation/`), in the order of the desk's lists.
KINDS = (
    "not_reported",
    "not_carried",
    "under_anothers_caller",
    "probing",
    "consent_after_call",
    "complaint_unreported",
    "unlicensed_caller",
)
DISCREPANCY_STATES = ("open", "explained", "dismissed", "in_case", "withdrawn")
ACTS = ("explain", "dismiss", "into_case", "reopen")


def _of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in names]


class Discrepancy(models.Model):
    """One discrepancy, with the evidence on both sides and what was known when. Found again, it keeps its row."""

    kind = models.CharField(max_length=24, choices=_of(KINDS))
    key = models.CharField(
        max_length=80, unique=True, help_text="What makes it the same when it is found again."
    )
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", help_text="Whom it is about, if that is known."
    )
    reconciliation = models.ForeignKey(
        "compliance.Reconciliation", models.PROTECT, related_name="discrepancies"
    )
    caller = NumberField(null=True)
    number = NumberField(null=True, help_text="The number called, where it is about one call.")
    day = models.DateField(help_text="UTC.")
    at = models.DateTimeField(help_text="When the call began, or the day.")
    state = models.CharField(
        max_length=10,
        choices=_of(DISCREPANCY_STATES),
        default="open",
        help_text="withdrawn: a later run over the same day did not find it any more.",
    )
    score = models.SmallIntegerField(
        null=True, help_text="Of an unlicensed caller: the sum of the points of its signals."
    )
    evidence = models.JSONField(
        help_text="Ids of both sides' records, figures, and since when they were known."
    )
    firm_at = models.DateTimeField(
        help_text="From then on no log may come in any more that would explain it."
    )
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "discrepancies"
        indexes = [
            # Serves the list of all, the latest call first.
            models.Index(fields=["-at", "-id"], name="discrepancy_at"),
            # Serves the list of one kind, and of one kind in one state.
            models.Index(fields=["kind", "state", "-at", "-id"], name="discrepancy_kind_state"),
            models.Index(fields=["kind", "-at", "-id"], name="discrepancy_kind"),
            models.Index(fields=["state", "-at", "-id"], name="discrepancy_state"),
            # Serves the list of one company, and what a run over its day found before.
            models.Index(fields=["company", "-at", "-id"], name="discrepancy_company"),
            # Serves the earlier days of one caller.
            models.Index(fields=["caller", "-at", "-id"], name="discrepancy_caller"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DiscrepancyAct(models.Model):
    """What a member of staff did about a discrepancy, for good."""

    discrepancy = models.ForeignKey(Discrepancy, models.PROTECT, related_name="acts")
    act = models.CharField(max_length=10, choices=_of(ACTS))
    state = models.CharField(max_length=10, choices=_of(DISCREPANCY_STATES), help_text="The state it led to.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    case_id = models.BigIntegerField(null=True, help_text="The case it went into.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} of discrepancy {self.discrepancy_id}"
