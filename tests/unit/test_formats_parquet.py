"""Parquet: the register's own columns, typed."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from compliance import formats
from compliance.formats import Call

FIXTURE = Path(__file__).parents[1] / "fixtures" / "call_logs" / "native.parquet"
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def written(**columns):
    table = {
        "call_id": ["a", "b"],
        "number": ["+8613800138000"] * 2,
        "started_at": [NOON] * 2,
    }
    out = io.BytesIO()
    parquet.write_table(pa.table(table | columns), out)
    return out.getvalue()


def read(data, **options):
    return list(formats.read(io.BytesIO(data), **{"zone": None, "region": None} | options))


def test_it_reads_typed_columns_and_counts_rows_from_one():
    with FIXTURE.open("rb") as stream:
        first, second, bad = formats.read(stream, zone=None, region=None)
    assert (first.row, first.call_id, first.natural_key) == (1, "p-1", "p-1")
    assert (first.number, first.caller) == (8613800138000, 861065551234)
    assert first.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert first.answered_at == datetime(2026, 9, 1, 2, 0, 5, tzinfo=UTC)
    assert (first.duration_s, first.disposition, first.opt_out_requested) == (55, "answered", True)
    assert first.campaign == 'autumn, "second" wave'
    assert (second.caller, second.duration_s, second.campaign) == (None, None, "")
    assert (bad.row, bad.code) == (3, "number_not_possible")


def test_it_is_recognised_and_can_be_named():
    head = FIXTURE.read_bytes()
    assert formats.sniff(head) == "parquet"
    assert len(read(head, format="parquet")) == 3
    with pytest.raises(formats.UnknownFormat, match="The file is Parquet"):
        read(head, format="asterisk")
    with pytest.raises(formats.UnknownFormat, match="No line of the file has the layout of Parquet"):
        read((FIXTURE.parent / "native.csv").read_bytes(), format="parquet")


def test_it_asks_for_the_zone_of_times_without_one():
    data = written(started_at=pa.array([NOON.replace(tzinfo=None)] * 2, pa.timestamp("ns")))
    with pytest.raises(formats.ZoneNeeded):
        read(data)
    assert read(data, zone="Asia/Shanghai")[0].started_at == datetime(2026, 9, 1, 4, tzinfo=UTC)


def test_it_reads_what_a_missing_value_made_a_float_of():
    first, second = read(written(number=pa.array([8613800138000.0, None]), duration_s=[5.7, float("nan")]))
    assert isinstance(first, Call)
    assert (first.number, first.duration_s) == (8613800138000, 5)
    assert (second.row, second.code) == (2, "number_missing")


@pytest.mark.parametrize("size", [4, 40, 200, 900])
def test_it_refuses_a_file_that_was_cut_off(size):
    with pytest.raises(formats.UnknownFormat, match="damaged or was cut off"):
        read(written()[:size])


def test_it_refuses_a_file_that_is_damaged_in_its_rows():
    data = bytearray(written(campaign=["x" * 50, "y" * 50]))
    place = data.index(b"x" * 50)
    data[4 : place + 40] = b"\xff" * (place + 36)
    with pytest.raises(formats.UnknownFormat, match="damaged or was cut off"):
        read(bytes(data))


def test_it_refuses_columns_that_have_no_text():
    with pytest.raises(formats.UnknownFormat, match="cannot be read; write it as text"):
        read(written(campaign=[[1], [2]]))


def test_it_refuses_a_file_without_our_columns():
    out = io.BytesIO()
    parquet.write_table(pa.table({"a": [1]}), out)
    with pytest.raises(formats.CallLogError):
        read(out.getvalue())


def test_it_yields_nothing_for_a_file_without_rows():
    out = io.BytesIO()
    empty = {"call_id": pa.array([], pa.string()), "number": pa.array([], pa.int64())}
    parquet.write_table(pa.table(empty | {"started_at": pa.array([], pa.timestamp("us", "UTC"))}), out)
    assert read(out.getvalue()) == []


def test_it_reads_a_file_of_several_row_groups():
    out = io.BytesIO()
    count = 12_000
    table = {"call_id": [f"c{n}" for n in range(count)], "number": [8613800138000] * count}
    table["started_at"] = [NOON] * count
    parquet.write_table(pa.table(table), out, row_group_size=2_500)
    rows = read(out.getvalue())
    assert [row.row for row in rows] == list(range(1, count + 1))
