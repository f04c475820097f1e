"""Every figure of a report is the count that plain SQL gives."""

import json

import pytest
from django.db import connection

from compliance import complaints
from compliance.models import Report
from compliance.reports import reports
from compliance.reports.kinds import KINDS
from compliance.reports.words import FIGURES, LABELS
from registry import ids
from registry.errors import InvalidInput
from registry.periods import Moment
from tests.compliance.calls_made import DAY, at
from tests.compliance.complaints_made import filed, matched
from tests.compliance.reports_made import AS_OF, FIRST, LAST, day, made, question, table

NARROWED = {"sector": {"sector": "insurance"}}


def count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {statement}")
        return cursor.fetchone()[0]


def narrowed(kind, acme):
    return {"company": {"company_id": acme.pk}}.get(kind, NARROWED.get(kind, {}))


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_every_kind_with_all_its_files(acme, files, kind):
    day(acme)
    row = made(kind, **narrowed(kind, acme))
    assert set(row.figures["totals"]) == set(KINDS[kind].totals)
    assert set(row.files) == set(reports.FILES)
    assert len(row.data_digest) == len(row.rule_digest) == len(row.policy_digest) == 64
    for name in row.files:
        assert reports.open_file(row, name).read()
    assert json.load(reports.open_file(row, "json"))["data_digest"] == row.data_digest
    assert reports.open_file(row, "en.pdf").read(5) == b"%PDF-"


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_words_for_all_it_shows(kind):
    held = KINDS[kind]
    for table_ in held.tables:
        assert set(table_.figures) <= set(FIGURES)
        assert set(table_.by) <= set(LABELS)
        assert table_.name in held.sql
    assert set(held.totals) <= set(FIGURES)


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_every_kind_of_nothing(db, files, kind, acme):
    row = made(kind, **narrowed(kind, acme))
    assert not any(row.figures["totals"].values()) or kind == "company"


def test_it_counts_the_month(acme, files):
    other = day(acme)
    row = made("national-month")
    totals = row.figures["totals"]
    assert (totals["calls"], totals["audited"]) == (7, 7) == (count("compliance_call"),) * 2
    assert (totals["checks"], totals["denied"]) == (3, 1)
    assert totals["checks"] == count("registry_check")
    assert totals["violations"] == count("compliance_violation")
    bad = count("(SELECT DISTINCT call_row FROM compliance_violation) AS f")
    assert totals["violating"] == bad == 5
    assert totals["violation_rate"] == round(5 / 7, 6)
    assert totals["companies_active"] == 2
    by_day = table(row.figures, "by_day")
    assert len(by_day) == 31
    assert by_day[DAY.isoformat()]["calls"] == 7
    assert sum(line["violations"] for line in by_day.values()) == totals["violations"]
    assert table(row.figures, "by_sector")["insurance"]["violating"] == 5
    assert table(row.figures, "by_region")["CN"]["audited"] == 7
    rules = table(row.figures, "by_rule")
    for code, line in rules.items():
        assert line["violations"] == count(f"compliance_violation WHERE code = '{code}'")
    # Neither has calls enough for a rate to say anything.
    assert table(row.figures, "by_company") == {}
    assert ids.public("com", other.pk) not in json.dumps(row.figures)


def test_it_compares_with_the_month_before(acme, files):
    day(acme)
    row = reports.request(
        reports.ask(kind="audited-calls", first=LAST.replace(month=4, day=1), last=LAST.replace(month=4, day=30),
                    clock=AS_OF.replace(month=5), as_of=AS_OF.replace(month=5)),
        user=None, clock=AS_OF.replace(month=5),
    )  # fmt: skip
    reports.make(row.pk, clock=AS_OF.replace(month=5))
    row.refresh_from_db()
    assert (row.figures["totals"]["calls"], row.figures["before"]["calls"]) == (0, 7)


def test_it_is_about_one_company(acme, files):
    other = day(acme)
    row = made("company", company_id=other.pk)
    assert (row.figures["totals"]["calls"], row.figures["totals"]["checks"]) == (1, 0)
    assert row.figures["totals"]["calling_numbers"] == 1
    assert set(table(row.figures, "licences")) == {"insurance", "finance"}
    assert row.parameters == {"company": ids.public("com", other.pk)}


def test_it_tells_who_fell_silent(acme, files):
    other = day(acme)
    row = made("audit-coverage")
    # No log of theirs was loaded: the calls of the tests come without.
    silent = table(row.figures, "silent")
    assert silent[ids.public("com", acme.pk)]["allowed_since_log"] == 2
    assert ids.public("com", other.pk) not in silent
    totals = row.figures["totals"]
    assert (totals["days_active"], totals["days_audited"], totals["companies_silent"]) == (2, 2, 1)


def test_it_times_complaints(acme, files):
    row = matched(filed(clock=at("11:00"), called_at=at("10:00")), clock=at("11:00"))
    assert row.state == "relayed"
    complaints.answer(
        complaint_id=row.pk, company_id=acme.pk, text="Sorry", evidence=[], clock=at("2026-03-11 11:00")
    )
    report = made("complaint-times")
    totals = report.figures["totals"]
    assert (totals["complaints"], totals["complaints_answered"], totals["complaints_open"]) == (1, 1, 1)
    answered = table(report.figures, "by_step")["answer"]
    assert (answered["steps_taken"], answered["hours_median"], answered["in_time_share"]) == (1, 24.0, 1.0)
    assert table(report.figures, "by_company")[ids.public("com", acme.pk)]["complaints"] == 1
    # As of before it was answered.
    early = made("complaint-times", at("2026-03-10 20:00"))
    assert (
        early.figures["totals"]["complaints_answered"],
        early.figures["totals"]["complaints_relayed"],
    ) == (0, 1)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"kind": "gossip"}, "/kind"),
        ({"kind": "sector"}, "/sector"),
        ({"kind": "company"}, "/company"),
        ({"kind": "company", "company_id": 999_999}, "/company"),
        ({"kind": "national-month", "sector": "insurance"}, "/sector"),
        ({"kind": "sector", "sector": "gossip"}, "/sector"),
        ({"kind": "violations", "last": FIRST.replace(year=2025)}, "/to"),
        ({"kind": "violations", "last": FIRST.replace(year=2028)}, "/to"),
        ({"kind": "violations", "as_of": AS_OF.replace(year=2030)}, "/as_of"),
    ],
)
def test_it_refuses_what_makes_no_sense(db, values, pointer):
    with pytest.raises(InvalidInput) as refused:
        reports.ask(**{"first": FIRST, "last": LAST, "clock": AS_OF} | values)
    assert refused.value.pointer == pointer


def test_it_asks_for_each_month_once_from_the_second_on(db):
    assert reports.schedule(clock=AS_OF.replace(day=1)) == []
    asked = reports.schedule(clock=AS_OF.replace(month=4, day=5))
    assert len(asked) == sum(kind.monthly for kind in KINDS.values())
    assert reports.schedule(clock=AS_OF.replace(month=4, day=6)) == []
    assert set(Report.objects.values_list("first", "last")) == {(FIRST, LAST)}
    assert reports.unmade(clock=AS_OF.replace(month=4, day=7)) == asked


def test_it_makes_a_report_once_and_keeps_it(acme, files):
    row = made("violations")
    digest = row.files["csv"]["sha256"]
    assert reports.make(row.pk, clock=AS_OF)["data_digest"] == row.data_digest
    row.refresh_from_db()
    assert row.files["csv"]["sha256"] == digest
    assert Moment.of(AS_OF).at == row.started_at
    assert question("violations") == reports.question_of(row)
