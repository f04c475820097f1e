"""Rows that are read by the column and rows that are read one by one come out the same."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import formats
from compliance.formats import Call
from compliance.formats.native import COLUMNS
from registry import number_columns, phone
from registry.codes import CHANNELS, SECTORS

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
SINCE, UNTIL = datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
HEADER = ",".join(COLUMNS)
PLAIN = {
    "call_id": "c1",
    "number": "+8613800138000",
    "caller": "+861065551234",
    "started_at": "2026-09-01T10:00:00+08:00",
    "answered_at": "2026-09-01T10:00:05+08:00",
    "ended_at": "2026-09-01T10:01:00+08:00",
    "duration_s": "55",
    "disposition": "answered",
    "channel": "live",
    "sector": "insurance",
    "check_id": "chk_7",
    "opt_out_requested": "true",
    "campaign": "autumn",
    "agent": "agent 7",
    "sip_call_id": "a@b",
}
#: What a value may be otherwise: plain ones, others the register reads with care, and ones it rejects.
OTHERWISE = {
    "call_id": ["", " c1", "c1\t", "x" * 128, "x" * 129, "秋", "a b", "\u00a0c", "call_id", "\ufeffc"],
    "number": [
        "8613800138000",
        "13800138000",
        "+86 138 0013 8000",
        "+12125550100",
        "+1212555010",
        "+8601012345678",
        "+8611001381000",
        "",
        "x",
        "+800123456789",
        "+0",
        "+861380013800",
        "\uff0b8613800138000",
        "+442079460000",
    ],
    "caller": ["", "95588", "+8695588", "x", " +861065551234", "+80012345678", "861065551234"],
    "started_at": [
        "2026-09-01T02:00:00Z",
        "2026-09-01 02:00:00Z",
        "2026-09-01T02:00:00.123Z",
        "2026-02-29T02:00:00Z",
        "2024-02-29T02:00:00Z",
        "2026-09-01T02:00:00.1234567Z",
        "2026-09-01T02:00Z",
        "2026-09-01T25:00:00Z",
        "",
        "now",
        "2026-09-01T10:00:00",
        "2022-12-31T23:59:59Z",
        "2026-12-01T00:00:01Z",
        "1989-01-01T00:00:00Z",
        "2026/9/1 10:00Z",
        "2026-09-01T02:00:00+00:00",
        "2026-09-01T02:00:00+14:59",
        "2026-09-01T10:00:00+0800",
        "2026-09-01T02:00:00z",
    ],
    "answered_at": [
        "",
        "2026-09-01T01:59:59Z",
        "2026-09-01T02:00:00Z",
        "x",
        " ",
        "2026-09-31T02:00:00Z",
        "2100-01-01T00:00:00Z",
    ],
    "ended_at": [
        "",
        "2026-09-01T01:59:59Z",
        "2026-09-01T02:00:04Z",
        "2026-10-01T02:00:00Z",
        "x",
        "2026-09-01T02:00:09.999Z",
    ],
    "duration_s": ["", "0", "007", "604800", "604801", "999999", "1000000", "5.5", "-1", "x", " 5", "٣"],
    "disposition": ["", "busy", "NO ANSWER", "canceled", "cancelled", "x", "unknown", " "],
    "channel": ["", "sms", "SMS", "x", " live"],
    "sector": ["", "finance", "Finance", "x"],
    "check_id": [
        "",
        "chk_0",
        "chk_123456789012345678",
        "chk_1234567890123456789",
        "x y",
        " chk_7",
        "y" * 70,
        "秋",
    ],
    "opt_out_requested": ["", "false", "True", "是", "否", "maybe", "1", "0 "],
    "campaign": ["", "y" * 64, "秋" * 70, "a,b", 'say "no"', '"open', " ", "\u200b", "a\tb"],
    "agent": ["", "y" * 70, "é" * 65],
    "sip_call_id": ["", "y" * 130],
}
#: Lines that are no rows, or damaged ones.
BETWEEN = ["", ",,,", HEADER, "short,row", "nul\0", "x," * 30]


def tuple_of(values):
    """A row of columns as the `Call` it stands for, its check told apart by its number."""
    return (
        values["row"],
        values["call_id"],
        values["number"],
        values["caller"],
        *(
            values[name] and datetime.fromisoformat(values[name]).astimezone(UTC)
            for name in ("started_at", "answered_at", "ended_at")
        ),
        values["duration_s"],
        formats.DISPOSITIONS[values["disposition"]],
        None if values["channel"] is None else CHANNELS[values["channel"]],
        None if values["sector"] is None else SECTORS[values["sector"]],
        None if values["check_id"] is None else f"chk_{values['check_id']}",
        values["opt_out_requested"],
        values["campaign"] or "",
        values["agent"] or "",
        values["sip_call_id"] or "",
        values["call_id"],
    )


def by_column(data, zone=None, region=None):
    """All rows, in the order of the lines, and how many of them were read by the column."""
    opened = formats.begin(io.BytesIO(data))
    layout = formats.examine(opened.head, zone=zone, region=region, container=opened.container)
    pieces = list(formats.read_pieces(layout, opened.stream, since=SINCE, until=UNTIL, head=opened.head))
    plain = [tuple_of(row) for piece in pieces for row in piece.columns.to_pylist()]
    return sorted([*plain, *(tuple(row) for piece in pieces for row in piece.rows)]), len(plain)


def one_by_one(data, zone=None, region=None):
    """The same of the reader that reads one row after the other; a check that is none of ours is absent."""
    return sorted(tuple(row) for row in formats.read(io.BytesIO(data), zone=zone, region=region))


def without_foreign_checks(rows):
    """Rows, with checks that can be none of ours left out: the table of calls keeps the number of one of ours."""
    ours = re.compile(r"chk_[1-9][0-9]{0,17}")
    return [
        (*row[:11], row[11] if row[11] and ours.fullmatch(row[11]) else None, *row[12:])
        if len(row) > 4
        else row
        for row in rows
    ]


def same(data, **options):
    rows, plain = by_column(data, **options)
    assert without_foreign_checks(rows) == without_foreign_checks(one_by_one(data, **options))
    return plain


def native(*rows, header=HEADER):
    return "\n".join([header, *rows, ""]).encode()


def line(**values):
    return ",".join((PLAIN | values)[name] for name in COLUMNS)


def test_it_reads_plain_rows_by_the_column():
    assert same(native(*[line(call_id=f"c{n}") for n in range(50)])) == 50


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in OTHERWISE.items() for value in values]
)
def test_it_reads_every_spelling_of_a_value_alike(name, value):
    data = native(line(call_id="before"), line(**{name: value}), line(call_id="after"))
    for region in (None, "CN"):
        assert 2 <= same(data, region=region) <= 3
        assert same(data, region=region, zone="Asia/Shanghai") >= 2


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.sampled_from([PLAIN[name]] * 12 + OTHERWISE[name]) for name in COLUMNS}
        )
        | st.sampled_from([{}, {"call_id": "", "number": ""}]),
        min_size=1,
        max_size=30,
    ),
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["", ",,,", HEADER, "short,row", "nul\0", "x," * 30])),
        max_size=4,
    ),
    st.sampled_from([None, "CN", "US"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_it_reads_messy_files_alike(rows, between, region, end):
    lines = [line(**row) for row in rows]
    for place, text in between:
        lines.insert(place, text)
    same(end.join([HEADER, *lines]).encode(), region=region, zone="Asia/Shanghai")


@pytest.mark.parametrize("name", ["native.csv", "native_shuffled_crlf_bom.csv", "native.parquet"])
def test_it_reads_the_fixtures_alike(name):
    data = (FIXTURES / name).read_bytes()
    for region in (None, "CN"):
        same(data, region=region)
    same(data, zone="America/New_York")


def test_it_reads_a_file_with_the_fewest_columns():
    header = "started_at,number,call_id"
    rows = ["2026-09-01T10:00:00+08:00,+8613800138000,a", "2026-09-01T10:00:00+08:00,12,b", "c", ""]
    assert same(native(*rows, header=header)) == 1


def test_it_reads_a_file_of_many_blocks_alike():
    rows = [line(call_id=f"c{n}", campaign="x" * 60 if n % 97 else '"a ""b"""') for n in range(20_000)]
    data = native(*rows)
    assert len(data) > 3 * 1024 * 1024
    assert same(data) == 20_000 - len(range(0, 20_000, 97))


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_it_reads_numbers_of_every_country_alike(region):
    example = phonenumbers.example_number(region)
    number = f"{example.country_code}{phonenumbers.national_significant_number(example)}"
    texts = [
        f"+{number}",
        number,
        f"+{number}1",
        f"+{number[:-1]}",
        f"+{example.country_code}0{number[2:]}",
        f"+{number[:3]}",
    ]
    for plus in (True, False):
        column = number_columns.read_e164(pa.array(texts), plus=plus).to_pylist()
        for text, read in zip(texts, column, strict=True):
            if read is not None:
                assert phone.parse(text) == read
                assert text[0] == "+" or not plus


def test_it_leaves_none_of_the_calls_that_are_too_early_or_too_late_among_the_columns():
    starts = ("2022-12-31T23:59:59Z", "2026-12-01T00:00:01Z")
    data = native(*[line(started_at=start, answered_at="", ended_at="") for start in starts])
    assert same(data) == 0
    assert all(isinstance(row, Call) for row in formats.read(io.BytesIO(data), zone=None, region=None))
