"""Damaged and hostile files: one bad row never costs another one, and memory stays flat."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import formats
from compliance.formats import Call, Rejected
from compliance.formats.rows import SENTENCES

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
HEADER = b"call_id,number,started_at,campaign\n"


def row(call_id, campaign=b""):
    return b"%s,+8613800138000,2026-09-01T10:00:00Z,%s\n" % (call_id, campaign)


def read(data, **options):
    return list(formats.read(io.BytesIO(data), **{"zone": None, "region": None} | options))


def outcome(data):
    return [(line.row, line.code if isinstance(line, Rejected) else line.call_id) for line in read(data)]


class Endless(io.RawIOBase):
    """A stream of many rows that are made when they are read, a few bytes at a time."""

    def __init__(self, rows):
        self.left = rows
        self.buffer = HEADER

    def readable(self):
        return True

    def read(self, size=-1):
        while len(self.buffer) < size and self.left:
            self.buffer += row(b"c%d" % self.left) * min(100, self.left)
            self.left -= min(100, self.left)
        taken, self.buffer = self.buffer[: min(size, 5000)], self.buffer[min(size, 5000) :]
        return taken


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row(b"b", b'"open'), "quote_unterminated"),
        (row(b"b", b'"open, ""twice"", and open'), "quote_unterminated"),
        (row(b"b", b'x"y,"z'), "quote_unterminated"),
        (row(b"b", b'"a" b'), "quotes_malformed"),
        (row(b"b", b"nul\0"), "nul_byte"),
        (b"\0" * 300 + row(b"b"), "nul_byte"),
        (row(b"b", b"x,y"), "columns_too_many"),
        (row(b"b", b"y" * 10_000_000), "line_too_long"),
        (row(b"b", b"y" * 140_000), "line_too_long"),
        (b"b,+8613800138000\n", "started_at_missing"),
    ],
)
def test_it_loses_one_row_to_damage_and_not_the_next(bad, code):
    good = row(b"q", b'"a ""quoted"" one"')
    assert outcome(HEADER + row(b"a") + bad + good + row(b"c")) == [(2, "a"), (3, code), (4, "q"), (5, "c")]


def test_it_reads_two_damaged_rows_in_a_row():
    data = HEADER + row(b"a", b'"open') + row(b"b", b'"open too') + row(b"c")
    assert outcome(data) == [(2, "quote_unterminated"), (3, "quote_unterminated"), (4, "c")]


def test_it_reads_a_carriage_return_inside_a_line_as_a_blank():
    calls = read(HEADER + row(b"a", b"one\rtwo") + row(b"b", b'"three\rfour"'))
    assert [call.campaign for call in calls] == ["one two", "three four"]


def test_it_shows_a_damaged_line_as_far_as_it_may_be_kept():
    (bad,) = read(HEADER + row(b"b", b"nul\0" * 100))
    assert len(bad.value) == 200
    assert "\0" not in bad.value


def test_it_passes_over_blank_lines_and_counts_them():
    assert outcome(b"\n\r\n" + HEADER + b"\n  \n,,,\n" + row(b"a")) == [(7, "a")]


@pytest.mark.parametrize("data", [HEADER, HEADER.rstrip(), b"\n\n" + HEADER + b"\n,,,\n"])
def test_it_yields_nothing_for_a_header_alone(data):
    assert read(data) == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf\r\n"])
def test_it_says_that_a_file_is_empty(data):
    with pytest.raises(formats.EmptyFile):
        read(data)


def test_it_takes_trailing_commas_and_short_rows_for_empty_values():
    calls = read(HEADER + row(b"a", b"x,,,") + b"b,+8613800138000,2026-09-01T10:00:00Z\n")
    assert [(call.call_id, call.campaign) for call in calls] == [("a", "x"), ("b", "")]


def test_it_ignores_unknown_columns_even_when_named_twice():
    header = HEADER.replace(b"campaign", b"note,note,,campaign")
    (call,) = read(header + row(b"a", b"1,2,3,autumn"))
    assert call.campaign == "autumn"


def test_it_raises_at_once_and_not_when_the_rows_are_read():
    with pytest.raises(formats.ZoneNeeded):
        formats.read(io.BytesIO(HEADER + b"a,+8613800138000,2026-09-01 10:00,\n"), zone=None, region=None)


def test_it_survives_deep_json_and_numbers_without_end():
    good = b'{"call_id":"a","number":"+8613800138000","started_at":"2026-09-01T10:00:00Z"}\n'
    bad = b"[" * 100_000 + b"\n" + b'{"call_id":"b","number":' + b"9" * 5000 + b"}\n"
    assert outcome(good + bad + good) == [
        (1, "a"),
        (2, "json_malformed"),
        (3, "json_malformed"),
        (4, "a"),
    ]


def test_it_rejects_nul_characters_that_json_spells_out():
    line = b'{"call_id":"a\\u0000","number":"+8613800138000","started_at":"2026-09-01T10:00:00Z"}\n'
    assert outcome(line) == [(1, "nul_byte")]


def test_it_keeps_memory_flat():
    def peak(rows):
        tracemalloc.start()
        count = sum(1 for _ in formats.read(Endless(rows), zone=None, region=None))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return used

    peak(1000)  # warms what is made once: number plans, the codec
    assert peak(80_000) < 1.5 * peak(40_000)


def test_it_keeps_memory_flat_in_a_line_without_end():
    tracemalloc.start()
    data = io.BytesIO(HEADER + row(b"a") + b"y" * 20_000_000)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    codes = [line.code for line in formats.read(data, zone=None, region=None) if isinstance(line, Rejected)]
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert codes == ["line_too_long"]
    assert grown < 4_000_000


def reads_or_refuses(data):
    """Read `data` to the end; the only error allowed is one that refuses the file."""
    try:
        rows = read(data, zone="Asia/Shanghai", region="CN")
    except formats.CallLogError:
        return
    numbers = [line.row for line in rows]
    assert numbers == sorted(set(numbers))
    for line in rows:
        if isinstance(line, Rejected):
            assert line.code in SENTENCES or line.code.startswith("number_")
            assert len(line.value) <= 200
        else:
            assert isinstance(line, Call)
            assert line.started_at.tzinfo is not None
            assert line.disposition in formats.DISPOSITIONS


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_it_reads_or_refuses_any_bytes(data):
    reads_or_refuses(data)


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(FIXTURES.iterdir())),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 5), st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\n"])
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_it_reads_or_refuses_any_damaged_file(path, damages):
    data = path.read_bytes()
    for place, cut, put in damages:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    reads_or_refuses(data)
