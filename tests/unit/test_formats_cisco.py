"""Cisco Unified CM: call detail records."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance import formats
from compliance.formats.cisco import disposition

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_logs"
CDR = (FIXTURES / "cisco_cdr.csv").read_bytes()


def read(data=CDR, **options):
    return list(formats.read(io.BytesIO(data), **{"zone": None, "region": None} | options))


def test_it_reads_records_and_passes_over_the_line_of_types():
    answered, busy, unanswered, extension, unstarted = read()
    assert (answered.row, answered.call_id) == (3, "6f9619ff-8b86-4d01-b42d-00c04fc96401")
    assert (answered.number, answered.caller) == (8613800138000, 861065551234)
    assert answered.started_at == datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    assert answered.answered_at == datetime(2026, 9, 1, 2, 0, 6, tzinfo=UTC)
    assert answered.ended_at == datetime(2026, 9, 1, 2, 1, tzinfo=UTC)
    assert (answered.duration_s, answered.disposition) == (54, "answered")
    assert (busy.disposition, busy.caller, busy.answered_at) == ("busy", None, None)
    assert unanswered.disposition == "no_answer"
    assert [(row.row, row.code) for row in (extension, unstarted)] == [
        (6, "number_not_possible"),
        (7, "started_at_missing"),
    ]


def test_it_knows_a_record_without_pkid_by_the_call_and_the_leg():
    data = CDR.replace(b'"pkid"', b'"other"')
    assert read(data)[0].call_id == "1-100-20001"


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        ("17", "busy"),
        ("16", "no_answer"),
        ("19", "no_answer"),
        ("1", "failed"),
        ("38", "failed"),
        *[(nothing, "unknown") for nothing in ("0", "126", "393216", "", "x", "-1")],
    ],
)
def test_it_tells_how_a_call_without_an_answer_ended(cause, word):
    assert disposition(cause, answered=False) == word
    assert disposition(cause, answered=True) == "answered"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"1788228000", b"yesterday", "started_at_malformed"),
        (b"1788228006", b"1788227000", "answered_at_before_start"),
        (b"1788228060", b"1788228001", "ended_at_before_answer"),
        (b'"6f9619ff-8b86-4d01-b42d-00c04fc96401"', b'"' + b"x" * 129 + b'"', "call_id_too_long"),
    ],
)
def test_it_rejects_one_row_and_not_the_next(old, new, code):
    rows = read(CDR.replace(old, new, 1))
    assert rows[0].code == code
    assert rows[1].disposition == "busy"
