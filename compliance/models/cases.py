"""Cases against a company: what was gathered, each step of it, the letters that were sent."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from compliance.case_steps import ACTORS, CLOCKS, STATES, STEPS
from compliance.penalties import ACTIONS
from registry.codes import SECTORS
from registry.models import Company, Policy
from registry.models.fields import CodeField

#: What may be gathered in a case, by kind and the number of its row. A discrepancy is one with a carrier's records.
KINDS = ("violation", "complaint", "discrepancy")
#: What came of an appeal: all stands, the penalty falls, or the finding falls with it.
REVIEWS = ("upheld", "penalty_lifted", "annulled")
LETTERS = ("notice", "request", "invitation", "decision", "review", "closing")
LANGUAGES = ("en", "zh-hans")


def _of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in names]


def _staff(help_text: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text=help_text
    )


class Case(models.Model):
    """One case. State, clocks and penalty are those of its steps so far; what it is about never changes."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    sector = CodeField(codes=SECTORS, help_text="Whose ladder of penalties counts.")
    title = models.CharField(max_length=200, help_text="What it is about, in a few words.")
    state = models.CharField(max_length=10, choices=_of(STATES), default="open")
    opened_at = models.DateTimeField()
    opened_by = _staff("Who opened it.")
    officer = _staff("Who works on it.")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+", help_text="Whose clocks run.")
    calendar = models.CharField(max_length=8, help_text="Whose working days count: `CN`, `US-FL`.")
    zone = models.CharField(max_length=40, help_text="IANA zone in which a day ends.")
    respond_by = models.DateTimeField(null=True, help_text="For the answer to the notice.")
    decide_by = models.DateTimeField(null=True, help_text="For the decision, since the opening.")
    appeal_by = models.DateTimeField(null=True, help_text="For an appeal against it.")
    review_by = models.DateTimeField(null=True, help_text="For the decision on that.")
    clock = models.CharField(max_length=8, choices=_of(CLOCKS), blank=True, help_text="Which clock runs.")
    due_at = models.DateTimeField(null=True, help_text="When that runs out.")

    penalty = models.CharField(
        max_length=24, choices=_of(ACTIONS), blank=True, help_text="As proposed, then as decided."
    )
    lasts = models.CharField(max_length=20, blank=True, help_text="Of a suspension: ISO 8601; empty: no end.")
    fine = models.CharField(
        max_length=40, blank=True, help_text="Of a fine: the amount with its currency, `CNY 30000`."
    )
    all_sectors = models.BooleanField(
        default=False, help_text="Whether a suspension takes the leave for every sector, not only the case's."
    )
    proposed_by = _staff("Who proposed.")
    decided_by = _staff("Who decided: never who proposed.")
    decided_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="When the penalty ends by itself.")
    licences = ArrayField(
        models.BigIntegerField(), default=list, help_text="The licence rows that the penalty cut short."
    )
    reviewed_by = _staff("Who decided on the appeal: neither of the two.")
    review = models.CharField(max_length=16, choices=_of(REVIEWS), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Four eyes: forbids a decision by who proposed it.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (Q(proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="case_four_eyes",
            ),
            # Forbids a decision on an appeal by who proposed or decided what it is against.
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | (~Q(reviewed_by=F("decided_by")) & ~Q(reviewed_by=F("proposed_by"))),
                name="case_review_by_another",
            ),
            # Forbids a state that stands for a decision without one.
            models.CheckConstraint(
                condition=~Q(state__in=("decided", "appealed", "reviewed", "closed"))
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="case_decided_by_somebody",
            ),
        ]
        indexes = [
            # Serves the list of a company, its API, and the count of earlier decisions.
            models.Index(fields=["company", "-id"], name="case_company"),
            # Serves the queue by state, by officer, by sector.
            models.Index(fields=["state", "-id"], name="case_state"),
            models.Index(fields=["officer", "-id"], name="case_officer"),
            models.Index(fields=["sector", "-id"], name="case_sector"),
            # Serves the list of what is due.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="case_due"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseItem(models.Model):
    """What a case rests on: one violation, complaint or discrepancy."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="items")
    kind = models.CharField(max_length=12, choices=_of(KINDS))
    object_id = models.BigIntegerField(help_text="The number of its row.")
    added_at = models.DateTimeField()
    held = models.BooleanField(
        default=True, help_text="False once the case was withdrawn: another may take it up."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            # Forbids that one thing is held against a company twice.
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(held=True), name="case_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} in case {self.case_id}"


class CaseStep(models.Model):
    """One step of a case, for good: who did what, when, under which clock and whether in time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=_of(STEPS))
    state = models.CharField(max_length=10, choices=_of(STATES), help_text="The state it led to.")
    by = models.CharField(max_length=12, choices=_of(ACTORS))
    user = _staff("Which member of staff.")
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", help_text="Which company."
    )
    at = models.DateTimeField()
    text = models.TextField(blank=True, help_text="In the words of who took it.")
    evidence = models.JSONField(default=list, help_text="What a company can show for its answer.")
    detail = models.JSONField(default=dict, help_text="What was decided, proposed, added, and why.")
    clock = models.CharField(
        max_length=8, choices=_of(CLOCKS), blank=True, help_text="The clock it had to meet."
    )
    due_at = models.DateTimeField(null=True, help_text="When that ran out.")
    in_time = models.BooleanField(null=True, help_text="Whether it came before; none if no clock ran.")

    class Meta:
        ordering = ["id"]
        # Serves the steps of a case in their order.
        indexes = [models.Index(fields=["case", "id"], name="case_step")]

    def __str__(self) -> str:
        return f"{self.step} of case {self.case_id}"


class CaseLetter(models.Model):
    """A letter as it was sent: the PDF, its digest, and the values it was made from, which make it again."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    step = models.ForeignKey(CaseStep, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=12, choices=_of(LETTERS))
    language = models.CharField(max_length=10, choices=_of(LANGUAGES))
    made_from = models.JSONField(help_text="Every value that stands in it.")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Forbids two letters of one step that say the same in one language.
            models.UniqueConstraint(fields=["step", "kind", "language"], name="case_letter_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"
