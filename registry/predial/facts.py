"""The ways to ask `facts.sql`, all of them the same statement: only what fills `asked` differs.

`decide_values` asks about values in memory (a single check is a batch of one), `DECIDED` is the text that a scrub and
an audit put their own `asked` in front of. One row comes out for each row in; anything else raises.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import OperationalError, connection

from registry import timetables
from registry.decision import COMBINATIONS, DECISIONS, RULE_DIGEST, Decision, Facts
from registry.errors import KeyNotValid, PolicyGap, RuleNotLoaded, Undecidable
from registry.models import RuleSet
from registry.periods import Moment
from registry.predial.statements import instants, numbers, run, texts
from registry.shapes import LONGEST_CAP
from registry.sql import read

HERE = Path(__file__).parent
#: The id of a decision is that of its rule, shifted, plus its place in the truth table.
RULE_BITS = 16
#: CTEs `facts` and `decided` over a CTE `asked` that the asker writes in front.
DECIDED = f"facts AS MATERIALIZED (\n{read(HERE / 'facts.sql')}), decided AS (\n{read(HERE / 'decided.sql')})"

#: `asked` from arrays, one element a question.
FROM_VALUES = """asked AS MATERIALIZED (
    SELECT * FROM unnest(
        %(n)s::int[], %(company_id)s::bigint[], %(seller_id)s::bigint[], %(number)s::bigint[], %(caller)s::bigint[],
        %(sector)s::smallint[], %(channel)s::smallint[], %(purpose)s::smallint[], %(campaign)s::text[],
        %(reference)s::text[], %(at)s::timestamptz[], %(known_at)s::timestamptz[], %(before)s::timestamptz[]
    ) AS q (n, company_id, seller_id, number, caller, sector, channel, purpose, campaign, reference,
            at, known_at, before)
)"""
FIELDS = (
    "company_id",
    "seller_id",
    "number",
    "caller",
    "sector",
    "channel",
    "purpose",
    "campaign",
    "reference",
)
TEXTS = frozenset({"campaign", "reference"})


class Row(NamedTuple):
    """What comes out for a question, the facts in the order of `Facts`."""

    n: int
    at: datetime
    standing: str
    caller_registered: bool
    refused: bool
    out_of_all: bool
    out_of_sector: bool
    out_of_channel: bool
    ground: str
    regime: str
    hours: str
    attempts_exceeded: bool
    decision_id: int | None
    policy_id: int | None
    consent_record: int | None
    relationship_record: int | None
    opt_out_record: int | None
    since: datetime | None
    basis_ends_at: datetime | None
    valid_until: datetime | None
    free_at: datetime | None
    windows_key: str | None
    calendar: str | None
    zone_key: str | None
    check_id: int | None


_FACTS = slice(Row._fields.index(Facts._fields[0]), Row._fields.index(Facts._fields[-1]) + 1)

WRITE = f"""WITH {FROM_VALUES}, {DECIDED}, numbered AS MATERIALIZED (
    SELECT decided.*, %(kind)s::smallint AS kind,
        CASE WHEN decision_id >> {RULE_BITS} = %(rule_id)s::bigint AND asker.granted
            THEN nextval('registry_check_id_seq')
        END AS check_id
    FROM decided CROSS JOIN (
{read(HERE / "may_ask.sql")}) AS asker
), written AS (
{read(HERE / "write_checks.sql")})
SELECT {", ".join(Row._fields)} FROM numbered ORDER BY n"""
ASK = f"""WITH {FROM_VALUES}, {DECIDED}
SELECT {", ".join(Row._fields[:-1])}, NULL::bigint AS check_id FROM decided ORDER BY n"""


def bounds(earliest: datetime, latest: datetime) -> dict[str, datetime]:
    """The parameters `earliest` and `latest` of `facts.sql`, for questions whose `before` lies between the two."""
    # Two days more for the local midnights before which the first of the caps' windows may begin.
    return {"earliest": earliest - LONGEST_CAP - timedelta(days=2), "latest": latest}


class Question(NamedTuple):
    """May `company` call `number` from `caller`, for `seller`, about `sector`, on `channel`? Codes are places."""

    company_id: int
    seller_id: int
    number: int
    caller: int
    sector: int
    channel: int
    purpose: int = 0
    campaign: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's decision with its facts and evidence, as `facts.sql` and the truth table gave it."""

    question: Question
    at: datetime
    facts: Facts
    decision: Decision
    decision_id: int
    policy_id: int
    consent: int | None
    relationship: int | None
    opt_out: int | None
    since: datetime | None
    basis_ends_at: datetime | None
    valid_until: datetime | None
    free_at: datetime | None
    windows_key: str
    calendar: str
    zone_key: str
    check_id: int | None = None
    next_allowed_at: datetime | None = None


def ask(
    questions: Sequence[Question], moment: Moment, *, write: str | None = None, key_id: int | None = None
) -> list[Answer | Undecidable]:
    """Establish facts and decision of each question at `moment`, in their order; with `write`, store them as checks.

    `write` is a check kind's place in the table as text (`dial`, `scrub`). A question that cannot be decided answers
    with `Undecidable`, never with an allow. Raises `RuleNotLoaded` if the database holds another rule than this
    program, and `KeyNotValid`, with nothing written, if `key_id` names an API key that may not ask these questions.
    """
    answers = _run(questions, [moment] * len(questions), write, key_id)
    missing = [n for n, row in enumerate(answers) if row.decision_id is None and row.zone_key]
    if missing:
        _make_timetables(answers[n] for n in missing)
        again = _run([questions[n] for n in missing], [moment] * len(missing), write, key_id)
        for n, row in zip(missing, again, strict=True):
            answers[n] = row
    return [_answer(question, row) for question, row in zip(questions, answers, strict=True)]


def ask_at(
    questions: Sequence[Question], instants: Sequence[datetime], known_at: datetime
) -> list[Answer | Undecidable]:
    """The answers to each question at its own instant, as known at `known_at`; nothing is written."""
    rows = _run(questions, [Moment(at, known_at) for at in instants], None)
    return [_answer(question, row) for question, row in zip(questions, rows, strict=True)]


def ask_as_of(question: Question, moment: Moment, *, before: datetime) -> Answer | Undecidable:
    """The answer to one question about the past: as of `moment`, attempts counted up to `before`. Writes nothing."""
    (row,) = _run([question], [moment], None, before=before)
    return _answer(question, row)


def _run(
    questions: Sequence[Question],
    moments: Sequence[Moment],
    write: str | None,
    key_id: int | None = None,
    before: datetime | None = None,
) -> list[Row]:
    columns = list(zip(*questions, strict=True)) if questions else [()] * len(FIELDS)
    values: dict[str, Any] = {
        name: texts(column) if name in TEXTS else numbers(column)
        for name, column in zip(FIELDS, columns, strict=True)
    }
    at = [moment.at for moment in moments]
    values["n"] = numbers(range(len(questions)))
    values["at"] = instants(at)
    counted = at if before is None else [before] * len(at)
    values["before"] = instants(counted)
    values["known_at"] = instants(moment.known_at for moment in moments)
    values |= bounds(min(counted), max(counted)) if at else {"earliest": None, "latest": None}
    if write is not None:
        values |= {"kind": 0 if write == "dial" else 1, "key_id": key_id, "rule_id": _own_rule()}
    rows = run(WRITE if write is not None else ASK, values, Row._make)
    if len(rows) != len(questions):
        raise Undecidable(f"{len(questions)} questions gave {len(rows)} answers")
    if write is not None:
        _demand_written(rows, values["rule_id"])
    return rows


def _demand_written(rows: Iterable[Row], rule_id: int) -> None:
    for row in rows:
        if row.check_id is None and row.decision_id is not None:
            raise KeyNotValid if row.decision_id >> RULE_BITS == rule_id else RuleNotLoaded


def plan_for_bulk() -> None:
    """Let the statements of this transaction be planned for what they are about to read.

    Connections keep one generic plan a statement, which suits single checks; a list of millions or a day of calls
    deserves the second it takes to plan for it. Call it inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def _make_timetables(rows: Iterable[Any]) -> None:
    for row in rows:
        if row.windows_key:
            timetables.ensure(row.windows_key, row.calendar, row.zone_key, row.at)


def _answer(question: Question, row: Any) -> Answer | Undecidable:
    if row.decision_id is None:
        return undecidable(row)
    facts = Facts._make(row[_FACTS])
    if row.decision_id != decision_id(facts):
        raise RuleNotLoaded
    return Answer(
        question=question,
        at=row.at,
        facts=facts,
        decision=DECISIONS[facts],
        decision_id=row.decision_id,
        policy_id=row.policy_id,
        consent=row.consent_record,
        relationship=row.relationship_record,
        opt_out=row.opt_out_record,
        since=row.since,
        basis_ends_at=row.basis_ends_at,
        valid_until=row.valid_until,
        free_at=row.free_at,
        windows_key=row.windows_key,
        calendar=row.calendar,
        zone_key=row.zone_key,
        check_id=row.check_id,
    )


def undecidable(row: Any) -> Undecidable:
    """Why a row of `decided` without a decision has none."""
    if row.zone_key is None:
        return PolicyGap("The numbering plan has no place for that number")
    if row.policy_id is None:
        return PolicyGap("No policy is in force at the number's place, for that sector and time")
    if row.hours is None:
        return Undecidable("The calling hours there are not known for that time")
    return RuleNotLoaded()


_places = {facts: place for place, facts in enumerate(COMBINATIONS)}
_rule_ids: dict[str, int] = {}


def decision_id(facts: Facts) -> int:
    """The id, in the exported truth table, of this program's answer to `facts`."""
    return (_own_rule() << RULE_BITS) + _places[facts]


def _own_rule() -> int:
    """The id of this program's rule. Raises `RuleNotLoaded` if the database does not hold it."""
    if RULE_DIGEST not in _rule_ids:
        try:
            rule = RuleSet.objects.filter(digest=RULE_DIGEST).first()
        except OperationalError as error:
            raise Undecidable("The database did not answer") from error
        if rule is None:
            raise RuleNotLoaded
        _rule_ids[RULE_DIGEST] = rule.pk
    return _rule_ids[RULE_DIGEST]
