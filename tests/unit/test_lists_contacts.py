"""Lists of people to call: any layout, every row in its place, a damaged row alone refused."""

import csv
import io
import random
import tracemalloc

import pytest

from registry.errors import InvalidInput
from registry.lists import blocks as blocks_module
from registry.lists.contacts import Contacts
from registry.lists.numbers import UnknownLayout
from registry.lists.text import LINE_LENGTH, UnreadableFile

ANA, BEN, CAO = 8613800138000, 8613800138001, 8613800138002


def contacts(content, **options):
    return Contacts(io.BytesIO(content if isinstance(content, bytes) else content.encode()), **options)


def read(content, size=1000, skip=0, **options):
    """The header, the rows as lists of cells, the numbers, and the rejected rows by place."""
    found = contacts(content, **options)
    texts, numbers, rejected = [], [], {}
    for chunk in found.chunks(size, skip):
        rejected |= {at + len(texts): row for at, row in chunk.rejected.items()}
        texts += chunk.texts
        numbers += chunk.numbers
    (header,) = csv.reader([found.header])
    return header, [next(csv.reader(io.StringIO(text))) for text in texts], numbers, rejected


@pytest.mark.parametrize(
    "content",
    [
        "number,name\n+8613800138000,Ana\n+8613800138001,Ben\n",
        "number;name\n+8613800138000;Ana\n+8613800138001;Ben\n",
        "number\tname\r\n+8613800138000\tAna\r\n+8613800138001\tBen\r\n",
        "number|name\r+8613800138000|Ana\r+8613800138001|Ben\r",
        '"number","name"\n"+8613800138000","Ana"\n"+8613800138001","Ben"',
        'number;name\n"+8613800138000";Ana\n+8613800138001;"Ben"\n',
        '{"number":"+8613800138000","name":"Ana"}\n{"name":"Ben","number":8613800138001}\n',
        "\n\nnumber,name\n\n+8613800138000,Ana\n,\n   \n+8613800138001,Ben\n\n",
    ],
    ids=["comma", "semicolon", "tab", "bar", "quoted", "half-quoted", "ndjson", "blank-lines"],
)
def test_it_reads_a_layout(content):
    header, rows, numbers, rejected = read(content)
    assert header == ["number", "name"]
    assert [row[1] for row in rows] == ["Ana", "Ben"]
    assert numbers == [ANA, BEN]
    assert rejected == {}


@pytest.mark.parametrize(
    "name",
    [
        "number",
        "Phone Number",
        "PHONE",
        "phone_number",
        "Tel.",
        "mobile",
        "手机号",
        "电话",
        "号码",
        "联系电话：",
    ],
)
def test_it_finds_the_number_by_its_columns_name(name):
    _, _, numbers, _ = read(f"id,{name},fax\n8613800138009,+8613800138000,+8613800138008\n")
    assert numbers == [ANA]


def test_it_prefers_the_surest_name():
    _, _, numbers, _ = read("phone,number\n+8613800138009,+8613800138000\n")
    assert numbers == [ANA]


def test_it_takes_the_first_of_two_columns_of_one_name():
    """VICIdial exports `phone_number` twice."""
    header, _, numbers, _ = read("phone_number,x,phone_number\n+8613800138000,1,+8613800138009\n")
    assert (header, numbers) == (["phone_number", "x", "phone_number"], [ANA])


def test_it_finds_the_number_by_what_stands_in_the_column():
    content = "客户,生日,联络\nAna,1990-01-02,+86 138 0013 8000\nBen,1991-02-03,+8613800138001\n"
    header, rows, numbers, _ = read(content)
    assert header == ["客户", "生日", "联络"]
    assert rows[0] == ["Ana", "1990-01-02", "+86 138 0013 8000"]
    assert numbers == [ANA, BEN]


def test_it_needs_no_header():
    header, rows, numbers, _ = read("Ana,+8613800138000,1\nBen,+8613800138001,2\n")
    assert header == ["column_1", "number", "column_3"]
    assert (len(rows), numbers) == (2, [ANA, BEN])


@pytest.mark.parametrize(
    ("content", "region"),
    [
        ("+8613800138000\n+8613800138001", None),
        ("number\n8613800138000\n8613800138001\n", None),
        ("电话\n138 0013 8000\n(138) 0013-8001\n", "CN"),
        ("my list\n13800138000\n13800138001\n", "CN"),
        ('"+8613800138000"\n"+8613800138001"\n', None),
    ],
)
def test_it_reads_one_number_a_line(content, region):
    header, _, numbers, rejected = read(content, region=region)
    assert (len(header), numbers, rejected) == (1, [ANA, BEN], {})


@pytest.mark.parametrize("column", ["fax", "FAX", "3"])
def test_it_takes_the_column_that_is_named(column):
    _, _, numbers, _ = read("number,name,fax\n+8613800138009,Ana,+8613800138000\n", column=column)
    assert numbers == [ANA]


def test_it_takes_a_column_by_place_where_there_is_no_header():
    _, _, numbers, _ = read("+8613800138009;+8613800138000\n+8613800138009;+8613800138001\n", column="2")
    assert numbers == [ANA, BEN]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("number,name\n+8613800138000,Ana\n", {"column": "mobile"}),
        ("number,name\n+8613800138000,Ana\n", {"column": "3"}),
        ("number,name\n+8613800138000,Ana\n", {"column": "0"}),
        ("name,city\nAna,Beijing\nBen,Xi'an\n", {}),
        ('{"name":"Ana"}\n', {}),
        ('{"number":"1"}\n', {"column": "mobile"}),
    ],
)
def test_it_says_when_no_column_is_the_numbers(content, options):
    with pytest.raises(UnknownLayout) as refused:
        contacts(content, **options)
    assert refused.value.pointer == "/column"


@pytest.mark.parametrize("content", ["", "\n\n", " \r\n,,\n", "\ufeff\n"])
def test_it_refuses_a_file_without_rows(content):
    with pytest.raises(UnreadableFile):
        contacts(content)


def test_it_takes_a_header_alone_for_an_empty_list():
    assert read("number,name\n") == (["number", "name"], [], [], {})


def test_it_refuses_a_region_that_is_none():
    with pytest.raises(InvalidInput) as refused:
        contacts("number\n13800138000\n", region="XX")
    assert refused.value.pointer == "/region"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_it_reads_an_encoding(encoding):
    header, rows, numbers, _ = read("手机号,姓名\n+8613800138000,安娜\n".encode(encoding))
    assert (header, rows, numbers) == (["手机号", "姓名"], [["+8613800138000", "安娜"]], [ANA])


def test_it_reads_latin_1():
    _, rows, _, _ = read("number,name\n+4915112345678,Jürgen Möller\n".encode("latin-1"))
    assert rows[0][1] == "Jürgen Möller"


def test_it_keeps_what_cells_hold_when_it_changes_the_separator():
    content = 'number;name\n+8613800138000;"Li; Ana"\n+8613800138001;Li, "Ben"\n+8613800138002;\'=1+1\n'
    _, rows, numbers, _ = read(content)
    assert [row[1] for row in rows] == ["Li; Ana", 'Li, "Ben"', "'=1+1"]
    assert numbers == [ANA, BEN, CAO]


def test_it_brings_ragged_rows_to_one_width():
    content = "number,name,city\n+8613800138000\n+8613800138001,Ben,Xi'an,,\n+8613800138002,Cao,a,b\n"
    _, rows, numbers, rejected = read(content)
    assert rows == [
        ["+8613800138000", "", ""],
        ["+8613800138001", "Ben", "Xi'an"],
        ["+8613800138002", "Cao", "a"],
    ]
    assert numbers == [ANA, BEN, 0]
    assert [(at, row.line, row.code, row.value) for at, row in rejected.items()] == [
        (2, 4, "columns_too_many", "+8613800138002,Cao,a,b")
    ]


def test_it_rejects_what_is_no_number_and_keeps_its_place():
    content = "number,name\n+8613800138000,Ana\nnone,Ben\n,Cao\n12,Dai\n+8613800138001,Eva\n"
    _, rows, numbers, rejected = read(content)
    assert [row[1] for row in rows] == ["Ana", "Ben", "Cao", "Dai", "Eva"]
    assert numbers == [ANA, 0, 0, 0, BEN]
    assert {at: (row.line, row.value, row.code) for at, row in rejected.items()} == {
        1: (3, "none", "number_malformed"),
        2: (4, ",Cao", "number_missing"),
        3: (5, "12", "number_not_possible"),
    }


def test_it_reads_bars_as_in_a_dialers_export():
    content = "".join(
        f"4000110{n}|Belaid| Arezqui| a@example.org| test|1|Street|Barcelona|State|ES|123|\n"
        for n in range(9)
    )
    header, rows, numbers, rejected = read(content, region="ES")
    assert header[0] == "number"
    assert (len(header), len(rows)) == (12, 9)
    assert set(numbers) == {0}
    assert {row.code for row in rejected.values()} == {"number_not_possible"}


def test_it_reads_a_row_of_several_lines():
    content = 'number,note\n+8613800138000,"one\ntwo, three\n"\n+8613800138001,x\n'
    _, rows, numbers, rejected = read(content)
    assert rows == [["+8613800138000", "one\ntwo, three\n"], ["+8613800138001", "x"]]
    assert (numbers, rejected) == ([ANA, BEN], {})


def test_it_lets_an_open_quotation_mark_spoil_its_own_line_only():
    content = 'number,note\n+8613800138000,"open\n+8613800138001,x\n+8613800138002,y\n'
    _, rows, numbers, rejected = read(content)
    assert numbers == [0, BEN, CAO]
    assert rows[0] == ['+8613800138000,"open', ""]
    assert (rejected[0].line, rejected[0].code) == (2, "quote_unterminated")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"+8613800138001\0,x", "nul_byte"),
        ("+8613800138001,号".encode() + b"\xff", "encoding_malformed"),
        (b"+8613800138001," + b"x" * LINE_LENGTH, "line_too_long"),
        (b"+8613800138001," + b"x" * 3_000_000, "line_too_long"),
        (b'+8613800138001,a"b"c,"d"e', "quote_unterminated"),
    ],
)
def test_it_rejects_a_damaged_line_alone(line, code):
    good = "+8613800138000,号".encode()
    _, rows, numbers, rejected = read(b"number,name\n" + b"\n".join([good, line, good, good]))
    assert numbers == [ANA, 0, ANA, ANA]
    assert [(at, row.line, row.code) for at, row in rejected.items()] == [(1, 3, code)]
    assert {len(row) for row in rows} == {2}


def test_it_rejects_lines_that_are_no_objects():
    first = '{"number":"+8613800138000","more":{"a":[1]},"age":3}'
    last = '{"other":1,"number":"+8613800138001"}'
    content = f'{first}\n[1]\n{{"number":\n{{"number":null}}\n{last}\n'
    header, rows, numbers, rejected = read(content)
    assert header == ["number", "more", "age", "other"]
    assert rows[0] == ["+8613800138000", '{"a":[1]}', "3", ""]
    assert numbers == [ANA, 0, 0, BEN]
    assert {at: (row.line, row.code) for at, row in rejected.items()} == {
        1: (2, "json_malformed"),
        2: (3, "json_malformed"),
    }


def simple(content):
    """What a plain reader makes of a well-formed file."""
    table = list(csv.reader(io.StringIO(content, newline="")))
    return [row + [""] * (3 - len(row)) for row in table[1:] if any(cell.strip() for cell in row)]


@pytest.mark.parametrize("seed", range(30))
def test_it_reads_any_mixture_as_a_plain_reader_does(monkeypatch, seed):
    """Blocks of a few lines, so that every kind of row meets every kind of edge."""
    generator = random.Random(seed)
    monkeypatch.setattr(blocks_module, "BLOCK_CHARS", generator.choice([40, 200, 1000]))
    monkeypatch.setattr("registry.lists.contacts.ROW_LINES", 8)
    made = io.StringIO()
    writer = csv.writer(
        made, lineterminator=generator.choice(["\n", "\r\n"]), quoting=generator.choice([0, 1])
    )
    writer.writerow(["name", "number", "note"])
    for n in range(300):
        note = generator.choice(["", "x", 'say "no"', "a,b", "line\nline", "a\n\n\nb", "号"])
        writer.writerow([f"n{n}", f"+861380013{n:04d}", note][: 2 if not note else 3])
        if generator.random() < 0.1:
            made.write("\n")
    content = made.getvalue()
    size = generator.choice([1, 7, 100, 1000])
    _, rows, numbers, rejected = read(content.encode(), size=size)
    expected = [[cell.replace("\r\n", "\n") for cell in row] for row in simple(content)]
    assert rows == expected
    assert numbers == [int(row[1][1:]) for row in expected]
    assert rejected == {}
    for skip in (0, 1, 150, 299, 300, 400):
        _, later, _, _ = read(content.encode(), size=size, skip=skip)
        assert later == expected[skip:]


def test_it_counts_lines_from_the_files_beginning_in_every_chunk(monkeypatch):
    monkeypatch.setattr(blocks_module, "BLOCK_CHARS", 100)
    content = "number\n" + "".join(f"{n}\n\n" for n in range(200))
    _, _, numbers, rejected = read(content, size=10, column="1")
    assert set(numbers) == {0}
    assert [row.line for row in rejected.values()] == [2 + 2 * n for n in range(200)]


def test_it_gives_chunks_of_the_size_asked_for(monkeypatch):
    monkeypatch.setattr(blocks_module, "BLOCK_CHARS", 150)
    sizes = [len(chunk.texts) for chunk in contacts("+8613800138000\n" * 1000).chunks(100)]
    assert sum(sizes) == 1000
    assert all(100 <= size < 120 for size in sizes[:-1])


def test_it_ends_a_chunk_of_wide_rows_early(monkeypatch):
    monkeypatch.setattr("registry.lists.contacts.CHUNK_CHARS", 1000)
    monkeypatch.setattr(blocks_module, "BLOCK_CHARS", 500)
    sizes = [
        len(chunk.texts)
        for chunk in contacts("number,x\n" + f"+8613800138000,{'x' * 85}\n" * 100).chunks(10**6)
    ]
    assert max(sizes) < 20
    assert sum(sizes) == 100


def test_it_needs_no_more_memory_for_a_longer_file(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("number,name\n" + "+8613800138000,Ana\n" * 400_000)
    with path.open("rb") as file:
        found = Contacts(file)
        tracemalloc.start()
        rows = sum(len(chunk.texts) for chunk in found.chunks(20_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert rows == 400_000
    assert peak < 60_000_000
