"""Lists of numbers: the layouts that are recognised, and those the sender describes."""

import io

import pytest

from registry.lists.numbers import Entry, UnknownLayout, entries
from registry.lists.text import Source


def read(text: str, **options):
    return list(entries(Source(io.BytesIO(text.encode())), **options))


def numbers(text: str, **options):
    return [row.number if isinstance(row, Entry) else row.code for row in read(text, **options)]


def test_it_reads_one_number_a_line():
    assert numbers('+8613800138001\n8613800138002\n\n"+8613800138003"\n') == [
        8613800138001,
        8613800138002,
        8613800138003,
    ]


def test_it_reads_national_numbers_only_with_their_region():
    assert numbers("13800138001\n010-65551234\n", region="CN") == [8613800138001, 861065551234]
    assert numbers("010-65551234\n") == ["number_not_e164"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_it_finds_the_number_by_the_header(mark):
    text = mark.join(["name", "Number", "Said At"]) + "\n" + mark.join(["A", "+8613800138001", "x"]) + "\n"
    assert read(text) == [Entry(2, 8613800138001, {"name": "A", "said_at": "x"})]


def test_it_reads_the_canadian_and_the_ftc_layout():
    assert numbers("416,5550123\r\n212,5550100\r\n") == [14165550123, 12125550100]
    assert numbers("416,5550123\n", layout="nanp", region="CA") == [14165550123]


def test_it_reads_the_british_layout():
    assert numbers("01632960001 \r\n0163296002  \r\n02079460018 \r\n") == [
        441632960001,
        44163296002,
        442079460018,
    ]


def test_it_reads_a_column_the_sender_names():
    assert numbers("x|+8613800138001|y\nx|+8613800138002|y|z\nx\n", column="2", delimiter="|") == [
        8613800138001,
        8613800138002,
        "columns_too_few",
    ]
    assert numbers("who;Tele phone\nA;+8613800138001\n", column="tele-phone", delimiter=";") == [
        8613800138001
    ]


def test_it_says_which_row_holds_no_number_and_why():
    found = read("number,name\nabc,A\n+8613800138001,B\n123,C\n,D\n+8613800138002,E,F\n")
    assert [(row.line, row.value, row.code) for row in found if not isinstance(row, Entry)] == [
        (2, "abc", "number_malformed"),
        (4, "123", "number_not_possible"),
        (5, ",D", "number_missing"),
        (6, "+8613800138002,E,F", "columns_too_many"),
    ]
    assert [row.number for row in found if isinstance(row, Entry)] == [8613800138001]


def test_a_stray_quotation_mark_hides_no_number_after_it():
    text = '+8613800138001\n"+8613800138002\n' + "".join(f"+86138001390{n:02}\n" for n in range(50))
    found = numbers(text)
    assert found[:2] == [8613800138001, "quote_unterminated"]
    assert len(found) == 52


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("phone,name\n+8613800138001,A\n", {}),
        ("phone,name\n+8613800138001,A\n", {"layout": "csv"}),
        ("a,b\n1,2\n", {"column": "c"}),
        ("a,b\n1,2\n", {"column": "0"}),
        ("number,number\n1,2\n", {}),
    ],
)
def test_it_does_not_guess_at_other_layouts(text, options):
    with pytest.raises(UnknownLayout):
        read(text, **options)


def test_it_reads_nothing_from_an_empty_list():
    assert numbers("") == numbers("\n\n") == numbers("number\n") == []
