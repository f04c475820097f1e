"""The plan of the national month: which story happens where, when and by whom, and the statements that are run on it.

The plan is arithmetic: the same month comes out the same whenever it is asked for.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import data
from benchmarks.population import caller
from benchmarks.stories import STORIES
from benchmarks.story import HOUR, Story
from registry.codes import SECTORS
from registry.models import Caller, Company, Licence, Policy
from registry.sql import read

HERE = Path(__file__).parent / "sql" / "month"
DAY = timedelta(days=1)
#: China's clock against UTC.
CHINA = timedelta(hours=8)
#: Companies of the month's own that call; of which word of a story each is; and one that does not call.
SUSPENDED, DIALER, PROBER, ASKER = CALLING = (
    "Suspended within the month",
    "Dials for a seller",
    "Asks and never calls",
    "Asks and often calls",
)
OWN = ("suspended", "seller", "prober", "asker")
SELLER = "Seller that is dialled for"
#: Where their calling numbers begin, as places of companies.
FIRST_LINE = 900
SELLERS_LINE = caller(FIRST_LINE + len(CALLING))


@dataclass(frozen=True)
class Month:
    """Which days, how many stories, whose; numbers from the place `first_person` of the population on are free."""

    first: date
    days: int
    stories: int
    companies: tuple[int, ...]
    first_person: int

    @property
    def since(self) -> datetime:
        """The first instant, UTC."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """Past the last: some stories end on the day after the month."""
        return self.since + (self.days + 2) * DAY

    @property
    def last(self) -> date:
        """The last day on which there may be a call."""
        return self.first + (self.days + 1) * DAY

    @property
    def everybody(self) -> Iterator[int]:
        """The companies that ask and call."""
        yield from self.companies
        yield from Company.objects.filter(name__in=CALLING).values_list("pk", flat=True)


def plan(month: Month) -> None:
    """Lay the stories out in the temporary table `month_plan`."""
    connection.ensure_connection()
    run("DROP FUNCTION IF EXISTS pg_temp.number_of(bigint); DROP FUNCTION IF EXISTS pg_temp.chance")
    data.make_functions(connection.connection)
    run("DROP TABLE IF EXISTS month_plan")
    run(
        text("plan"),
        first_person=month.first_person,
        first=month.since,
        stories=json.dumps(list(_spread(month))),
        cast=json.dumps(_cast(month)),
    )
    run("CREATE INDEX ON month_plan (place); ANALYZE month_plan")


def _cast(month: Month) -> list[dict[str, int]]:
    """Who asks, for whom, about what, from where; those with stories of their own come last."""
    named = dict(Company.objects.filter(name__in=(*CALLING, SELLER)).values_list("name", "pk"))
    cast = []
    for place, company in enumerate((*month.companies, *(named[name] for name in CALLING))):
        licensed = set(Licence.objects.current().filter(company=company).values_list("sector", flat=True))
        own = [SECTORS.index(sector) for sector in SECTORS if sector in licensed]
        cast.append(
            {
                "place": place,
                "company_id": company,
                "seller_id": named[SELLER] if company == named[DIALER] else company,
                "sector": own[0],
                "other_sector": next(n for n in range(len(SECTORS)) if n not in own),
                "caller": Caller.objects.current().filter(company=company).order_by("number").first().number,
            }
        )
    return cast


def _spread(month: Month) -> Iterator[dict[str, Any]]:
    """Each story: how many of it, on which days, at which seconds of the day (UTC), by whom."""
    opens, closes = _hours()
    shares = sum(story.share for story in STORIES)
    ordinary = list(range(len(month.companies)))
    first = 0
    for place, story in enumerate(STORIES):
        count = max(1, month.stories * story.share // shares)
        earliest, latest = _seconds(story, opens, closes)
        days = range(story.from_day, month.days if story.until_day is None else story.until_day + 1)
        yield {
            "story": place,
            "first": first,
            "count": count,
            "days": [
                n for n in days if story.weekday is None or (month.first + n * DAY).weekday() == story.weekday
            ],
            "companies": [len(ordinary) + OWN.index(story.company)] if story.company else ordinary,
            "earliest": earliest,
            "latest": latest,
            "abroad": story.abroad,
        }
        first += count


def _hours() -> tuple[int, int]:
    """When China's calling hours open and close, in seconds of the day, UTC."""
    row = Policy.objects.current().filter(jurisdiction="CN", sector=SECTORS[0]).order_by("valid").last()
    ((opens, closes),) = row.terms["windows"]["mon"]
    both = [datetime.combine(date.min + DAY, time.fromisoformat(text)) - CHINA for text in (opens, closes)]
    return tuple(at.hour * 3600 + at.minute * 60 for at in both)  # type: ignore[return-value]


def _seconds(story: Story, opens: int, closes: int) -> tuple[int, int]:
    """Between which seconds of the day the story begins, so that all it does lies within the hours."""
    if story.begins == "midnight":
        return 0, 0
    if story.begins != "open":
        edge = opens if story.begins == "opening" else closes
        return edge, edge
    # Where the hours reach over midnight UTC, only what lies after it is used: the story stays on its day.
    first, last = (0, closes) if opens > closes else (opens, closes)
    if story.abroad is not None:
        first, last = (int(hour * HOUR.total_seconds()) for hour in story.abroad_hours)
    steps = [part.at % DAY if part.at > DAY else part.at for part in (*story.asks, *story.calls)]
    before = min([timedelta(), *steps, *(-ask.blind for ask in story.asks)])
    return first - int(before.total_seconds()), last - int(max([timedelta(), *steps]).total_seconds()) - 1


def parts(part: str) -> str:
    """One part of all stories, for the statements: spans in whole seconds from the story's beginning."""
    return json.dumps(list(_parts(part)))


def _parts(part: str) -> Iterator[dict[str, Any]]:
    for place, story in enumerate(STORIES):
        told = story.carriage() if part == "carried" else getattr(story, part)
        if isinstance(told, timedelta):
            yield {"story": place, "at": int(told.total_seconds())}
        for nth, one in enumerate(told if isinstance(told, tuple) else ()):
            values = asdict(one)
            if part == "consents":
                values["recorded"] = one.recorded if one.recorded is not None else one.given + HOUR
                values["ends"] = one.ends if one.ends is not None else one.given + 730 * DAY
            yield {"story": place, "nth": nth} | {
                name: int(value.total_seconds()) if isinstance(value, timedelta) else value
                for name, value in values.items()
            }


def complained() -> list[tuple[int, int, int, datetime, str]]:
    """The calls complained of: number, calling number, sector's place, when, and the ground that must be found."""
    about = [
        {
            "story": place,
            "at": int((story.calls[-1].at if story.calls else 5 * timedelta(minutes=1)).total_seconds()),
            "ground": story.complaint,
        }
        for place, story in enumerate(STORIES)
        if story.complaint
    ]
    return [row[1:] for row in fetch(text("complained"), rows=json.dumps(about))]


def text(name: str) -> str:
    """One of the month's statements."""
    return read(HERE / f"{name}.sql")


def run(statement: str, **values: Any) -> None:
    """Run a statement on that connection."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run a statement on the connection that has the month's temporary tables; its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()
