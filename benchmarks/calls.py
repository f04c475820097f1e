"""Company-days of calls, made up so that a working register would have them, with offences planted among them.

The checks are the rule's own answers, asked at their time, so that an audit that asks again finds no other. Nearly all
calls rest on an allow; `sql/calls.sql` says which do not, and `planted` counts those by plain statements.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.data import Manifest
from benchmarks.population import SECTORS, Asked, caller, number
from benchmarks.stage import Stage
from compliance.models import Call, CallLog
from registry import partitions
from registry.models import Company, Notice
from registry.periods import Moment
from registry.predial.facts import ask
from registry.sql import read

HERE = Path(__file__).parent
#: These lie before all checks that the data set makes up: an audit would ask those again, and find them wrong.
DAYS_BACK = 63
DAYS = 2
#: Places of the companies that call, none of them suspended.
CALLERS = (0, 1, 2, 3)
#: People about whom a calling company holds a consent for this, to one call of a day.
CONSENTS_A_CALL = 1.2
ASKED_AT_ONCE = 1000


def days_of(manifest: Manifest) -> list[date]:
    """The days of the calls, UTC."""
    first = manifest.made_at.date() - timedelta(days=DAYS_BACK)
    return [first + timedelta(days=n) for n in range(DAYS)]


def bounds_of(manifest: Manifest) -> tuple[datetime, datetime]:
    """The start of the first of them and the end of the last."""
    days = days_of(manifest)
    return (
        datetime.combine(days[0], time(), UTC),
        datetime.combine(days[-1] + timedelta(days=1), time(), UTC),
    )


def make(stage: Stage, wanted: int) -> int:
    """Make about `wanted` calls on those days, if there are none; how many there are."""
    since, until = bounds_of(stage.manifest)
    calls = Call.objects.filter(started_at__gte=since, started_at__lt=until)
    if made := calls.count():
        return made
    stage.say(f"  making about {wanted:,} calls from {since:%Y-%m-%d} on")
    months = [partitions.month_of(since), partitions.month_of(until)]
    partitions.ensure("registry_check", months)
    partitions.ensure("compliance_call", months)
    a_day = wanted // (DAYS * len(CALLERS))
    held = int(a_day * CONSENTS_A_CALL)
    _agree(stage, held, since)
    for day in days_of(stage.manifest):
        _ask(stage, datetime.combine(day, time(), UTC), a_day, held)
    _insert(stage, since, until)
    return calls.count()


def _agree(stage: Stage, held: int, before: datetime) -> None:
    """The consents of the calling companies."""
    with stage.connect() as connection:
        data.make_functions(connection)
        for company in CALLERS:
            company_id = stage.manifest.first_company + company
            connection.execute(
                read(HERE / "sql" / "callers_consents.sql"),
                {
                    "company": company_id,
                    "sector": company % SECTORS,
                    "notice": Notice.objects.get(company_id=company_id).pk,
                    "numbers": [number(_person(stage, place, company)) for place in range(held)],
                    "before": before,
                },
            )
        connection.execute("VACUUM (ANALYZE) registry_consent")


def _person(stage: Stage, place: int, company: int) -> int:
    """The person of a calling company's consent at `place`. Most have made no opt-out, one in eight may have."""
    rows = stage.population.opt_outs
    if place % 8 == 0:
        return (place * 5 + company * 1009) % (rows * 75 // 100)
    first = rows * 93 // 100
    return first + (place * 3 + company * 1009) % (stage.population.people - first)


def _ask(stage: Stage, day: datetime, a_day: int, held: int) -> None:
    """The checks of a day: once about each of `a_day` people, twice about some, and about a few that never agreed."""
    chance = random.Random(day.toordinal())
    questions = []
    for company in CALLERS:
        places = chance.sample(range(held), a_day)
        asked = [_person(stage, place, company) for place in places + places[: a_day // 20]]
        asked += [chance.randrange(stage.population.people) for _ in range(a_day // 20)]
        questions += [Asked(number(person), company, caller(company), company % SECTORS) for person in asked]
    chance.shuffle(questions)
    # Over eighteen hours, so that nearly every call still starts on the day.
    step = timedelta(hours=18) / (len(questions) // ASKED_AT_ONCE + 1)
    for place, first in enumerate(range(0, len(questions), ASKED_AT_ONCE)):
        some = [data.question(one, stage.manifest) for one in questions[first : first + ASKED_AT_ONCE]]
        ask(some, Moment.of(day + timedelta(minutes=10) + step * place), write="dial")


def _insert(stage: Stage, since: datetime, until: datetime) -> None:
    """The calls that rest on these checks, those that rest on none, and refusals between check and call."""
    log = CallLog.objects.create(
        company=Company.objects.get(pk=stage.manifest.first_company), state="completed", format="native", file="",
        sha256="", bytes_total=0, created_at=until,
    )  # fmt: skip
    values = {"since": since, "until": until, "call_log": log.pk, "people": stage.population.people}
    with stage.connect() as connection:
        data.make_functions(connection)
        connection.execute(read(HERE / "sql" / "calls.sql"), values)
        connection.execute(read(HERE / "sql" / "late_refusals.sql"), values)
        for table in ("compliance_call", "registry_check", "registry_optout"):
            connection.execute(f"VACUUM (ANALYZE) {table}")


def planted(stage: Stage) -> dict[str, int]:
    """How many offences of each planted code there are, counted by a plain statement of its own."""
    since, until = bounds_of(stage.manifest)
    values: dict[str, Any] = {"since": since, "until": until}
    with stage.connect() as connection:
        return dict(connection.execute(read(HERE / "sql" / "planted.sql"), values).fetchall())
