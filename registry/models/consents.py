"""Consents: what a company says a person agreed to, with its evidence."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from registry.codes import CHANNELS, CONSENT_METHODS, SECTORS
from registry.models.companies import Company
from registry.models.fields import CodeField, CodeSetField, NumberField
from registry.periods import TwoClock

#: The status of a stretch of `valid`. `expired` and `superseded` are not written: they follow from the ranges.
CONSENT_STATUSES = ("recorded", "confirmed", "disputed", "revoked")


class Notice(models.Model):
    """The literal text shown or read to people when their consent was taken, kept once."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="notices")
    sha256 = models.CharField(max_length=64, help_text="Digest of the text's UTF-8 bytes, in hex.")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="notice_once_a_company")]

    def __str__(self) -> str:
        return self.text[:60]


class Consent(TwoClock):
    """A stretch of one consent's life in which its status was the same.

    One `record_id`, one consent. Its rows on record divide the time from `given_at` on: recorded, then perhaps
    confirmed, disputed, revoked. Where no row reaches, it had expired (or a newer consent had superseded it).
    It can carry no call before `on_record_since`, whatever date it claims.
    """

    number = NumberField(help_text="Who agreed: E.164 digits.")
    company = models.ForeignKey(Company, models.PROTECT, related_name="consents")
    sectors = CodeSetField(codes=SECTORS, help_text="The sectors it covers.")
    channels = CodeSetField(codes=CHANNELS, help_text="The channels it covers.")
    status = CodeField(codes=CONSENT_STATUSES, help_text="Its status in this stretch.")
    given_at = models.DateTimeField(help_text="When the person agreed, as the company says.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When it lapses by itself.")
    on_record_since = models.DateTimeField(help_text="When the register first held it.")
    late = models.BooleanField(
        default=False, help_text="Recorded later after `given_at` than the policy's grace."
    )
    superseded = models.BooleanField(
        default=False, help_text="A newer consent of the same scope took its place."
    )
    method = CodeField(codes=CONSENT_METHODS, help_text="How it was taken.")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+")
    evidence = models.JSONField(
        help_text='`[{"type", "sha256", "uri"}]`: digests of recordings, pages, papers.'
    )
    source_url = models.URLField(max_length=500, blank=True, help_text="Where it was taken.")
    reference = models.CharField(max_length=100, help_text="The company's own id for it.")

    class Meta:
        constraints = [
            # Forbids two consents of the same scope for one pair at one time, as known at one time. Every number is
            # above 0: the condition only keeps the planner from reading this index, several times slower than
            # `consent_number_company`, when it looks for what a company holds.
            ExclusionConstraint(
                name="consent_one_at_a_time",
                condition=Q(number__gt=0),
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    ("company", RangeOperators.EQUAL),
                    ("sectors", RangeOperators.EQUAL),
                    ("channels", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="consent_covers_something", condition=Q(sectors__gt=0, channels__gt=0)
            ),
        ]
        indexes = [
            # Serves the consent facts: every version of what one company holds about one number.
            models.Index(fields=["number", "company"], name="consent_number_company"),
            # Serves "have I sent this before" when a company records.
            models.Index(fields=["company", "reference"], name="consent_company_reference"),
            # Serves the history of one consent.
            models.Index(fields=["record_id"], name="consent_record"),
            # Serves the daily look for consents that lapse soon.
            models.Index(
                fields=["expires_at"],
                name="consent_expires",
                condition=Q(recorded__upper_inf=True, status__lt=2, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.record_id}"
