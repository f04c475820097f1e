"""`import_complaints`: what other centres took is put on record once, and waits to be matched."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from compliance.models import Complaint, ComplaintStep
from tests.compliance.complaints_made import matched
from tests.conftest import ACME_CALLER, ANA, CLOCK

FTC_HEADER = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall"
)
CENTRE_HEADER = "complaint_id,filed_at,caller,number,called_at,category,sector,voice,said_no,company,text"


@pytest.fixture(autouse=True)
def now(db):
    with time_machine.travel(CLOCK, tick=False):
        yield


@pytest.fixture
def run(tmp_path):
    def run(content: str | bytes, *words: str, centre_of: str = "12321") -> dict:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        call_command("import_complaints", str(path), "--format", centre_of, *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def ftc(*rows: str) -> str:
    return "\n".join([FTC_HEADER, *rows, ""])


def centre(*rows: str, header: str = CENTRE_HEADER) -> str:
    return "\n".join([header, *rows, ""])


def refused(tmp_path) -> list[dict]:
    with (tmp_path / "list.rejected.csv").open(newline="") as file:
        return list(csv.DictReader(file))


# --- 12321 ----------------------------------------------------------------------------------------------------------


def test_it_reads_a_centres_list(run):
    row = f"J1,2026-03-09 12:00:00,+{ACME_CALLER},13800138000,2026-03-09 11:30,commercial,insurance,person,yes,A,Rude"
    assert run(centre(row)) == {"accepted": 1, "duplicates": 0, "rejected": 0}
    made = Complaint.objects.get()
    assert (made.source, made.reference, made.state, made.proven) == ("12321", "J1", "filed", False)
    assert (made.number, made.caller) == (ANA, ACME_CALLER)
    assert made.called_at == datetime(2026, 3, 9, 3, 30, tzinfo=UTC)
    assert made.filed_at == datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
    assert (made.category, made.sector, made.voice, made.said_no) == (
        "commercial",
        "insurance",
        "person",
        True,
    )
    assert (made.company_named, made.text) == ("A", "Rude")
    assert (made.received_at, made.match_at, made.clock) == (CLOCK, CLOCK, "relay")
    assert made.due_at == datetime(2026, 3, 13, 16, tzinfo=UTC)
    step = ComplaintStep.objects.get()
    assert (step.complaint, step.step, step.by, step.at) == (made, "file", "complainant", CLOCK)


def test_it_reads_chinese_columns_words_and_encoding(run):
    header = (
        "举报编号,举报时间,被举报号码,举报人号码,来电时间,举报类别,行业,语音方式,曾拒绝,企业名称,举报内容"
    )
    row = "J2,2026/3/9 12:00:00,010-65551234,,2026/3/9 11:30,疑似诈骗,贷款理财,机器人,否,某公司,说是公检法"
    assert run(centre(row, header=header).encode("gb18030"))["accepted"] == 1
    made = Complaint.objects.get()
    assert (made.caller, made.number) == (ACME_CALLER, None)
    assert (made.category, made.sector, made.voice, made.said_no) == (
        "illegal",
        "finance",
        "recording",
        False,
    )
    assert made.text == "说是公检法"


def test_it_is_matched_like_any_other(run, acme):
    run(centre(f"J1,2026-03-09 12:00:00,+{ACME_CALLER},13800138000,2026-03-09 11:30,commercial,,,,,"))
    made = matched(Complaint.objects.get())
    assert (made.company, made.state) == (acme, "filed")
    assert made.matches.get().ground == "call_unreported"


def test_it_adds_nothing_the_second_time(run):
    rows = [f"J{n},2026-03-09 12:00:00,+{ACME_CALLER},,,commercial,,,,," for n in range(3)]
    assert run(centre(*rows, rows[0])) == {"accepted": 3, "duplicates": 1, "rejected": 0}
    assert run(centre(*rows)) == {"accepted": 0, "duplicates": 3, "rejected": 0}
    assert (Complaint.objects.count(), ComplaintStep.objects.count()) == (3, 3)
    assert {row.tolerance for row in Complaint.objects.all()} == {timedelta(days=1)}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("J1,yesterday,+861065551234,,,commercial,,,,,", "filed_at_malformed"),
        ("J1,2026-03-11 12:00:00,+861065551234,,,commercial,,,,,", "filed_at_in_future"),
        ("J1,2026-03-09 12:00:00,call me,,,commercial,,,,,", "number_malformed"),
        ("J1,2026-03-09 12:00:00,+861065551234,12,,commercial,,,,,", "number_not_possible"),
        ("J1,2026-03-09 12:00:00,+861065551234,,,rude,,,,,", "category_unknown"),
        ("J1,2026-03-09 12:00:00,+861065551234,,,,,,,,", "category_unknown"),
        ("J1,2026-03-09 12:00:00,+861065551234,,,commercial,bananas,,,,", "sector_unknown"),
        ("J1,2026-03-09 12:00:00,+861065551234,,,commercial,,,maybe,,", "said_no_unknown"),
        (",2026-03-09 12:00:00,+861065551234,,,commercial,,,,,", "complaint_id_malformed"),
        ("J1,2026-03-09 12:00:00,+861065551234,,,commercial,,,,,,,more", "columns_too_many"),
    ],
)
def test_it_puts_a_row_that_is_none_in_the_file_of_refused_rows(run, tmp_path, row, code):
    assert run(centre(row)) == {"accepted": 0, "duplicates": 0, "rejected": 1}
    (shown,) = refused(tmp_path)
    assert (shown["row"], shown["error_code"]) == ("2", code)
    assert not Complaint.objects.exists()


# --- FTC ------------------------------------------------------------------------------------------------------------


def test_it_reads_the_ftcs_list(run):
    rows = [
        '2125550123,2026-03-05 23:59:53,2026-03-05 08:11:00,Albany,New York,518,"Reducing your debt (cards)",Y',
        ',2026-03-05 23:00:00,,,Florida,305,"Calls pretending to be government, businesses, or family and friends",N',
        "2125550124,2026-03-05 22:00:00,2026-03-05 21:00:00,,,,Dropped call or no message,",
    ]
    assert run(ftc(*rows), centre_of="ftc") == {"accepted": 3, "duplicates": 0, "rejected": 0}
    debt, pretending, dropped = Complaint.objects.order_by("id")
    assert (debt.source, debt.number, debt.caller) == ("ftc", None, 12125550123)
    assert debt.called_at == datetime(2026, 3, 5, 13, 11, tzinfo=UTC)
    assert (debt.sector, debt.category, debt.voice) == ("finance", "commercial", "recording")
    assert debt.text.endswith("\nAlbany, New York, 518")
    assert (debt.policy.pack, debt.calendar, debt.clock, debt.due_at) == ("us", "US", "", None)
    assert (pretending.caller, pretending.category, pretending.voice) == (None, "illegal", "person")
    assert (pretending.called_at, pretending.tolerance) == (pretending.filed_at, timedelta(days=1))
    assert (dropped.category, dropped.voice) == ("malicious", "unsure")


def test_it_keeps_two_like_rows_apart_and_adds_nothing_the_second_time(run):
    row = "2125550123,2026-03-05 23:59:53,2026-03-05 08:11:00,Albany,New York,518,Other,Y"
    assert run(ftc(row, row), centre_of="ftc")["accepted"] == 2
    assert run(ftc(row, row), centre_of="ftc") == {"accepted": 0, "duplicates": 2, "rejected": 0}


def test_it_puts_on_record_in_chunks(run, monkeypatch):
    monkeypatch.setattr("compliance.complaint_lists.loading.CHUNK", 2)
    rows = [f"212555012{n},2026-03-05 23:59:53,,,,,Other,Y" for n in range(5)]
    assert run(ftc(*rows), centre_of="ftc")["accepted"] == 5


def test_it_refuses_the_row_of_a_number_that_is_none(run, tmp_path):
    assert run(ftc("00,2026-03-05 23:59:53,,,,,Other,Y"), centre_of="ftc")["rejected"] == 1
    assert refused(tmp_path)[0]["error_code"].startswith("number_")


# --- the file as a whole --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("centre_of", ["12321", "ftc"])
@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n", b"PK\x03\x04rubbish"])
def test_it_refuses_a_file_that_is_no_such_list(run, centre_of, content):
    with pytest.raises(CommandError):
        run(content, centre_of=centre_of)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("words", [("--zone", "Mars/Olympus"), ("--region", "XX")])
def test_it_refuses_an_option_that_means_nothing(run, words):
    with pytest.raises(CommandError):
        run(centre(), *words)


def test_it_prints_for_people(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(centre("J1,2026-03-09 12:00:00,+861065551234,,,rude,,,,,"))
    out = io.StringIO()
    call_command("import_complaints", str(path), "--format", "12321", stdout=out)
    assert "rejected" in out.getvalue()
    assert "list.rejected.csv" in out.getvalue()
