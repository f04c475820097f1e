"""What the register does by itself: partitions ahead, old answers forgotten, calendars carried on."""

from datetime import UTC, datetime

from django.db import connection

from registry import partitions, tasks, timetables
from registry.models import Holiday, Schedule


def test_it_makes_the_months_to_come(db, now):
    now.move_to(datetime(2027, 12, 15, tzinfo=UTC))

    made = tasks.make_partitions()

    assert made == 5
    assert partitions.exists("registry_check", (2027, 11))
    assert partitions.exists("registry_check", (2028, 3))
    assert not partitions.exists("registry_check", (2028, 4))
    assert tasks.make_partitions() == 0


def test_it_carries_calendars_into_the_next_year(db, now, api, question):
    api.post("/checks", question)
    timetables.ensure_holidays("CN", 2026, 2026)
    schedules = Schedule.objects.count()
    now.move_to(datetime(2027, 1, 4, tzinfo=UTC))

    assert tasks.extend_timetables() == schedules
    assert all(row.last_day.year == 2028 for row in Schedule.objects.all())
    assert Holiday.objects.filter(calendar="CN", day__year=2028).exists()
    before = Holiday.objects.count()
    assert tasks.extend_timetables() == schedules
    assert Holiday.objects.count() == before


def test_it_answers_in_a_month_nobody_prepared(db, now, api, question):
    now.move_to(datetime(2029, 6, 10, 2, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('registry_check_2029_06')")
        assert cursor.fetchone() == (None,)

    assert api.post("/checks", question).status_code == 200
    assert partitions.exists("registry_check", (2029, 6))
