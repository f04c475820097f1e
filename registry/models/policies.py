"""Policies: the parameters of law in force for a place, a sector and a time."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models

from registry.codes import PURPOSES, RELATIONSHIP_KINDS, SECTORS
from registry.models.fields import CodeField, CodeSetField
from registry.periods import TwoClockQuerySet


class PolicyPack(models.Model):
    """One version of one pack file, as it was loaded: what `GET /policies/{id}` shows."""

    pack = models.CharField(max_length=40, help_text="The pack's id, such as `cn`.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    document = models.JSONField(
        help_text="The whole pack: every value with its dates, source and evidence mark."
    )
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "digest"], name="pack_version_once")]
        ordering = ["pack", "-loaded_at", "-id"]

    def __str__(self) -> str:
        return self.pack


class Policy(models.Model):
    """The terms for one jurisdiction and sector over one stretch of time, overlays resolved.

    Two clocks as everywhere: `valid` is when the terms bind, `recorded` when the register held them. The first
    version of a place's terms is on record from ever: the law was public before this register read it.
    """

    jurisdiction = models.CharField(max_length=6, help_text="ISO 3166-1 or 3166-2 code.")
    sector = CodeField(codes=SECTORS)
    valid = DateTimeRangeField()
    recorded = DateTimeRangeField()
    pack = models.CharField(max_length=40, help_text="The most specific pack that speaks here.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the terms as canonical JSON.")
    terms = models.JSONField(help_text="Every parameter's value.")
    citations = models.JSONField(help_text="For every parameter: article, source, evidence mark, pack.")
    consent_required = models.BooleanField()
    exempt_purposes = CodeSetField(codes=PURPOSES)
    relationship_kinds = CodeSetField(codes=RELATIONSHIP_KINDS)
    confirmation_required = models.BooleanField()
    consent_survives_opt_out = models.BooleanField()
    windows_key = models.CharField(
        max_length=64, blank=True, help_text="Names the calling windows; empty: any time."
    )
    cap_most = ArrayField(models.SmallIntegerField(), help_text="Attempts permitted in each window.")
    cap_span = ArrayField(
        models.CharField(max_length=20), help_text="`day`, `month`, or an interval such as PT24H."
    )
    check_validity = models.DurationField(help_text="How long an allow may be used.")

    objects = TwoClockQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            ExclusionConstraint(
                name="policy_one_at_a_time",
                expressions=[
                    ("jurisdiction", RangeOperators.EQUAL),
                    ("sector", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
            )
        ]
        # Serves the join of every question to its policy.
        indexes = [models.Index(fields=["jurisdiction", "sector"], name="policy_place")]

    def __str__(self) -> str:
        return f"{self.pack} for {self.jurisdiction}, {self.sector}"
