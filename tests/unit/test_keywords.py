"""Texts to the register are understood as people write them; what is not clear changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import SECTORS
from registry.keywords import ACTIONS, CATEGORIES, categories, read


@pytest.mark.parametrize(
    "text",
    ["T", "t", " T. ", "TD", "td", "\uff34", "\uff34\uff24", "N", "n", "STOP", "Stop!", "stop all",
     "退订", "“退订”", "退订。",
     "拒收", "FULLY BLOCK", "fully  block", "BLOCK 0", "START 0", "STOP 0", "unsubscribe"],
)  # fmt: skip
def test_it_refuses_everything(text):
    assert read(text) == ("refuse_all", ())


@pytest.mark.parametrize(
    ("text", "action", "sectors"),
    [
        ("BLOCK 1,3", "refuse_sectors", ("insurance", "finance", "education")),
        ("block 1 3", "refuse_sectors", ("insurance", "finance", "education")),
        ("BLOCK 1、3", "refuse_sectors", ("insurance", "finance", "education")),
        ("BLOCK1,3", "refuse_sectors", ("insurance", "finance", "education")),
        ("START 2", "refuse_sectors", ("real_estate",)),
        ("BLOCK 8,8", "refuse_sectors", ("food",)),
        ("STOP 1", "refuse_sectors", ("insurance", "finance")),
        ("stop 2,3", "refuse_sectors", ("real_estate", "education")),
        ("UNBLOCK 1", "release_sectors", ("insurance", "finance")),
        ("UNBLOCK ALL", "release_all", ()),
        ("恢复", "release_all", ()),
        ("STATUS", "status", ()),
        ("查询", "status", ()),
    ],
)
def test_it_reads_preferences(text, action, sectors):
    assert read(text) == (action, sectors)


@pytest.mark.parametrize(
    "text",
    ["", "?", "hello", "please stop calling me", "BLOCK 9", "BLOCK 1,99", "BLOCK", "START", "STOP 9", "STOP IT",
     "T T", "不要退订", "BLOCK 1,,", "block １２３"],
)  # fmt: skip
def test_it_changes_nothing_where_it_is_not_clear(text):
    assert read(text) == ("help", ())


@given(st.text(max_size=200))
def test_it_reads_anything(text):
    wish = read(text)
    assert wish.action in ACTIONS
    assert set(wish.sectors) <= set(SECTORS)


def test_it_says_how_to_take_sectors_back():
    for text in ("STOP 1", "BLOCK 2,7", "START 8"):
        numbers = categories(read(text).sectors)
        assert read(f"UNBLOCK {numbers}") == ("release_sectors", read(text).sectors)


def test_it_covers_indias_categories():
    assert sorted(CATEGORIES) == list(range(1, 9))
