"""Calling hours in absolute time, made when first asked for and kept."""

from datetime import UTC, date, datetime

from django.db import connection, transaction

from registry import hours
from registry.errors import PolicyGap
from registry.models import Holiday, Policy, Schedule


def split_calendar(calendar: str) -> tuple[str, str | None]:
    """Region and subdivision of a calendar's name, such as `US-FL`."""
    region, _, subdivision = calendar.partition("-")
    return region, subdivision or None


def ensure(windows_key: str, calendar: str, zone_key: str, at: datetime) -> None:
    """Make sure the segments of a schedule reach over the year of `at` and the next.

    Safe at once from many processes: the schedule's row is locked, and the segments are replaced as a whole, so that
    a reader meets the old calendar or the new one, never half of one. Raises `PolicyGap` for an unknown key.
    """
    day = at.astimezone(UTC).date()
    first, last = date(day.year, 1, 1), date(day.year + 1, 12, 31)
    named = {"windows_key": windows_key, "calendar": calendar, "zone_key": zone_key}
    if Schedule.objects.filter(**named, first_day__lte=first, last_day__gte=last).exists():
        return
    with transaction.atomic():
        # The days the wrong way round: nothing is covered yet.
        Schedule.objects.bulk_create(
            [Schedule(**named, first_day=last, last_day=first)], ignore_conflicts=True
        )
        schedule = Schedule.objects.select_for_update().get(**named)
        if schedule.first_day <= first and last <= schedule.last_day:
            return
        if schedule.first_day < schedule.last_day:
            first, last = min(first, schedule.first_day), max(last, schedule.last_day)
        _write(schedule, first, last)


def _write(schedule: Schedule, first: date, last: date) -> None:
    terms = Policy.objects.filter(windows_key=schedule.windows_key).values_list("terms", flat=True).first()
    if terms is None:
        raise PolicyGap("The calling windows are not on record")
    region, subdivision = split_calendar(schedule.calendar)
    zones = tuple(schedule.zone_key.split(","))
    segments = hours.timetable(terms["windows"], region, subdivision, zones, first, last)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_segment WHERE schedule_id = %s", [schedule.pk])
        with cursor.copy("COPY registry_segment (schedule_id, starts_at, ends_at, state) FROM STDIN") as copy:
            for segment in segments:
                copy.write_row((schedule.pk, segment.starts_at, segment.ends_at, segment.state))
    Schedule.objects.filter(pk=schedule.pk).update(first_day=first, last_day=last)


def ensure_holidays(calendar: str, first_year: int, last_year: int) -> None:
    """Make sure a calendar's public holidays of those years are on record."""
    region, subdivision = split_calendar(calendar)
    days = hours.holidays_of(region, subdivision, first_year, last_year)
    Holiday.objects.bulk_create([Holiday(calendar=calendar, day=day) for day in days], ignore_conflicts=True)


def extend(clock: datetime) -> int:
    """Carry every schedule that is still asked about into the next year; how many were looked at."""
    schedules = list(Schedule.objects.values_list("windows_key", "calendar", "zone_key"))
    for windows_key, calendar, zone_key in schedules:
        ensure(windows_key, calendar, zone_key, clock)
    for calendar in Holiday.objects.order_by("calendar").values_list("calendar", flat=True).distinct():
        ensure_holidays(calendar, clock.year, clock.year + 2)
    return len(schedules)
