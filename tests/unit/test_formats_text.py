"""Encodings and line ends: what is detected, what is refused, and what is lost to damage."""

import io

import pytest

from compliance import formats
from compliance.formats.text import HEAD_BYTES, detect

HEADER = "call_id,number,started_at,campaign\n"


def log(*campaigns):
    lines = [f"c{n},+8613800138000,2026-09-01T10:00:00Z,{text}\n" for n, text in enumerate(campaigns)]
    return HEADER + "".join(lines)


def read(data):
    return list(formats.read(io.BytesIO(data), zone=None, region=None))


def campaigns(data):
    return [row.campaign for row in read(data)]


@pytest.mark.parametrize(
    ("encoding", "detected", "text"),
    [
        ("ascii", "ascii", "autumn"),
        ("utf-8", "utf-8", "保险回访"),
        ("utf-8", "utf-8", "Café"),
        ("utf-8-sig", "utf-8", "autumn"),
        ("utf-16", "utf-16-le", "保险回访"),
        ("utf-16-le", "utf-16-le", "保险回访"),
        ("utf-16-be", "utf-16-be", "autumn"),
        ("gb18030", "gb18030", "保险回访"),
        ("gb18030", "gb18030", "朱镕基"),
        ("gbk", "gb18030", "理财 2026"),
        ("latin-1", "cp1252", "Café Müller"),
        ("cp1252", "cp1252", "été – hiver"),
    ],
)
def test_it_detects_the_encoding(encoding, detected, text):
    data = log(text, text, "plain").encode(encoding)
    assert detect(data) == detected
    assert campaigns(data) == [text, text, "plain"]


def test_it_reads_utf_16_with_the_other_byte_order_mark():
    data = b"\xfe\xff" + log("保险").encode("utf-16-be")
    assert detect(data) == "utf-16-be"
    assert campaigns(data) == ["保险"]


@pytest.mark.parametrize(("encoding", "text"), [("utf-8", "保险"), ("gb18030", "保险"), ("cp1252", "Café")])
def test_it_decides_late_when_the_file_begins_in_ascii(encoding, text):
    data = log(*["plain"] * 3000, text, "plain").encode(encoding)
    assert detect(data[:HEAD_BYTES]) == "ascii"
    assert campaigns(data)[-2:] == [text, "plain"]


def test_it_is_not_misled_by_a_character_cut_at_the_end_of_the_head():
    filler = log(*["plain"] * 3000).encode()[: HEAD_BYTES - 60]
    filler = filler[: filler.rindex(b"\n") + 1]
    start = filler + b"c,+8613800138000,2026-09-01T10:00:00Z,"
    padding = "x" * (HEAD_BYTES - len(start) - 1)
    data = start + f"{padding}保险\n".encode()
    assert detect(data[:HEAD_BYTES]) == "ascii"
    assert campaigns(data)[-1] == f"{padding}保险"


def test_it_rejects_the_row_that_is_not_in_the_files_encoding():
    data = log("保险", "理财", "BROKEN", "房产").encode().replace(b"BROKEN", b"\xb1\xa3\xcf\xd5")
    rows = read(data)
    assert [(row.row, getattr(row, "code", "")) for row in rows] == [
        (2, ""),
        (3, ""),
        (4, "encoding_malformed"),
        (5, ""),
    ]
    assert rows[3].campaign == "房产"


def test_it_rejects_the_row_that_is_not_utf_16():
    data = log("one", "BROKEN", "three").encode("utf-16-le")
    lone_surrogate = "BROKEN".encode("utf-16-le")[:-2] + b"\x00\xd8"
    rows = read(data.replace("BROKEN".encode("utf-16-le"), lone_surrogate))
    assert [(row.row, getattr(row, "code", "")) for row in rows] == [
        (2, ""),
        (3, "encoding_malformed"),
        (4, ""),
    ]


@pytest.mark.parametrize(
    "data",
    [
        log("one").encode("utf-32"),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        # Neither UTF-8 nor GB18030, and 0x81 is nothing in Windows-1252.
        HEADER.encode() + b"c,+8613800138000,2026-09-01T10:00:00Z,\x81,\x81\n" * 3,
    ],
    ids=["utf-32", "binary", "no encoding"],
)
def test_it_refuses_what_is_not_text(data):
    with pytest.raises(formats.BadEncoding):
        read(data)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_it_knows_every_line_end(end, last):
    text = (log("one", "two").rstrip("\n") + last).replace("\n", end)
    rows = read(text.encode())
    assert [(row.row, row.campaign) for row in rows] == [(2, "one"), (3, "two")]


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c", "\x1e"])
def test_it_ends_lines_only_where_lines_end(separator):
    assert campaigns(log(f"one{separator}two", "three").encode()) == [f"one{separator}two", "three"]
