"""What cannot be established is never an allow: each way a question may stay undecided, and that no check is left.

What the register can make by itself (calling hours, a month's partition) it makes when asked, and then decides.
"""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from registry import companies, partitions
from registry.api.problems import translate
from registry.decision import Facts
from registry.errors import PolicyGap, RuleNotLoaded, Undecidable
from registry.models import Check, Decision, Policy, RuleSet, Schedule, Segment
from registry.periods import Moment, since
from registry.predial import facts
from registry.predial.check import check
from registry.predial.facts import ask
from registry.predial.scrub import scrub
from tests.registry.one_of_each import agree, question

LONG_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
#: No country has this calling code, so the numbering plan has no place for it.
NOWHERE = 210123456789


@pytest.fixture(autouse=True)
def forgotten():
    """The process's memory of the rule's id belongs to the database of one test."""
    facts._rule_ids.clear()
    yield
    facts._rule_ids.clear()


@pytest.fixture
def consent(acme, ana):
    """With it, the question would be allowed: only what a test takes away can stand against it."""
    return agree(acme, ana, "form-1")


@pytest.fixture
def asked(acme, ana, consent):
    return question(acme, ana)


def close_policies(sector, clock, **more):
    """Take the terms for a sector off the record, as a load that goes wrong might."""
    Policy.objects.current().filter(jurisdiction="CN", sector=sector, **more).update(
        recorded=since(None, clock)
    )


def test_it_allows_while_nothing_is_missing(asked, moment):
    (answer,) = check([asked], moment)
    assert answer.decision.allowed
    assert Check.objects.get().pk == answer.check_id


def test_it_decides_nothing_without_a_policy(asked, moment, clock):
    close_policies("insurance", clock)
    (answer,) = check([asked], moment)
    assert type(answer) is PolicyGap
    assert not Check.objects.exists()


def test_a_gap_spoils_only_its_own_question(acme, asked, moment, clock):
    close_policies("insurance", clock)
    first, second = check([asked, asked._replace(sector=1)], moment)
    assert type(first) is PolicyGap
    assert second.decision.reasons == ("consent_missing",)
    assert Check.objects.get().pk == second.check_id


def test_it_decides_nothing_about_a_number_of_no_place(asked, moment):
    (answer,) = check([asked._replace(number=NOWHERE)], moment)
    assert type(answer) is PolicyGap
    assert not Check.objects.exists()


def test_a_scrub_answers_no_row_it_cannot_decide(asked, ana, moment):
    first, second = scrub([NOWHERE, ana], asked, moment)
    assert (first.allowed, type(first.problem), first.check_id) == (None, PolicyGap, None)
    assert second.allowed
    assert Check.objects.get().pk == second.check_id


def test_it_decides_nothing_without_a_rule_for_the_time(asked, moment, clock):
    RuleSet.objects.update(valid=since(None, clock))
    (answer,) = check([asked], moment)
    assert type(answer) is RuleNotLoaded
    assert not Check.objects.exists()


def test_it_decides_nothing_when_the_database_holds_another_rule(asked, moment, monkeypatch):
    monkeypatch.setattr(facts, "RULE_DIGEST", "the rule of another release")
    with pytest.raises(RuleNotLoaded):
        check([asked], moment)
    assert not Check.objects.exists()


def test_it_decides_nothing_under_a_rule_that_is_not_its_own(asked, moment, clock):
    """A newer rule judges calls from now on, and this process still runs the older program."""
    RuleSet.objects.update(valid=since(None, clock))
    newer = RuleSet.objects.create(digest="newer", valid=since(clock), loaded_at=clock)
    Decision.objects.bulk_create(
        Decision(id=(newer.pk << facts.RULE_BITS) + row.pk % 2**facts.RULE_BITS, rule=newer, **copied(row))
        for row in Decision.objects.filter(ground="consent", standing="licensed", refused=False)
    )
    with pytest.raises(RuleNotLoaded):
        check([asked], moment)
    with pytest.raises(RuleNotLoaded):
        scrub([asked.number], asked, moment)
    assert not Check.objects.exists()


@pytest.mark.parametrize("fact", Facts._fields)
def test_it_decides_nothing_while_a_fact_is_unknown(asked, moment, monkeypatch, fact):
    for name in ("ASK", "WRITE"):
        blind = getattr(facts, name).replace(f"= facts.{fact}\n", "= NULL\n")
        assert blind != getattr(facts, name)
        monkeypatch.setattr(facts, name, blind)
    (answer,) = check([asked], moment)
    assert isinstance(answer, Undecidable)
    assert not Check.objects.exists()


def test_it_makes_calling_hours_when_they_are_asked_for(asked, moment):
    Segment.objects.all().delete()
    Schedule.objects.all().delete()
    (answer,) = check([asked], moment)
    assert answer.decision.allowed
    assert Schedule.objects.get().calendar == "CN"
    assert Check.objects.get().pk == answer.check_id


def test_it_makes_the_calling_hours_of_another_year(asked, consent, clock):
    then = datetime(2027, 2, 2, 2, 0, tzinfo=UTC)
    (answer,) = check([asked], Moment(then, then))
    assert answer.decision.allowed
    assert Schedule.objects.get(calendar="CN", windows_key=answer.windows_key).last_day.year >= 2027
    assert Check.objects.get().checked_at == then


def test_it_decides_nothing_where_the_hours_stay_unknown(asked, moment, clock):
    """The schedule claims to reach over the day, and holds no hours: what it claims is not believed."""
    (answer,) = ask([asked], moment)
    Segment.objects.all().delete()
    Schedule.objects.update(
        first_day=datetime(2020, 1, 1, tzinfo=UTC), last_day=datetime(2030, 1, 1, tzinfo=UTC)
    )
    (answer,) = check([asked], moment)
    assert type(answer) is Undecidable
    assert not Check.objects.exists()


def test_it_makes_the_partition_of_a_month_that_has_none(asked):
    later = datetime(2027, 5, 4, 2, 0, tzinfo=UTC)
    (answer,) = check([asked], Moment(later, later))
    assert answer.decision.allowed
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM registry_check")
        assert cursor.fetchall() == [("registry_check_2027_05",)]


def test_it_answers_nothing_that_it_cannot_write(asked, monkeypatch):
    monkeypatch.setattr(partitions, "ensure_around", lambda *_: 0)
    later = datetime(2027, 5, 4, 2, 0, tzinfo=UTC)
    with pytest.raises(DatabaseError, match="no partition"), transaction.atomic():
        check([asked], Moment(later, later))
    assert not Check.objects.exists()


def test_it_refuses_to_lose_a_question(asked, moment, monkeypatch):
    monkeypatch.setattr(facts, "run", lambda *_: [])
    with pytest.raises(Undecidable):
        ask([asked], moment)


def copied(row):
    """What a row of the truth table says, without its id and its rule."""
    return {
        field.name: getattr(row, field.name) for field in row._meta.fields if field.name not in ("id", "rule")
    }


def another_connection():
    """A connection to the same database that is not Django's."""
    arguments = connection.get_connection_params()
    for own in ("context", "cursor_factory", "prepare_threshold"):
        arguments.pop(own, None)
    return psycopg.connect(**arguments, autocommit=True)


@pytest.fixture
def committed_question(committed, ana):
    """The same question, in a database that other connections see."""
    then = Moment.of(LONG_BEFORE)
    company = companies.enter(name="Acme Insurance", moment=then)
    companies.license(company=company, sectors=["insurance"], moment=then)
    companies.add_caller(company=company, number=861065551234, moment=then)
    agree(company, ana, "form-1")
    return question(company, ana)


def test_it_decides_nothing_when_the_database_goes_away(committed_question, moment):
    """The server ends the connection, as at a restart; the next question finds a new one."""
    connection.ensure_connection()
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with pytest.raises(Undecidable):
        check([committed_question], moment)
    connection.close()
    assert not Check.objects.exists()
    (answer,) = check([committed_question], moment)
    assert answer.decision.allowed


def test_it_decides_nothing_without_a_database(committed_question, moment, monkeypatch):
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nonexistent")
        patch.setitem(connection.settings_dict, "PORT", "1")
        with pytest.raises((Undecidable, OperationalError)) as caught:
            check([committed_question], moment)
    assert translate(caught.value).status == 503
    connection.close()
    assert not Check.objects.exists()


def test_it_keeps_no_check_that_it_could_not_answer(committed_question, moment, monkeypatch):
    """Outside a transaction too: a check that was written and not answered would look like an allow."""
    monkeypatch.setattr(facts, "RULE_DIGEST", "the rule of another release")
    with pytest.raises(RuleNotLoaded):
        check([committed_question], moment)
    assert not Check.objects.exists()
