"""The audit's own table: what each combination of findings gives."""

import pytest

from compliance.audit.rules import CODES, NEED_POLICY, ROWS, TABLE, Findings, codes
from registry.decision import DENY_CODES
from registry.reasons import REASONS

CLEAN = Findings(checked=True, denied=False, lapsed=False, same_caller=True, over_cap=False)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        ({"checked": False, "same_caller": False}, ("no_check",)),
        ({"denied": True}, ("called_after_deny",)),
        ({"lapsed": True}, ("check_expired",)),
        ({"denied": True, "lapsed": True}, ("called_after_deny",)),
        ({"same_caller": False}, ("caller_mismatch",)),
        ({"denied": True, "same_caller": False}, ("called_after_deny", "caller_mismatch")),
        ({"lapsed": True, "same_caller": False}, ("check_expired", "caller_mismatch")),
        ({"over_cap": True}, ("attempts_exceeded_in_calls",)),
        (
            {"checked": False, "same_caller": False, "over_cap": True},
            ("no_check", "attempts_exceeded_in_calls"),
        ),
    ],
)
def test_it_gives_every_code_that_holds(changes, found):
    assert codes(CLEAN._replace(**changes)) == found


def test_it_accuses_of_nothing_only_where_everything_was_right():
    assert [findings for findings, found in TABLE.items() if not found] == [CLEAN]


def test_it_lists_every_combination_once():
    assert len(TABLE) == 2 ** len(Findings._fields)
    assert len(set(ROWS)) == len(ROWS) == sum(len(found) for found in TABLE.values())


def test_it_uses_codes_that_the_register_explains():
    assert all(REASONS[code].verdict == "audit" for code in CODES)
    assert not set(CODES) & set(DENY_CODES)
    assert set(CODES) >= NEED_POLICY
