"""Where a number lives: the numbering plan flattened, so that SQL finds a number's place in one look."""

from django.db import models


class NumberRange(models.Model):
    """All numbers from `first` to before `past`, padded to 15 digits: their place and time zones."""

    first = models.BigIntegerField(primary_key=True)
    past = models.BigIntegerField()
    jurisdiction = models.CharField(
        max_length=6,
        help_text="The nearest jurisdiction that has a policy pack, or `*` for the default pack.",
    )
    zone_key = models.TextField(
        help_text="IANA zones, sorted, joined by commas; several where the prefix spans them."
    )
    calendar = models.CharField(
        max_length=6, help_text="Whose public holidays: region, or region-subdivision."
    )

    def __str__(self) -> str:
        return f"{self.first} {self.jurisdiction}"


class FormerRange(models.Model):
    """A stretch of the numbering plan as it was until another plan was loaded; what was answered then came from it."""

    first = models.BigIntegerField()
    past = models.BigIntegerField()
    jurisdiction = models.CharField(max_length=6)
    zone_key = models.TextField()
    calendar = models.CharField(max_length=6)
    until = models.DateTimeField(help_text="When a plan was loaded that has this stretch no more.")

    class Meta:
        # Serves the search for the stretch that held a number at a time.
        indexes = [models.Index(fields=["until", "first"], name="former_range_until")]

    def __str__(self) -> str:
        return f"{self.first} {self.jurisdiction} until {self.until}"
