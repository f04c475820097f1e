"""Which format a file is in, and which are refused with a reason."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from compliance import formats

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"


@pytest.mark.parametrize(
    ("name", "format_", "variant"),
    [
        ("native.csv", "native", "csv"),
        ("native_shuffled_crlf_bom.csv", "native", "csv"),
        ("native.ndjson", "native", "ndjson"),
        ("asterisk_cdr-csv_16.csv", "asterisk", "cdr-csv"),
        ("asterisk_cdr-csv_17_userfield.csv", "asterisk", "cdr-csv"),
        ("asterisk_cdr-csv_18.csv", "asterisk", "cdr-csv"),
        ("asterisk_cdr-csv_21.csv", "asterisk", "cdr-csv"),
        ("asterisk_cdr-custom_19.csv", "asterisk", "cdr-custom"),
        ("freeswitch_default.csv", "freeswitch", "columns"),
        ("freeswitch_example.csv", "freeswitch", "columns"),
        ("freeswitch_snom.csv", "freeswitch", "columns"),
        ("freeswitch_linksys.csv", "freeswitch", "columns"),
        ("freeswitch_resaved.csv", "freeswitch", "columns"),
        ("freeswitch_sql.csv", "freeswitch", "sql"),
        ("freeswitch_asterisk.csv", "freeswitch", "asterisk"),
        ("freeswitch_opencdrrate.csv", "freeswitch", "opencdrrate"),
        ("freeswitch_json_cdr.json", "freeswitch", "json"),
        ("vicidial_export.txt", "vicidial", "tabs"),
        ("vicidial_export_old.csv", "vicidial", "csv"),
        ("vicidial_log.csv", "vicidial", "csv"),
        ("twilio_api.csv", "twilio", "csv"),
        ("twilio_console.csv", "twilio", "csv"),
        ("cisco_cdr.csv", "cisco", "cdr"),
    ],
)
def test_it_knows_each_layout(name, format_, variant):
    head = (FIXTURES / name).read_bytes()
    assert formats.sniff(head) == format_
    layout = formats.examine(head, zone="Asia/Shanghai", region="CN")
    assert (layout.format, layout.variant) == (format_, variant)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ((FIXTURES / "cisco_cmr.csv").read_bytes(), "Cisco call management records (CMR)"),
        (b"PK\x03\x04" + bytes(40), "spreadsheet or a zip archive"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip"),
        (b'[{"call_id": "1"}]', "one JSON array"),
        (b"<!doctype html><p>Please log in", "HTML or XML"),
        (b"call_id;number;started_at\n", "semicolons"),
        (b"call_id\tnumber\tstarted_at\n", "tabs"),
        (b"name,phone_number,phone_number\nA,1,2\n", "none of the known layouts"),
        (b"just some words\nand more of them\n", "none of the known layouts"),
    ],
)
def test_it_says_why_it_refuses_a_file(head, reason):
    with pytest.raises(formats.UnknownFormat) as refused:
        formats.sniff(head)
    assert reason in refused.value.detail


@pytest.mark.parametrize("head", [b"", b"\n \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_it_says_that_a_file_is_empty(head):
    with pytest.raises(formats.EmptyFile):
        formats.sniff(head)


def test_it_finds_the_layout_although_the_first_rows_are_damaged():
    good = (FIXTURES / "asterisk_cdr-custom_19.csv").read_bytes()
    assert formats.sniff(b'"",broken\n\n\0\0\0\n' + good) == "asterisk"


def test_it_finds_the_layout_of_a_lone_row_with_an_open_quote():
    row = (FIXTURES / "asterisk_cdr-csv_18.csv").read_bytes().splitlines()[4]
    (rejected,) = formats.read(io.BytesIO(row), zone="Asia/Shanghai", region="CN")
    assert rejected.code == "quote_unterminated"


def test_it_holds_a_file_to_the_format_that_was_named():
    native = (FIXTURES / "native.csv").read_bytes()
    assert formats.examine(native, format="native", zone=None, region=None).format == "native"
    with pytest.raises(formats.UnknownFormat, match="No line of the file has the layout of Asterisk"):
        formats.examine(native, format="asterisk", zone=None, region=None)
    with pytest.raises(formats.UnknownFormat, match="auto, native, asterisk, freeswitch"):
        formats.examine(native, format="telex", zone=None, region=None)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "../etc/passwd", "", "+99:00", "+08:75", "CST8"])
def test_it_refuses_a_zone_that_there_is_not(zone):
    with pytest.raises(formats.UnknownZone):
        formats.examine((FIXTURES / "native.csv").read_bytes(), zone=zone, region=None)


@pytest.mark.parametrize("region", ["cn", "China", ""])
def test_it_refuses_a_region_that_there_is_not(region):
    with pytest.raises(formats.UnknownRegion):
        formats.examine((FIXTURES / "native.csv").read_bytes(), zone=None, region=region)


def test_it_registers_each_format_under_its_own_name():
    assert list(formats.FORMATS) == [
        "native",
        "asterisk",
        "freeswitch",
        "vicidial",
        "twilio",
        "cisco",
        "parquet",
    ]
    assert all(name == entry.name for name, entry in formats.FORMATS.items())


def test_it_needs_neither_django_nor_a_database():
    program = (
        "import sys, compliance.formats\n"
        "print([name for name in ('django', 'psycopg', 'rest_framework') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
