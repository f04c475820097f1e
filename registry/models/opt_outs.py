"""Opt-outs: what a person does not want."""

from django.db import models
from django.db.models import F, Func, Q

from registry.codes import CHANNELS, DAYS, OPT_OUT_SOURCES, SCOPES, SECTORS
from registry.models.companies import Company
from registry.models.fields import CodeField, CodeSetField, NumberField
from registry.periods import TwoClock


class UpperInf(Func):
    """Whether a range has no end."""

    function = "upper_inf"
    output_field = models.BooleanField()


class OptOut(TwoClock):
    """A person's "no": to all sales calls, to a sector, or to one company; on some channels; on some days and hours.

    With `days` or hours it is a wish about time and weighs as calling hours do; without, it is a refusal. In effect
    from the moment it was said, on record from the answer on, until it is withdrawn.
    """

    number = NumberField(help_text="Whose it is: E.164 digits.")
    scope = CodeField(codes=SCOPES, help_text="All calls, one sector, or one company.")
    sector = CodeField(codes=SECTORS, null=True, blank=True, help_text="For scope `sector`.")
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="+", help_text="For scope `company`."
    )
    channels = CodeSetField(codes=CHANNELS, help_text="The channels it covers.")
    days = CodeSetField(codes=DAYS, null=True, blank=True, help_text="The days it is limited to.")
    from_minute = models.SmallIntegerField(
        null=True, blank=True, help_text="Start of the hours it is limited to: minute of the day, local."
    )
    to_minute = models.SmallIntegerField(
        null=True, blank=True, help_text="End of those hours, exclusive: at most 1440."
    )
    said_at = models.DateTimeField(help_text="When the person said it.")
    source = CodeField(codes=OPT_OUT_SOURCES, help_text="The way it came in.")
    reporter = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who relayed it, if a company.",
    )

    class Meta:
        verbose_name = "opt-out"
        constraints = [
            # Forbids the same opt-out to stand twice. A unique index and not an exclusion constraint: it is a btree,
            # ten times quicker to fill with a national list, and two closed periods of one opt-out harm nobody.
            models.UniqueConstraint(
                "number",
                "scope",
                "sector",
                "company",
                "channels",
                "days",
                "from_minute",
                "to_minute",
                name="opt_out_one_at_a_time",
                condition=Q(valid__upper_inf=True, recorded__upper_inf=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="opt_out_target_fits_scope",
                condition=Q(scope=0, sector__isnull=True, company__isnull=True)
                | Q(scope=1, sector__isnull=False, company__isnull=True)
                | Q(scope=2, sector__isnull=True, company__isnull=False),
            ),
            models.CheckConstraint(name="opt_out_has_a_channel", condition=Q(channels__gt=0)),
            models.CheckConstraint(
                name="opt_out_hours_in_order",
                condition=Q(from_minute__isnull=True, to_minute__isnull=True)
                | Q(from_minute__gte=0, to_minute__lte=1440, from_minute__lt=F("to_minute")),
            ),
        ]
        indexes = [
            # Serves the opt-out facts: every version of one number's opt-outs.
            models.Index(fields=["number"], name="opt_out_number"),
            # Serves the withdrawal and the history of one opt-out.
            models.Index(fields=["record_id"], name="opt_out_record"),
        ]

    def __str__(self) -> str:
        return f"opt-out {self.record_id}"
