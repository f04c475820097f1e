"""Files as rows: encodings, quotation marks, damage."""

import io
import tracemalloc

import pytest

from registry.lists.rows import Rejected, Row, rows
from registry.lists.text import LINE_LENGTH, Source, UnreadableFile

TEXT = "number,notice\n+8613800138001,同意接收保险产品信息\n+8613800138002,好的\n"


def read(data: bytes, **options):
    return list(rows(Source(io.BytesIO(data)).lines(), **options))


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode("gb18030"),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "crlf", "cr"],
)
def test_it_reads_an_encoding(data):
    assert read(data) == [
        Row(1, ["number", "notice"]),
        Row(2, ["+8613800138001", "同意接收保险产品信息"]),
        Row(3, ["+8613800138002", "好的"]),
    ]


def test_it_reads_latin_1():
    text = "number,notice\n+4915112345678,Ich möchte Angebote für Möbel erhalten\n"
    assert read(text.encode("latin-1"))[1].cells[1] == "Ich möchte Angebote für Möbel erhalten"


def test_it_finds_the_encoding_by_text_far_below_the_first_block():
    data = b"+8613800138001,yes\n" * 30_000 + "+8613800138002,好的\n".encode("gb18030")
    assert read(data)[-1].cells[1] == "好的"


def test_it_refuses_the_line_that_is_not_in_the_files_encoding_and_no_other():
    data = "号码,一\n号码,二\n".encode() + b"broken,\xff\xfe\n" + "号码,四\n".encode()
    found = read(data)
    assert [row.line for row in found] == [1, 2, 3, 4]
    assert found[2].code == "encoding_malformed"
    assert isinstance(found[3], Row)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x1f\x8b", b"%PDF-1.7", b"\xd0\xcf\x11\xe0"])
def test_it_refuses_files_that_are_no_text(start):
    with pytest.raises(UnreadableFile):
        Source(io.BytesIO(start + bytes(range(256))))


def test_it_reads_nothing_from_an_empty_file():
    assert read(b"") == read("\n \r\n,,\n".encode("utf-8-sig")) == []


def test_it_keeps_a_quoted_cell_of_several_lines_as_it_stands():
    found = read(b'a,"line one\r\nline ""two""\r\n",c\r\nd,e,f\r\n')
    assert found == [Row(1, ["a", 'line one\r\nline "two"\r\n', "c"]), Row(4, ["d", "e", "f"])]


@pytest.mark.parametrize("broken", ['b,"never closed,c', 'b,"closed" and more,c', 'b"b,c,"'])
def test_a_broken_quotation_mark_spoils_its_own_line_only(broken):
    data = f"a,b,c\n{broken}\n" + "".join(f'{n},"x, y",z\n' for n in range(500))
    found = read(data.encode())
    assert [row for row in found if isinstance(row, Rejected)] == [
        Rejected(
            2,
            broken,
            "quote_unterminated",
            'A quotation mark is opened and not closed. Write a quotation mark twice ("")',
        )
    ]
    assert sum(isinstance(row, Row) for row in found) == 501


def test_it_refuses_a_nul_character():
    assert [row.code for row in read(b"a,b\0c\n" + b"d,e\n" * 100) if isinstance(row, Rejected)] == [
        "nul_byte"
    ]


def test_it_refuses_an_endless_line_without_holding_it():
    data = io.BytesIO(b"1,2\n" + b"9" * 40 * LINE_LENGTH + b"\n3,4\n")
    tracemalloc.start()
    found = list(rows(Source(data).lines()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(row.line, getattr(row, "code", None)) for row in found] == [
        (1, None),
        (2, "line_too_long"),
        (3, None),
    ]
    assert len(found[1].value) == 200
    assert peak < 12 * LINE_LENGTH
