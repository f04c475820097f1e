"""What tells kinds of questions apart knows of everything that `facts.sql` sees; a new table or column fails here."""

import re

import pytest

from registry import models
from registry.predial.facts import HERE
from registry.sql import read

#: What facts.sql and decided.sql read, and which of our statements knows of it.
KNOWN = {
    "registry_optout": "many_held.sql",
    "registry_consent": "many_held.sql",
    "registry_relationship": "many_held.sql",
    "registry_reassignment": "many_held.sql",
    "registry_check": "many_held.sql",
    "registry_numberrange": "many_subjects.sql",
    "registry_segment": "many_places.sql",
    "registry_schedule": "many_places.sql",
    "registry_policy": "many_kinds.sql",
    "registry_licence": "many_kinds.sql",
    "registry_caller": "many_kinds.sql",
    "registry_ruleset": "many_kinds.sql",
    # The truth table is a function of the facts; holidays weigh on opt-outs of certain days, which are never plain.
    "registry_decision": None,
    "registry_holiday": None,
}
ASKED = {
    "n", "company_id", "seller_id", "number", "caller", "sector", "channel", "purpose", "at", "known_at", "before",
}  # fmt: skip
#: Columns that only say which rows there are, or that follow from others that are looked at.
PER_NUMBER = {
    models.OptOut: {"to_minute"},  # is there where from_minute is
    models.Consent: set(),
    models.Relationship: set(),
    models.Reassignment: {"valid", "recorded"},  # every row counts, at whatever time
    models.Check: set(),
}


def text(*names):
    """Statements without their comments."""
    return re.sub(r"--[^\n]*", "", "\n".join(read(HERE / name) for name in names))


def test_it_knows_every_table_the_facts_come_from():
    found = set(re.findall(r"registry_\w+", text("facts.sql", "decided.sql")))
    assert found == set(KNOWN)
    for table, name in KNOWN.items():
        assert name is None or table in text(name), table


def test_it_knows_everything_that_facts_see_of_a_question():
    assert set(re.findall(r"asked\.(\w+)", text("facts.sql", "decided.sql"))) <= ASKED


def part(statement, table):
    """The parts of a statement that read a table: from the join before to the one after."""
    parts = re.split(r"\b(?:LEFT|CROSS) JOIN LATERAL\b", statement)
    return "\n".join(part for part in parts if re.search(rf"\b{table}\b", part))


@pytest.mark.parametrize("model", PER_NUMBER, ids=lambda model: model.__name__)
def test_it_looks_at_every_column_that_facts_see_of_a_record(model):
    table = model._meta.db_table
    columns = {field.column for field in model._meta.concrete_fields} - {"id"}
    words = [
        set(re.findall(r"\w+", part(text(name), table))) & columns for name in ("facts.sql", "many_held.sql")
    ]
    assert words[0] - PER_NUMBER[model] <= words[1]
