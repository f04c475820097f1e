"""Which numbers of a list are alike (`alike.sql`) is held against all that `facts.sql` reads of a number."""

import re

import pytest

from registry.models import Consent, OptOut
from registry.predial.facts import HERE
from registry.sql import read

#: What `facts.sql` reads that is the same for every number of one stretch of the numbering plan.
OF_THE_PLACE = {"numberrange", "policy", "licence", "caller", "schedule", "segment", "holiday"}


def code(name: str) -> str:
    """A statement without its comments, its blanks made one."""
    return " ".join(re.sub(r"--.*", "", read(HERE / name)).split())


FACTS, ALIKE, SPREAD = code("facts.sql"), code("alike.sql"), code("spread.sql")


def tables(statement: str) -> set[str]:
    return set(re.findall(r"registry_(\w+)", statement))


def conditions(statement: str, table: str) -> str:
    """What follows a table, up to where its subquery ends."""
    found = re.search(rf"registry_{table}\b( AS)?( k)? WHERE (.*)", statement)
    assert found, f"{table} is not asked with a WHERE of its own"
    depth = 0
    for place, sign in enumerate(found[3]):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            return found[3][:place].strip()
    return found[3]


def parts(condition: str) -> set[str]:
    """The terms of a condition, whatever their alias."""
    return {re.sub(r"\bk\.", "", term).strip() for term in re.split(r"\bAND\b(?![^(]*\))", condition)}


def test_it_knows_every_table():
    """A table that is new in `facts.sql` is either one of the place, or must be looked at in `alike.sql` too."""
    assert tables(FACTS) - OF_THE_PLACE <= tables(ALIKE)
    assert tables(ALIKE) <= tables(FACTS)


def test_it_takes_no_table_of_numbers_for_one_of_the_place():
    for table in OF_THE_PLACE:
        for found in re.finditer(rf"registry_{table}\b(.*?)\)", FACTS):
            assert not re.search(r"\b(number = asked\.number|asked\.number = )", found[1]), table


def test_it_knows_every_use_of_the_number():
    """Its place in the plan, and rows under it; if `facts.sql` looks at a number in any other way, think again."""
    uses = re.findall(r"\S+ (?:\S+ )?\S*asked\.number\S*", FACTS)
    known = re.compile(r"rpad\(asked\.number::text|number = asked\.number")
    assert uses
    assert not [use for use in uses if not known.search(use)]


@pytest.mark.parametrize("table", ["optout", "consent"])
def test_it_asks_for_the_records_that_count(table):
    """Word for word: numbers are told apart by the one record they have, so none may be missed or added."""
    of_one = conditions(FACTS, table).removeprefix("number = asked.number AND ")
    of_many = conditions(ALIKE, table).removeprefix(
        "number = ANY (ARRAY(SELECT number FROM scrub_number)) AND "
    )
    assert of_many == of_one


def columns(statement: str, table: str) -> set[str]:
    """The columns of a table that a statement reads, in the subquery where it is asked for the records that count."""
    before = statement[: re.search(rf"FROM registry_{table} WHERE", statement).start()]
    model = {"optout": OptOut, "consent": Consent}[table]
    known = {field.column for field in model._meta.fields}
    return (
        set(
            re.findall(
                r"\w+",
                before[before.rindex("FROM (") if statement is FACTS else before.rindex("LATERAL (") :],
            )
        )
        & known
    )


@pytest.mark.parametrize("table", ["optout", "consent"])
def test_it_tells_records_apart_by_all_that_is_read_of_them(table):
    read_here = columns(ALIKE, table) - {"number"}
    assert columns(FACTS, table) - {"number"} == read_here
    assert len(read_here) > 3


def test_it_makes_a_kind_of_everything_but_the_numbers_own():
    """What is read of a record is in its shape, or compared, or one of those that spread.sql gives back."""
    shapes = " ".join(re.findall(r"(?:min|array_agg)\( (.*?) \) AS shape", ALIKE))
    assert set(re.findall(r"[a-z_]+", shapes)) >= {
        *("scope", "channels", "days", "from_minute", "to_minute"),
        *("on_channel", "in_force", "later", "status"),
    }
    (kind,) = re.findall(r"GROUP BY (place.*?) \), asked AS", ALIKE)
    assert kind == "place, said, coalesce(agreed, '{}'), taken_back, said_since"
    for name in kind.replace("coalesce(agreed, '{}')", "agreed").split(", "):
        assert re.search(rf"kinds\.{name} = (known\.{name}|coalesce\(known\.{name}, )", SPREAD), name


@pytest.mark.parametrize("table", ["reassignment", "relationship", "check"])
def test_it_finds_every_row_that_counts(table):
    """Fewer conditions find more rows, and so fewer numbers alike: each condition is one of `facts.sql`."""
    assert parts(conditions(ALIKE, table)) <= parts(conditions(FACTS, table))
    assert "number = asked.number" in parts(conditions(ALIKE, table))
