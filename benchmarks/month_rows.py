"""The rows of the national month: the stories spread over companies, days and numbers (`sql/month/`).

A further kind of rows (the records
of carriers, say) is a field of `Story`, a statement in `sql/month/` that reads `month_plan`, and a line in `make`.
"""

from collections.abc import Callable

from benchmarks import month_carriers, month_plan
from benchmarks.month_plan import (
    CALLING,
    DAY,
    FIRST_LINE,
    HERE,
    SELLER,
    SELLERS_LINE,
    SUSPENDED,
    Month,
    fetch,
    parts,
    run,
    text,
)
from benchmarks.population import caller
from benchmarks.stories import STORIES
from benchmarks.story import HOUR
from compliance import complaint_matching, complaints
from compliance.models import CallLog
from registry import companies, partitions, suspensions
from registry.codes import SECTORS
from registry.models import Company, Notice
from registry.periods import Moment
from registry.predial.facts import DECIDED, Question, ask, bounds
from registry.predial.facts import HERE as PREDIAL
from registry.sql import read

#: Stories whose checks are asked in one statement.
CHUNK = 100_000
SUSPENDED_ON = 10
ASK = f"""WITH asked AS MATERIALIZED (
{read(HERE / "asked.sql")}), {DECIDED}, numbered AS MATERIALIZED (
    SELECT decided.*, 0::smallint AS kind,
        CASE WHEN decision_id IS NOT NULL THEN nextval('registry_check_id_seq') END AS check_id
    FROM decided
), written AS (
{read(PREDIAL / "write_checks.sql")}RETURNING id)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM written)"""


def make(month: Month, say: Callable[[str], None]) -> int:
    """Write the month, if it is not there, and leave its plan in temporary tables; how many calls it has."""
    months = [partitions.month_of(month.since + n * DAY) for n in range(month.days + 3)]
    partitions.ensure("registry_check", sorted(set(months)))
    partitions.ensure("compliance_call", sorted(set(months)))
    there = Company.objects.filter(name=SUSPENDED).exists()
    if not there:
        _enter(month)
    month_plan.plan(month)
    if not there:
        say(f"  making {month.stories:,} stories from {month.first} on")
        _records(month)
        _ask(month, say)
    run("DROP TABLE IF EXISTS month_check")
    run(text("checks"), since=month.since, until=month.until)
    run("CREATE INDEX ON month_check (place, nth)")
    if not there:
        _calls(month)
        month_carriers.make(month)
        _complain(month, say)
    run("DROP TABLE IF EXISTS month_expected")
    run(text("expected"), rows=parts("calls"), since=month.since, until=month.until)
    run("CREATE INDEX ON month_expected (call_row)")
    ((calls,),) = fetch(
        "SELECT count(*) FROM compliance_call "
        "WHERE call_id LIKE 'month-%%' AND started_at >= %(since)s AND started_at < %(until)s",
        since=month.since,
        until=month.until,
    )
    return calls


def _enter(month: Month) -> None:
    """The companies of the month's own, licensed for ever, one suspended on its tenth day."""
    begins = Moment.of(month.since - 600 * DAY)
    for place, name in enumerate((*CALLING, SELLER)):
        company = companies.enter(name=name, moment=begins)
        companies.license(company=company, sectors=[SECTORS[0]], moment=begins)
        for line in range(2):
            companies.add_caller(company=company, number=caller(FIRST_LINE + place, line), moment=begins)
        if name == SUSPENDED:
            suspensions.suspend(company=company, moment=Moment.of(month.since + SUSPENDED_ON * DAY))


def _records(month: Month) -> None:
    """Everything that is on record of the people, before, within and after their stories."""
    company = Company.objects.get(name=SELLER)
    notice, _ = Notice.objects.get_or_create(
        company=company, sha256="0" * 64, defaults={"text": "May we call you?", "created_at": month.since}
    )
    run(text("consents"), rows=parts("consents"), notice=notice.pk)
    run(text("opt_outs"), rows=parts("opt_outs"), stranger=company.pk)
    for kind, name in (("relationships", "purchase"), ("reassignments", "reassigned")):
        run(text(kind), rows=parts(name))
    for table in ("registry_consent", "registry_optout", "registry_relationship", "registry_reassignment"):
        run(f"ANALYZE {table}")


def _ask(month: Month, say: Callable[[str], None]) -> None:
    """Ask every check as of its time, a turn at a time, and leave the answers as checks."""
    _make_timetables()
    turns = max(len(story.asks) for story in STORIES)
    ((places,),) = fetch("SELECT max(place) + 1 FROM month_plan")
    limits = bounds(month.since - DAY, month.until)
    for turn in range(turns):
        for first in range(0, places, CHUNK):
            values = {
                "rows": parts("asks"),
                "turn": turn,
                "first": first,
                "past": first + CHUNK,
                "sellers_line": SELLERS_LINE,
            }
            ((asked, written),) = fetch(ASK, **values, **limits)
            if asked != written:
                raise RuntimeError(f"of {asked} checks {written} could be answered")
        run("ANALYZE registry_check")
        say(f"  checks, turn {turn + 1} of {turns}")


def _make_timetables() -> None:
    """Have the calling hours made that the checks will be asked about."""
    statement = (
        f"SELECT company_id, seller_id, number, caller, sector, channel, at FROM ({text('asked')}) AS asked"
    )
    for (first,) in fetch("SELECT min(place) FROM month_plan GROUP BY story, company_id"):
        values = {
            "rows": parts("asks"),
            "turn": 0,
            "first": first,
            "past": first + 1,
            "sellers_line": SELLERS_LINE,
        }
        for *question, at in fetch(statement, **values):
            ask([Question(*question)], Moment.of(at))


def _calls(month: Month) -> None:
    log = CallLog.objects.create(
        company_id=month.companies[0], state="completed", format="native", file="", sha256="", bytes_total=0,
        created_at=month.until,
    )  # fmt: skip
    run(text("calls"), rows=parts("calls"), call_log=log.pk, sellers_line=SELLERS_LINE)
    run("ANALYZE compliance_call")


def _complain(month: Month, say: Callable[[str], None]) -> None:
    """People complain an hour after the call, and it is matched when the log is there."""
    filed = [
        *(row[:4] for row in month_plan.complained()),
        *(row[:4] for row in month_carriers.complained(month)),
    ]
    for number, line, sector, called_at in filed:
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
