"""The numbering plan in the database: loaded from `registry/numbering.py`, one row a stretch of numbers."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from registry import numbering
from registry.errors import PolicyGap
from registry.models import FormerRange, NumberRange


def policy_jurisdiction(jurisdiction: str, with_pack: frozenset[str]) -> str:
    """The nearest jurisdiction that has a pack of its own: itself, its country, or `*` for the default pack."""
    if jurisdiction in with_pack:
        return jurisdiction
    country = jurisdiction.partition("-")[0]
    return country if country in with_pack else "*"


def ranges(with_pack: frozenset[str]) -> Iterator[tuple[int, int, str, str, str]]:
    """Rows of `registry_numberrange`, neighbours of equal content joined."""
    held: tuple[int, int, str, str, str] | None = None
    for interval in numbering.intervals():
        calendar = interval.calendar_region
        if interval.calendar_subdivision:
            calendar = f"{calendar}-{interval.calendar_subdivision}"
        row = (
            interval.start,
            interval.end,
            policy_jurisdiction(interval.jurisdiction, with_pack),
            ",".join(interval.zones),
            calendar,
        )
        if held is not None and held[1] == row[0] and held[2:] == row[2:]:
            held = (held[0], row[1], *row[2:])
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


@transaction.atomic
def load(with_pack: frozenset[str], *, clock: datetime) -> int:
    """Replace the numbering plan if it differs from the table; the number of rows written.

    Stretches that go are kept as `FormerRange`, so that an audit knows which answers came from another plan.
    """
    rows = list(ranges(with_pack))
    fields = ("first", "past", "jurisdiction", "zone_key", "calendar")
    stored = list(NumberRange.objects.order_by("first").values_list(*fields))
    if stored == rows:
        return 0
    FormerRange.objects.bulk_create(
        [
            FormerRange(**dict(zip(fields, row, strict=True)), until=clock)
            for row in sorted(set(stored) - set(rows))
        ]
    )
    NumberRange.objects.all().delete()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY registry_numberrange (first, past, jurisdiction, zone_key, calendar) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_numberrange")
    return len(rows)


def of(number: int) -> NumberRange:
    """The place of a number. Raises `PolicyGap` where the numbering plan has none."""
    padded = int(str(number).ljust(15, "0"))
    found = NumberRange.objects.filter(first__lte=padded).order_by("-first").first()
    if found is None or found.past <= padded:
        raise PolicyGap("The numbering plan has no place for that number")
    return found
