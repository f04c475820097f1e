"""Which numbers of a list are alike (`alike.sql`) is held against all that `facts.sql` reads of a number."""

import re

import pytest

from registry.predial.facts import HERE
from registry.sql import read

#: What `facts.sql` reads that is the same for every number of one stretch of the numbering plan.
OF_THE_PLACE = {"numberrange", "policy", "licence", "caller", "schedule", "segment", "holiday"}


def code(name: str) -> str:
    """A statement without its comments, its blanks made one."""
    return " ".join(re.sub(r"--.*", "", read(HERE / name)).split())


FACTS, ALIKE = code("facts.sql"), code("alike.sql")


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


def test_it_asks_for_the_opt_outs_that_count():
    """Word for word: numbers are told apart by the one opt-out they have, so none may be missed or added."""
    of_one = conditions(FACTS, "optout").removeprefix("number = asked.number AND ")
    of_many = conditions(ALIKE, "optout").removeprefix(
        "number = ANY (ARRAY(SELECT number FROM scrub_number)) AND "
    )
    assert of_many == of_one


def test_it_tells_opt_outs_apart_by_all_that_is_read_of_them():
    (read_of_it,) = re.findall(r"SELECT ([^()]*?lower\(valid\) AS at,.*?) FROM registry_optout", FACTS)
    columns = set(
        re.findall(r"\b(record_id|scope|channels|days|from_minute|to_minute|sector|\w+_id)\b", read_of_it)
    )
    shape = re.search(r"min\( (1 .*?) AS shape", ALIKE)[1]
    assert columns - {"record_id"} == set(
        re.findall(r"\b(scope|channels|days|from_minute|to_minute)\b", shape)
    )
    assert "min(record_id) AS opt_out_record" in ALIKE
    assert "min(one.at) AS since" in ALIKE


@pytest.mark.parametrize("table", ["reassignment", "consent", "relationship", "check"])
def test_it_finds_every_row_that_counts(table):
    """Fewer conditions find more rows, and so fewer numbers alike: each condition is one of `facts.sql`."""
    assert parts(conditions(ALIKE, table)) <= parts(conditions(FACTS, table))
    assert "number = asked.number" in parts(conditions(ALIKE, table))
