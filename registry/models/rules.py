"""The exported truth table: `registry/decision.py` as rows, for scrubs and audits to join."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models


class RuleSet(models.Model):
    """One version of the rule, and the time whose calls it judges."""

    digest = models.CharField(max_length=64, unique=True, help_text="`decision.RULE_DIGEST` of the program.")
    valid = DateTimeRangeField(help_text="The calls it judges, by their time.")
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Forbids two rules for one call: the join of facts to decisions would give two answers.
            ExclusionConstraint(name="rule_one_at_a_time", expressions=[("valid", RangeOperators.OVERLAPS)])
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Decision(models.Model):
    """One row of the truth table. `id` is the rule set's id times 65,536 plus the place in `COMBINATIONS`."""

    id = models.IntegerField(primary_key=True)
    rule = models.ForeignKey(RuleSet, models.PROTECT)
    standing = models.CharField(max_length=20)
    caller_registered = models.BooleanField()
    refused = models.BooleanField()
    out_of_all = models.BooleanField()
    out_of_sector = models.BooleanField()
    out_of_channel = models.BooleanField()
    ground = models.CharField(max_length=20)
    regime = models.CharField(max_length=20)
    hours = models.CharField(max_length=24)
    attempts_exceeded = models.BooleanField()
    allowed = models.BooleanField()
    reasons = ArrayField(models.CharField(max_length=32))

    class Meta:
        constraints = [
            # Forbids two answers to the same facts. Its index serves the join of facts to their answer.
            models.UniqueConstraint(
                fields=[
                    "rule",
                    "ground",
                    "regime",
                    "standing",
                    "hours",
                    "caller_registered",
                    "refused",
                    "out_of_all",
                    "out_of_sector",
                    "out_of_channel",
                    "attempts_exceeded",
                ],
                name="decision_one_answer",
            )
        ]

    def __str__(self) -> str:
        return f"{'allow' if self.allowed else 'deny'}: {', '.join(self.reasons)}"
