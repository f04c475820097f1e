"""`import_opt_outs`: a list becomes opt-outs that bind every check."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command

from registry import opt_outs
from registry.lists import loading
from registry.models import OptOut
from registry.predial import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER

A, B, C = 8613800138001, 8613800138002, 8613800138003


@pytest.fixture(autouse=True)
def now(clock):
    with time_machine.travel(clock, tick=False):
        yield clock


@pytest.fixture
def run(tmp_path):
    def run(content: str | bytes, *words: str) -> dict:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        call_command("import_opt_outs", str(path), *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    return run


def on_record() -> list[tuple]:
    return list(
        OptOut.objects.current()
        .order_by("number", "id")
        .values_list("number", "scope", "sector", "company", "said_at")
    )


def test_it_puts_a_list_on_record_and_twice_adds_nothing(db, run, clock):
    text = f"number\n+{A}\n+{B}\n+{A}\n"
    assert run(text) == {"accepted": 2, "duplicates": 1, "rejected": 0}
    assert run(text) == {"accepted": 0, "duplicates": 3, "rejected": 0}
    assert on_record() == [(A, "all", None, None, clock), (B, "all", None, None, clock)]
    row = OptOut.objects.get(number=A)
    assert (row.record_id, row.source, row.reporter, len(row.channels)) == (row.pk, "import", None, 4)
    assert (row.valid.lower, row.valid.upper, row.recorded.lower, row.recorded.upper) == (
        clock,
        None,
        clock,
        None,
    )


def test_it_leaves_an_opt_out_alone_that_stands(db, run, moment):
    before = opt_outs.register(number=A, scope="all", moment=moment, source="portal")
    assert run(f"+{A}\n") == {"accepted": 0, "duplicates": 1, "rejected": 0}
    assert list(OptOut.objects.values_list("pk", flat=True)) == [before.pk]


def test_it_registers_anew_what_was_withdrawn(db, run, moment):
    before = opt_outs.register(number=A, scope="all", moment=moment, source="portal")
    opt_outs.withdraw(record_id=before.record_id, moment=moment)
    assert run(f"+{A}\n")["accepted"] == 1


def test_it_binds_the_next_check(run, acme, moment):
    run(f"+{A}\n", "--scope", "sector", "--sector", "insurance")
    question = Question(acme.pk, acme.pk, A, ACME_CALLER, 0, 0)
    [answer] = check.check([question], moment)
    assert "opted_out_of_sector" in answer.decision.reasons


def test_it_writes_refusals_of_one_company(run, acme):
    run(f"+{A}\n", "--scope", "company", "--company", f"com_{acme.pk}", "--source", "regulator")
    row = OptOut.objects.get()
    assert (row.scope, row.company, row.source) == ("company", acme, "regulator")


def test_it_reads_when_what_and_where_from_columns(db, run, clock):
    answer = run(
        "number,said_at,scope,sector,channels\n"
        f"+{A},2026-01-05T09:00:00+08:00,sector,finance,live|sms\n"
        f"+{B},,,,\n",
        "--said-at",
        "2026-02-01",
    )
    assert answer["accepted"] == 2
    assert on_record() == [
        (A, "sector", "finance", None, datetime(2026, 1, 5, 1, tzinfo=UTC)),
        (B, "all", None, None, datetime(2026, 2, 1, tzinfo=UTC)),
    ]
    assert OptOut.objects.get(number=A).channels == ["live", "sms"]


def test_it_keeps_the_first_and_the_last_time_of_the_same_opt_out(db, run):
    run(f"number,said_at\n+{A},2026-02-01T00:00:00Z\n+{A},2026-01-01T00:00:00Z\n")
    first, last = OptOut.objects.current().order_by("valid")
    assert first.said_at == first.valid.lower == datetime(2026, 1, 1, tzinfo=UTC)
    assert first.valid.upper == last.valid.lower == datetime(2026, 2, 1, tzinfo=UTC)
    assert last.valid.upper is None


def test_it_writes_refused_rows_beside_the_list(db, run, tmp_path):
    content = (
        "number,said_at,sector,scope,channels\n"
        f"+{A},,,,\n"
        "12,,,,\n"
        f"+{B},2030-01-01T00:00:00Z,,,\n"
        f"+{B},2026-01-01T00:00:00,,,\n"
        f"+{B},yesterday,,,\n"
        f"+{B},,,sector,\n"
        f"+{B},,,company,\n"
        f"+{B},,,,fax\n"
        f"+{B},,gambling,sector,\n"
    )
    assert run(content) == {"accepted": 1, "duplicates": 0, "rejected": 8}
    path = tmp_path / "list.rejected.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["error_code"]) for row in rows] == [
        ("3", "number_not_possible"),
        ("4", "said_at_in_future"),
        ("5", "said_at_without_offset"),
        ("6", "said_at_malformed"),
        ("7", "sector_missing"),
        ("8", "company_missing"),
        ("9", "channels_unknown"),
        ("10", "sector_unknown"),
    ]
    assert rows[0]["value"] == "12"
    assert all(row["error_message"] for row in rows)
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(f"+{A}\n")["rejected"] == 0
    assert not path.exists()


def test_it_writes_refused_rows_where_it_is_told(db, run, tmp_path):
    run("+86\n", "--rejected", str(tmp_path / "bad.csv"))
    assert (tmp_path / "bad.csv").read_text().splitlines()[1].startswith("1,")
    (tmp_path / "mine.txt").write_text("precious")
    for words in (["--rejected", str(tmp_path / "mine.txt")], ["--rejected", str(tmp_path / "list.csv")]):
        with pytest.raises(CommandError):
            run("+86\n", *words)
    assert (tmp_path / "mine.txt").read_text() == "precious"
    assert (tmp_path / "list.csv").read_text() == "+86\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "latin-1"])
def test_it_reads_other_encodings(db, run, encoding):
    name = "Müller" if encoding == "latin-1" else "王小明"
    assert run(f"name,number\n{name},+{A}\n".encode(encoding))["accepted"] == 1


def test_it_accepts_an_empty_file(db, run):
    assert run("") == {"accepted": 0, "duplicates": 0, "rejected": 0}


def test_it_reads_foreign_layouts(db, run):
    assert run("416,5550123\r\n")["accepted"] == 1
    assert run("01632960001 \r\n")["accepted"] == 1
    assert (
        run("a|13800138001\n", "--number-column", "2", "--delimiter", "|", "--region", "CN")["accepted"] == 1
    )
    assert [row[0] for row in on_record()] == [14165550123, 441632960001, A]


@pytest.mark.parametrize(
    "words",
    [
        ["--scope", "sector"],
        ["--scope", "company"],
        ["--scope", "company", "--company", "nobody"],
        ["--sector", "food"],
        ["--region", "Atlantis"],
        ["--said-at", "2030-01-01"],
        ["--layout", "csv"],
        ["--delimiter", "ab"],
    ],
)
def test_it_refuses_what_makes_no_sense(db, run, words):
    with pytest.raises(CommandError):
        run(f"+{A}\n", *words)
    assert not OptOut.objects.exists()


def test_it_refuses_a_file_that_is_not_there_or_no_text(db, run):
    with pytest.raises(CommandError, match="no file"):
        call_command("import_opt_outs", "/nowhere.csv")
    with pytest.raises(CommandError, match="spreadsheet"):
        run(b"PK\x03\x04" + bytes(100))


def test_it_loads_in_chunks_and_keeps_the_counts(db, run, monkeypatch):
    monkeypatch.setattr(loading.chunks, "__defaults__", (3,))
    numbers = [A + n for n in range(10)]
    assert run("".join(f"+{n}\n" for n in [*numbers, A, "x"])) == {
        "accepted": 10,
        "duplicates": 1,
        "rejected": 1,
    }
    assert [row[0] for row in on_record()] == numbers
