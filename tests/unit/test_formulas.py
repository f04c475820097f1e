"""Nothing that came from outside is a formula in a spreadsheet, and a number stays as it stands."""

import pytest

from compliance.desk.lists import _cell
from registry.lists import rejects


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1*HYPERLINK(2)", "'=1*HYPERLINK(2)"),
        ("+1*cmd|'/C calc'!A0", "'+1*cmd|'/C calc'!A0"),
        ("@SUM(1*2)", "'@SUM(1*2)"),
        ("+86138****8000", "+86138****8000"),
        ("Acme * Co", "Acme * Co"),
        (None, ""),
        (-3, "'-3"),
    ],
)
def test_a_list_gives_a_spreadsheet_no_formula(value, shown):
    assert _cell(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=cmd()", "'=cmd()"),
        ("+cmd|'/C calc'!A0", "'+cmd|'/C calc'!A0"),
        ("+1 (212) 555-01", "+1 (212) 555-01"),
        ("+8613800138000", "+8613800138000"),
        ("none", "none"),
    ],
)
def test_refused_rows_give_a_spreadsheet_no_formula(value, shown):
    assert rejects.cells((1, value, "code", "message"))[1] == shown
