"""When a number may be called, spelled out in absolute time, so that SQL needs one look.

`registry_segment` is a calendar of calling hours made from a policy's windows by `registry/hours.py`. Rows are made
when first asked for; their schedule's key holds everything they were made from, so they are never stale.
"""

from django.db import models


class Schedule(models.Model):
    """One policy's windows in one set of zones under one holiday calendar."""

    windows_key = models.CharField(max_length=64)
    calendar = models.CharField(max_length=6)
    zone_key = models.TextField()
    first_day = models.DateField(help_text="Segments reach back to this day.")
    last_day = models.DateField(help_text="Segments reach to the end of this day.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["windows_key", "calendar", "zone_key"], name="schedule_once")
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.zone_key}"


class Segment(models.Model):
    """A stretch of time in which a schedule's state is the same."""

    pk = models.CompositePrimaryKey("schedule_id", "starts_at")
    schedule = models.ForeignKey(Schedule, models.CASCADE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=24, help_text="open, outside_calling_hours or closed_day.")

    def __str__(self) -> str:
        return f"{self.state} from {self.starts_at}"


class Holiday(models.Model):
    """A public holiday of a calendar, for opt-outs that are limited to holidays."""

    pk = models.CompositePrimaryKey("calendar", "day")
    calendar = models.CharField(max_length=6)
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.calendar} {self.day}"
