"""Companies: who may call, for which sectors, from which numbers, and with which keys they ask."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Q

from registry.codes import SECTORS
from registry.models.fields import CodeField, NumberField
from registry.periods import TwoClock
from registry.phone import mask

COMPANY_KINDS = [
    ("company", "company"),
    ("carrier", "carrier"),
    ("regulator", "regulator"),
]
SCOPES = [(name, name) for name in ("check", "consent", "calls", "optout", "read")]


class Company(models.Model):
    """A telemarketer, or the seller it dials for; a carrier or the regulator where they hold keys."""

    name = models.CharField(max_length=200, help_text="Registered name.")
    kind = models.CharField(
        max_length=12,
        choices=COMPANY_KINDS,
        default="company",
        help_text="A carrier or regulator may import opt-outs of every scope; a company only refusals of itself.",
    )
    registration = models.CharField(max_length=64, blank=True, help_text="Number in the company register.")
    region = models.CharField(
        max_length=8,
        blank=True,
        db_index=True,
        help_text="Where it is registered: ISO 3166-2, such as CN-SH.",
    )
    created_at = models.DateTimeField(help_text="When it was entered here.")

    class Meta:
        verbose_name_plural = "companies"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Licence(TwoClock):
    """Leave to call for one sector. A suspension ends `valid`; a reinstatement is a new row."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="licences")
    sector = CodeField(codes=SECTORS, help_text="The sector it may call for.")
    note = models.CharField(max_length=200, blank=True, help_text="Why it was given, ended or restored.")
    conditions = models.TextField(blank=True, help_text="What the licence is bound to, in its own words.")

    class Meta:
        constraints = [
            # Forbids two licences of one company for one sector at one time, as known at one time.
            ExclusionConstraint(
                name="licence_one_at_a_time",
                expressions=[
                    ("company", RangeOperators.EQUAL),
                    ("sector", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.sector}"


class Caller(TwoClock):
    """A number a company calls from. One number, one company at a time."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="callers")
    number = NumberField(help_text="The calling number, E.164 digits.")
    proof = models.ForeignKey(
        "registry.Document",
        models.PROTECT,
        null=True,
        related_name="callers",
        help_text="What shows that the number is the company's.",
    )

    class Meta:
        constraints = [
            # Forbids a calling number to stand for two companies at one time. Every number is above 0: the condition
            # only keeps the planner from reading this index, which is slower than `caller_number`.
            ExclusionConstraint(
                name="caller_one_at_a_time",
                condition=Q(number__gt=0),
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
            )
        ]
        # Serves the caller fact: an equality on both, then the two ranges on the few rows found.
        indexes = [models.Index(fields=["number", "company"], name="caller_number")]

    def __str__(self) -> str:
        return f"{self.company}: {mask(self.number)}"


class Member(models.Model):
    """A person who acts for a company on the web."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=12,
        choices=[("owner", "owner"), ("agent", "agent"), ("viewer", "viewer")],
        default="viewer",
        help_text="An owner manages keys and members, an agent records and checks, a viewer reads.",
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="member_once_a_company")]

    def __str__(self) -> str:
        return f"{self.user} of {self.company}"


class ApiKey(models.Model):
    """A key of the API. The secret is shown once; here are its visible prefix and its SHA-256.

    256 random bits need no slow hash: there is nothing to guess, and a slow one would cost each check half a second.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=16, help_text="The part of the key that may be shown.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole key, in hex.")
    scopes = ArrayField(models.CharField(max_length=12, choices=SCOPES), help_text="What the key may do.")
    livemode = models.BooleanField(
        default=True, help_text="False for a test key, which never meets live data."
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def works(self, at: datetime) -> bool:
        """Neither revoked nor expired at `at`."""
        return (self.revoked_at is None or at < self.revoked_at) and (
            self.expires_at is None or at < self.expires_at
        )


#: What is written down of a company, in the words of its history.
CHANGES = (
    "entered",
    "amended",
    "licensed",
    "suspended",
    "reinstated",
    "callers_added",
    "callers_removed",
    "applied",
)


class CompanyChange(models.Model):
    """What the regulator did with a company: who, when and why. For good; the records say what it came to."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="changes")
    change = models.CharField(max_length=16, choices=[(name, name.replace("_", " ")) for name in CHANGES])
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="None: a command."
    )
    at = models.DateTimeField()
    what = models.CharField(max_length=500, blank=True, help_text="Sectors, or masked numbers.")
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        # Serves a company's history, newest first.
        indexes = [models.Index(fields=["company", "-id"], name="company_change_company")]

    def __str__(self) -> str:
        return f"{self.company} {self.change}"
