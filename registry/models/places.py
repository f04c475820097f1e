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
