"""The rows of the national month: the stories spread over companies, days and numbers (`sql/month/`).

The plan is arithmetic: the same month comes out the same whenever it is asked for. A further kind of rows (the records
of carriers, say) is a field of `Story`, a statement in `sql/month/` that reads `month_plan`, and a line in `make`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import data
from benchmarks.population import caller
from benchmarks.stories import HOUR, STORIES, Story
from compliance import complaint_matching, complaints
from compliance.models import CallLog
from registry import companies, partitions, suspensions
from registry.codes import SECTORS
from registry.models import Caller, Company, Licence, Notice, Policy
from registry.periods import Moment
from registry.predial.facts import DECIDED, Question, ask, bounds
from registry.predial.facts import HERE as PREDIAL
from registry.sql import read

HERE = Path(__file__).parent / "sql" / "month"
DAY = timedelta(days=1)
#: China's clock against UTC.
CHINA = timedelta(hours=8)
#: Stories whose checks are asked in one statement.
CHUNK = 100_000
#: Companies of the month's own, and where their calling numbers begin.
SUSPENDED, DIALER, SELLER = "Suspended within the month", "Dials for a seller", "Seller that is dialled for"
FIRST_LINE = 900
SUSPENDED_ON = 10
ASK = f"""WITH asked AS MATERIALIZED (
{read(HERE / "asked.sql")}), {DECIDED}, numbered AS MATERIALIZED (
    SELECT decided.*, 0::smallint AS kind,
        CASE WHEN decision_id IS NOT NULL THEN nextval('registry_check_id_seq') END AS check_id
    FROM decided
), written AS (
{read(PREDIAL / "write_checks.sql")}RETURNING id)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM written)"""


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
        yield from Company.objects.filter(name__in=(SUSPENDED, DIALER)).values_list("pk", flat=True)


def make(month: Month, say: Callable[[str], None]) -> int:
    """Write the month, if it is not there, and leave its plan in temporary tables; how many calls it has."""
    months = [partitions.month_of(month.since + n * DAY) for n in range(month.days + 3)]
    partitions.ensure("registry_check", sorted(set(months)))
    partitions.ensure("compliance_call", sorted(set(months)))
    there = Company.objects.filter(name=SUSPENDED).exists()
    if not there:
        _enter(month)
    plan(month)
    if not there:
        say(f"  making {month.stories:,} stories from {month.first} on")
        _records(month)
        _ask(month, say)
    _run("DROP TABLE IF EXISTS month_check")
    _run(text("checks"), since=month.since, until=month.until)
    _run("CREATE INDEX ON month_check (place, nth)")
    if not there:
        _calls(month)
        _complain(month, say)
    _run("DROP TABLE IF EXISTS month_expected")
    _run(text("expected"), rows=parts("calls"), since=month.since, until=month.until)
    _run("CREATE INDEX ON month_expected (call_row)")
    return _count("SELECT count(*) FROM compliance_call WHERE call_id LIKE 'month-%%' AND started_at >= %(since)s"
                  " AND started_at < %(until)s", since=month.since, until=month.until)  # fmt: skip


def plan(month: Month) -> None:
    """Lay the stories out in the temporary table `month_plan`."""
    connection.ensure_connection()
    _run("DROP FUNCTION IF EXISTS pg_temp.number_of(bigint); DROP FUNCTION IF EXISTS pg_temp.chance")
    data.make_functions(connection.connection)
    _run("DROP TABLE IF EXISTS month_plan")
    _run(
        text("plan"),
        first_person=month.first_person,
        first=month.since,
        stories=json.dumps(list(_spread(month))),
        cast=json.dumps(_cast(month)),
    )
    _run("CREATE INDEX ON month_plan (place); ANALYZE month_plan")


def _enter(month: Month) -> None:
    """The companies of the month's own, licensed for ever, one suspended on its tenth day."""
    begins = Moment.of(month.since - 600 * DAY)
    for place, name in enumerate((SUSPENDED, DIALER, SELLER)):
        company = companies.enter(name=name, moment=begins)
        companies.license(company=company, sectors=[SECTORS[0]], moment=begins)
        for line in range(2):
            companies.add_caller(company=company, number=caller(FIRST_LINE + place, line), moment=begins)
        if name == SUSPENDED:
            suspensions.suspend(company=company, moment=Moment.of(month.since + SUSPENDED_ON * DAY))


def _cast(month: Month) -> list[dict[str, int]]:
    """Who asks, for whom, about what, from where; those with stories of their own come last."""
    seller = Company.objects.get(name=SELLER).pk
    dialer = Company.objects.get(name=DIALER).pk
    suspended = Company.objects.get(name=SUSPENDED).pk
    cast = []
    for place, company in enumerate((*month.companies, suspended, dialer)):
        licensed = set(Licence.objects.current().filter(company=company).values_list("sector", flat=True))
        own = [SECTORS.index(sector) for sector in SECTORS if sector in licensed]
        cast.append(
            {
                "place": place,
                "company_id": company,
                "seller_id": seller if company == dialer else company,
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
            "companies": {"suspended": [len(ordinary)], "seller": [len(ordinary) + 1]}.get(
                story.company, ordinary
            ),
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


def _records(month: Month) -> None:
    """Everything that is on record of the people, before, within and after their stories."""
    company = Company.objects.get(name=SELLER)
    notice, _ = Notice.objects.get_or_create(
        company=company, sha256="0" * 64, defaults={"text": "May we call you?", "created_at": month.since}
    )
    _run(text("consents"), rows=parts("consents"), notice=notice.pk)
    _run(text("opt_outs"), rows=parts("opt_outs"), stranger=company.pk)
    for kind, name in (("relationships", "purchase"), ("reassignments", "reassigned")):
        _run(text(kind), rows=parts(name))
    for table in ("registry_consent", "registry_optout", "registry_relationship", "registry_reassignment"):
        _run(f"ANALYZE {table}")


def parts(part: str) -> str:
    """One part of all stories, for the statements: spans in whole seconds from the story's beginning."""
    return json.dumps(list(_parts(part)))


def _parts(part: str) -> Iterator[dict[str, Any]]:
    for place, story in enumerate(STORIES):
        told = getattr(story, part)
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


def _ask(month: Month, say: Callable[[str], None]) -> None:
    """Ask every check as of its time, a turn at a time, and leave the answers as checks."""
    _make_timetables()
    turns = max(len(story.asks) for story in STORIES)
    ((places,),) = fetch("SELECT max(place) + 1 FROM month_plan")
    limits = bounds(month.since - DAY, month.until)
    for turn in range(turns):
        for first in range(0, places, CHUNK):
            values = {"rows": parts("asks"), "turn": turn, "first": first, "past": first + CHUNK}
            ((asked, written),) = fetch(ASK, **values, **limits)
            if asked != written:
                raise RuntimeError(f"of {asked} checks {written} could be answered")
        _run("ANALYZE registry_check")
        say(f"  checks, turn {turn + 1} of {turns}")


def _make_timetables() -> None:
    """Have the calling hours made that the checks will be asked about."""
    statement = (
        f"SELECT company_id, seller_id, number, caller, sector, channel, at FROM ({text('asked')}) AS asked"
    )
    for (first,) in fetch("SELECT min(place) FROM month_plan GROUP BY story, company_id"):
        values = {"rows": parts("asks"), "turn": 0, "first": first, "past": first + 1}
        for *question, at in fetch(statement, **values):
            ask([Question(*question)], Moment.of(at))


def _calls(month: Month) -> None:
    log = CallLog.objects.create(
        company_id=month.companies[0], state="completed", format="native", file="", sha256="", bytes_total=0,
        created_at=month.until,
    )  # fmt: skip
    _run(text("calls"), rows=parts("calls"), call_log=log.pk)
    _run("ANALYZE compliance_call")


def _complain(month: Month, say: Callable[[str], None]) -> None:
    """People complain an hour after the call, and it is matched when the log is there."""
    filed = complained()
    for number, line, sector, called_at, _ground in filed:
        row, _ = complaints.file(
            moment=Moment.of(called_at + HOUR),
            category="commercial",
            called_at=called_at,
            number=number,
            proven=True,
            caller=line,
            sector=SECTORS[sector],
        )
        complaint_matching.match(row.pk, clock=month.until + DAY)
    say(f"  complaints {len(filed):,}")


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


def _run(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run a statement on the connection that has the month's temporary tables; its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def _count(statement: str, **values: Any) -> int:
    return fetch(statement, **values)[0][0]
