"""Complaints: a person tells of an unwanted call; its steps, what was put with it, and what it was matched with."""

from datetime import timedelta

from django.conf import settings
from django.db import models

from compliance.complaint_steps import ACTORS, CLOCKS, STATES, STEPS
from registry.codes import SECTORS
from registry.models import Company, Policy
from registry.models.fields import CodeField, NumberField

#: What a call was, in the words of the plan of 2018. New ones at the end.
CATEGORIES = ("commercial", "malicious", "illegal")
VOICES = ("person", "recording", "unsure")
#: How a complaint came: the portal, or the file of another centre.
SOURCES = ("portal", "12321", "ftc")
OUTCOMES = ("upheld", "not_upheld", "not_clear")
#: Why a complaint names a company, or none (`complaint_matching.py`).
GROUNDS = (
    "call_with_check",
    "call_after_deny",
    "call_check_expired",
    "call_without_check",
    "call_unreported",
    "caller_unknown",
    "caller_hidden",
    "number_not_given",
)


def _of(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in names]


class Complaint(models.Model):
    """One complaint. What the person said is never changed; state and clock are those of its last step."""

    tracking = models.CharField(
        max_length=24, unique=True, help_text="Secret of who filed it: opens its tracking page, nothing else."
    )
    state = models.CharField(max_length=10, choices=_of(STATES), default="filed")
    source = models.CharField(max_length=10, choices=_of(SOURCES))
    reference = models.CharField(
        max_length=80, blank=True, help_text="What makes it the same complaint when it is sent twice."
    )

    number = NumberField(null=True, help_text="The number called, if it was given.")
    proven = models.BooleanField(help_text="Whether who filed it has proved that the number is theirs.")
    caller = NumberField(null=True, help_text="The number it was called from; none where it was hidden.")
    called_at = models.DateTimeField(help_text="When, as the person remembers it.")
    tolerance = models.DurationField(
        default=timedelta(minutes=30), help_text="How far off that may be, either way."
    )
    sector = CodeField(codes=SECTORS, help_text="What was sold.")
    voice = models.CharField(max_length=10, choices=_of(VOICES), default="unsure")
    said_no = models.BooleanField(
        null=True, help_text="Whether the person had told them before not to call; none if unsure."
    )
    company_named = models.CharField(max_length=200, blank=True, help_text="Whom the caller claimed to be.")
    category = models.CharField(max_length=10, choices=_of(CATEGORIES))
    text = models.TextField(blank=True, help_text="In the person's own words.")
    language = models.CharField(max_length=10, default="en", help_text="In which they are answered.")
    show_number = models.BooleanField(
        default=False, help_text="Whether the company may see the number called."
    )
    text_updates = models.BooleanField(default=False, help_text="Whether each step is told by text message.")

    filed_at = models.DateTimeField(help_text="When it was filed, here or at the centre it came from.")
    received_at = models.DateTimeField(help_text="When the register got it; clocks run from then.")
    late = models.BooleanField(
        default=False, help_text="Filed later after the call than the policy asks for."
    )
    network = models.CharField(
        max_length=32, blank=True, help_text="Keyed digest of the network it came from, for the limit."
    )

    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", help_text="Whom it is about, as matched."
    )
    joined_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="joined",
        help_text="The same complaint, filed before.",
    )
    match_at = models.DateTimeField(
        null=True, help_text="When it is to be matched (again) with calls and checks."
    )
    matched_at = models.DateTimeField(null=True)
    tell_at = models.DateTimeField(null=True, help_text="When the person is to be told where it stands.")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+", help_text="Whose clocks run.")
    calendar = models.CharField(max_length=8, help_text="Whose working days count: `CN`, `US-FL`.")
    zone = models.CharField(max_length=40, help_text="IANA zone in which a day ends.")
    clock = models.CharField(max_length=8, choices=_of(CLOCKS), blank=True, help_text="Which clock runs.")
    due_at = models.DateTimeField(null=True, help_text="When it runs out.")
    outcome = models.CharField(max_length=10, choices=_of(OUTCOMES), blank=True)
    erase_at_end = models.BooleanField(
        default=False,
        help_text="Who filed it had themselves erased: what tells who they are goes when it ends.",
    )
    erased_at = models.DateTimeField(null=True, help_text="When that went: number, own words, recordings.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Forbids the same complaint twice: a form sent twice, a file loaded twice.
            models.UniqueConstraint(
                fields=["source", "reference"],
                condition=~models.Q(reference=""),
                name="complaint_once",
            ),
            # Forbids a joined complaint that is joined to none, and one that is and goes on by itself.
            models.CheckConstraint(
                condition=models.Q(state="joined", joined_to__isnull=False)
                | (~models.Q(state="joined") & models.Q(joined_to__isnull=True)),
                name="complaint_joined_to_another",
            ),
            # Forbids a complaint before a company that is not named.
            models.CheckConstraint(
                condition=~models.Q(state__in=("relayed", "answered")) | models.Q(company__isnull=False),
                name="complaint_relayed_to_a_company",
            ),
            # Forbids a number that is proven and not known.
            models.CheckConstraint(
                condition=models.Q(proven=False)
                | models.Q(number__isnull=False)
                | models.Q(erased_at__isnull=False),
                name="complaint_proves_a_number",
            ),
        ]
        indexes = [
            # Serves the list of a company.
            models.Index(fields=["company", "-id"], name="complaint_company"),
            # Serves "what did I complain of", and the search for the same complaint.
            models.Index(fields=["number", "-id"], name="complaint_number"),
            # Serves the regulator's search by calling number.
            models.Index(fields=["caller", "-id"], name="complaint_caller"),
            # Serves the reconciliation of a day.
            models.Index(fields=["called_at"], name="complaint_called"),
            # Serves the round that matches.
            models.Index(
                fields=["match_at"], condition=models.Q(match_at__isnull=False), name="complaint_match"
            ),
            # Serves the list of what is due.
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="complaint_due"),
            # Serves the round that tells people where their complaints stand.
            models.Index(
                fields=["tell_at"], condition=models.Q(tell_at__isnull=False), name="complaint_tell"
            ),
            # Serve the filters of the desk's queue, newest first.
            *(
                models.Index(fields=[name, "-id"], name=f"complaint_{name}")
                for name in ("state", "category", "sector", "source")
            ),
            # Serves the callers most complained of in some days.
            models.Index(
                fields=["received_at", "caller"],
                condition=models.Q(caller__isnull=False),
                name="complaint_received_caller",
            ),
            # Serves the limit of a network.
            models.Index(
                fields=["network", "received_at"], condition=~models.Q(network=""), name="complaint_network"
            ),
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk}"


class ComplaintStep(models.Model):
    """One step of a complaint, for good: who did what, when, whether in time, and which clock it set going."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=_of(STEPS))
    state = models.CharField(max_length=10, choices=_of(STATES), help_text="The state it led to.")
    by = models.CharField(max_length=12, choices=_of(ACTORS))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Which member of staff.",
    )
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", help_text="Which company."
    )
    at = models.DateTimeField()
    text = models.TextField(blank=True, help_text="The answer, or what was told to the person.")
    evidence = models.JSONField(default=list, help_text="What a company can show for its answer.")
    in_time = models.BooleanField(
        null=True, help_text="Whether the clock that ran had not run out; none if none ran."
    )
    clock = models.CharField(
        max_length=8, choices=_of(CLOCKS), blank=True, help_text="The clock that runs now."
    )
    due_at = models.DateTimeField(null=True, help_text="When that runs out.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} of complaint {self.complaint_id}"


class ComplaintEvidence(models.Model):
    """A recording or a picture that was sent with a complaint. The file lies below the files folder."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=_of(("recording", "picture")))
    media_type = models.CharField(max_length=40, help_text="By its content, whatever its name says.")
    file = models.CharField(max_length=255, help_text="Where it lies, below the files folder.")
    file_name = models.CharField(max_length=255, blank=True, help_text="Its name as sent.")
    bytes_total = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "complaint evidence"

    def __str__(self) -> str:
        return f"{self.kind} of complaint {self.complaint_id}"


class ComplaintMatch(models.Model):
    """One ground on which a complaint names a company, or none. Matched again, a complaint's are replaced."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="matches")
    ground = models.CharField(max_length=20, choices=_of(GROUNDS))
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    call = models.BigIntegerField(null=True, db_column="call_row", help_text="The call's row.")
    call_started_at = models.DateTimeField(null=True)
    check_id = models.BigIntegerField(null=True, help_text="The check it rests on, or one without a call.")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "complaint matches"
        indexes = [
            # Serves "was this call complained of".
            models.Index(fields=["call"], condition=models.Q(call__isnull=False), name="complaint_match_call")
        ]

    def __str__(self) -> str:
        return f"{self.ground} of complaint {self.complaint_id}"
