"""The command that writes reports, and what is in them."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from compliance.models import Violation
from registry import ids, roles
from registry.models import AccessRecord, Company
from tests.compliance.calls_made import DAY, asked, audited, called, client, refused
from tests.story import ANA

SPAN = ("--from", "2026-03-10", "--to", "2026-03-10")


@pytest.fixture
def found(acme):
    """Acme called Ana after a denial, and on the day before without asking."""
    refused(acme, "09:00")
    called(acme, "10:01", check_id=asked(acme, "10:00"))
    audited(acme)


def export(*options: str, kind: str = "violations") -> str:
    out = StringIO()
    call_command("export_report", kind, *options, stdout=out)
    return out.getvalue()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_it_writes_csv_to_standard_output(acme, found):
    rows = table(export(*SPAN))
    assert [row["code"] for row in rows] == ["called_after_deny", "consent_missing", "opted_out_of_company"]
    row, kept = rows[0], Violation.objects.get(code="called_after_deny")
    assert row["id"] == ids.public("vio", kept.pk)
    assert (row["company_id"], row["company"]) == (ids.public("com", acme.pk), "Acme Insurance")
    assert (row["severity"], row["status"], row["verdict"]) == ("severe", "open", "deny")
    assert (row["started_at"], row["call"]) == ("2026-03-10T02:01:00+00:00", ids.public("cal", kept.call))
    assert (row["sector"], row["channel"], row["check"]) == (
        "insurance",
        "live",
        ids.public("chk", kept.check_id),
    )
    assert row["reasons"] == "opted_out_of_company consent_missing"
    assert row["call_id"].startswith("c")
    assert len(row["policy_digest"]) == len(row["rule_digest"]) == 64


def test_it_writes_json(found):
    report = json.loads(export(*SPAN, "--format", "json"))
    assert (report["kind"], report["from"], report["to"]) == ("violations", "2026-03-10", "2026-03-10")
    assert (report["company"], report["unmasked"], report["count"]) == (None, False, 3)
    assert [row["code"] for row in report["rows"]] == [
        "called_after_deny",
        "consent_missing",
        "opted_out_of_company",
    ]
    assert report["rows"][0]["evidence"]["facts"]["refused"] is True


def test_it_answers_the_report_itself_for_machines(found):
    report = json.loads(export(*SPAN, "--json"))
    assert (report["count"], len(report["rows"])) == (3, 3)


def test_it_writes_a_file_that_only_its_owner_reads(found, tmp_path):
    path = tmp_path / "march.csv"
    assert "3 rows" in export(*SPAN, "--out", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(table(path.read_text())) == 3
    assert list(tmp_path.iterdir()) == [path]


def test_it_writes_the_file_and_answers_the_report(found, tmp_path):
    path = tmp_path / "march.csv"
    report = json.loads(export(*SPAN, "--out", str(path), "--json"))
    assert report["count"] == len(table(path.read_text())) == 3


def test_it_leaves_no_half_file(found, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        export(*SPAN, "--out", str(tmp_path / "nowhere" / "march.csv"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "json"])
def test_it_masks_numbers(found, form):
    text = export(*SPAN, "--format", form)
    assert str(ANA) not in text
    assert "+86138****8000" in text


REASON = "court order 12/2026"


@pytest.fixture
def staff(db):
    """An observer, who sees what is masked, and a case officer, who may see more."""
    roles.ensure()
    for role in ("observer", "case_officer"):
        user = get_user_model().objects.create_user(role, f"{role}@miit.example", is_staff=True)
        roles.give(user=user, role=role)


def test_it_shows_numbers_to_staff_and_writes_down_to_whom(acme, found, staff):
    words = ("--unmask", "--as", "Case_Officer@miit.example", "--reason", REASON)
    text = export(*SPAN, "--company", "Acme Insurance", *words)
    assert {row["number"] for row in table(text)} == {f"+{ANA}"}
    record = AccessRecord.objects.get()
    assert (record.user.username, record.kind, record.reason) == (
        "case_officer",
        "report of violations",
        REASON,
    )
    assert record.object_id == f"2026-03-10/2026-03-10 {ids.public('com', acme.pk)}"
    export(*SPAN, *words)
    assert AccessRecord.objects.first().object_id == "2026-03-10/2026-03-10 all"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--as"),
        (("--as", "case_officer@miit.example"), "reason"),
        (("--as", "case_officer@miit.example", "--reason", "x   "), "reason"),
        (("--as", "nobody@miit.example", "--reason", REASON), "Nobody of the staff"),
        (("--as", "observer@miit.example", "--reason", REASON), "may not see"),
    ],
)
def test_it_shows_no_number_to_nobody_or_for_nothing(found, staff, options, words):
    with pytest.raises(CommandError, match=words):
        export(*SPAN, "--unmask", *options)
    assert not AccessRecord.objects.exists()


def test_it_masks_for_those_who_ask_for_nothing(found):
    export(*SPAN)
    assert not AccessRecord.objects.exists()


def test_it_leaves_out_what_was_withdrawn(found):
    Violation.objects.filter(code="consent_missing").update(status="withdrawn")
    assert len(table(export(*SPAN))) == 2


def test_it_takes_the_days_and_the_company_that_are_asked_for(acme, found):
    other = client()
    called(other, "10:00")
    late = called(acme, "2026-03-11 07:59")  # still 10 March, UTC
    next_day = called(acme, "2026-03-11 08:00")
    for company in (acme, other):
        audited(company)
        audited(company, DAY + timedelta(days=1))
    rows = table(export(*SPAN))
    assert {row["company"] for row in rows} == {"Acme Insurance", "Seller Life"}
    assert ids.public("cal", late) in {row["call"] for row in rows}
    assert ids.public("cal", next_day) not in {row["call"] for row in rows}
    assert Violation.objects.filter(call=next_day).exists()
    assert {row["company"] for row in table(export(*SPAN, "--company", "Seller Life"))} == {"Seller Life"}
    assert table(export("--from", "2026-03-09", "--to", "2026-03-09")) == []


def test_it_gives_a_spreadsheet_no_formula(acme, found):
    Company.objects.filter(pk=acme.pk).update(name="=HYPERLINK(1)")
    assert {row["company"] for row in table(export(*SPAN))} == {"'=HYPERLINK(1)"}
    assert json.loads(export(*SPAN, "--json"))["rows"][0]["company"] == "=HYPERLINK(1)"


def test_it_writes_a_head_when_nothing_was_found(db):
    assert export(*SPAN).startswith("id,company_id,company,code")
    assert json.loads(export(*SPAN, "--json"))["rows"] == []


def test_it_reads_many_rows_in_pieces(acme, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("compliance.reports.violations.PIECE", 4)
    for minute in range(5):
        called(acme, f"10:0{minute}")
    audited(acme)
    rows = table(export(*SPAN))
    assert len(rows) == Violation.objects.count()
    assert all(row["call_id"] for row in rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((*SPAN, "--format", "pdf"), "a file"),
        (("--from", "2026-03-10", "--to", "2026-03-01"), "before they begin"),
        ((*SPAN, "--company", "Nobody"), "no company"),
    ],
)
def test_it_refuses_what_it_cannot_do(db, options, words):
    with pytest.raises(CommandError, match=words):
        export(*options)


def test_it_knows_no_other_kind(db):
    with pytest.raises(CommandError):
        export(*SPAN, kind="gossip")
