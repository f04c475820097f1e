"""What happens to a text file on its way, whatever its format: marks, encodings, a cut, nothing left."""

import io
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats import Call

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
#: A file of each format, and a text in its second row that may hold any sign.
FILES = [
    ("native.csv", b"agent 7"),
    ("asterisk_cdr-csv_18.csv", b"renewals"),
    ("freeswitch_default.csv", b"renewals"),
    ("vicidial_export.txt", b"renewals"),
    ("vicidial_export_old.csv", b"renewals"),
    ("twilio_api.csv", b"human"),
    ("cisco_cdr.csv", b"1-none"),
]


def read(data):
    return list(formats.read(io.BytesIO(data), zone="Asia/Shanghai", region="CN"))


def calls(data):
    return [row for row in read(data) if isinstance(row, Call)]


@pytest.fixture(params=FILES, ids=[name for name, _ in FILES])
def file(request):
    name, text = request.param
    return (FIXTURES / name).read_bytes(), text


def test_it_reads_over_a_byte_order_mark(file):
    data, _ = file
    assert calls(b"\xef\xbb\xbf" + data) == calls(data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_it_reads_wide_text(file, encoding):
    data, _ = file
    assert calls(data.decode().encode(encoding)) == calls(data)


def test_it_reads_other_line_ends(file):
    data, _ = file
    plain = data.replace(b"\r\n", b"\n")
    assert calls(plain.replace(b"\n", b"\r\n")) == calls(plain) == calls(plain.replace(b"\n", b"\r"))


def test_it_reads_chinese_in_an_old_encoding(file):
    data, text = file
    there, here = (data.replace(text, "秋季续保".encode(encoding)) for encoding in ("gb18030", "utf-8"))
    assert calls(there) == calls(here)


def test_it_rejects_one_line_that_is_not_in_the_files_encoding(file):
    data, _ = file
    lines = data.splitlines(keepends=True)
    spoiled = b"".join([*lines, lines[-1].rstrip() + b"\xff\xfe\xfd\n", *["# 秋\n".encode()] * 3])
    rejected = [row for row in read(spoiled) if not isinstance(row, Call)]
    assert calls(spoiled) == calls(data)
    assert (len(lines) + 1, "encoding_malformed") in [(row.row, row.code) for row in rejected]


def test_it_loses_at_most_the_last_row_to_a_cut(file):
    data, _ = file
    last = data.count(b"\n")
    before = [row for row in read(data) if row.row < last]
    for end in range(len(data) - 1, len(data) - 60, -1):
        rows = read(data[:end])
        assert [row for row in rows if row.row < last] == before
        assert len(rows) <= len(before) + 1


def test_it_yields_nothing_for_a_header_alone():
    for name in ("native.csv", "vicidial_export.txt", "cisco_cdr.csv", "twilio_console.csv"):
        header = (FIXTURES / name).read_bytes().splitlines(keepends=True)[0]
        assert read(header) == []
