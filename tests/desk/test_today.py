"""The desk's figures are the counts that plain SQL gives, and each leads to the list it counts."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from compliance import counts, violations
from compliance.models import CallCount, CheckCount, CountDue, Violation, ViolationCount
from registry import ids, partitions
from tests.compliance.calls_made import DAY, asked, at, audited, called
from tests.compliance.reports_made import AS_OF, day
from tests.desk.house import desk
from tests.story import ANA

pytestmark = pytest.mark.django_db
SPAN = {"since": "2026-03-01", "until": "2026-03-31"}


def plain(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {statement}")
        return cursor.fetchone()[0]


def count_all(clock=AS_OF) -> None:
    """What the rounds of a minute do."""
    counts.count_checks(clock=clock)
    for company_id, due in counts.due():
        counts.count_day(company_id, due)


@pytest.fixture
def told(acme):
    with time_machine.travel(AS_OF, tick=False):
        other = day(acme)
        counts.count_checks(clock=at("2026-03-10 09:00"))
        count_all()
        yield other


def total(model, figure: str, **narrowed) -> int:
    return sum(model.objects.filter(**narrowed).values_list(figure, flat=True))


def test_it_counts_what_plain_sql_counts(acme, told):
    assert total(CallCount, "calls") == total(CallCount, "audited") == plain("compliance_call") == 7
    assert (
        total(CallCount, "violating")
        == plain("(SELECT DISTINCT call_row FROM compliance_violation) AS f")
        == 5
    )
    assert total(ViolationCount, "violations") == plain("compliance_violation")
    assert total(CheckCount, "checks") == plain("registry_check") == 3
    assert total(CheckCount, "checks", allowed=False, reason="opted_out_of_company") == 1
    assert set(CallCount.objects.values_list("region", "sector")) == {("CN", "insurance")}
    assert not CountDue.objects.exists()


def test_it_counts_again_what_changed(acme, told):
    row = Violation.objects.filter(code="called_after_deny").get()
    violations.settle(violation_id=row.pk, status="dismissed", clock=AS_OF)
    assert list(CountDue.objects.values_list("company_id", "day")) == [(acme.pk, DAY)]
    count_all()
    assert total(ViolationCount, "violations", status="dismissed") == 1
    # The call had another violation, and still counts.
    assert total(CallCount, "violating") == 5
    for other in Violation.objects.filter(call=row.call).exclude(pk=row.pk):
        violations.settle(violation_id=other.pk, status="dismissed", clock=AS_OF)
    count_all()
    assert total(CallCount, "violating") == 4


def test_it_keeps_the_counts_of_a_month_that_was_put_aside(acme, told):
    partitions.detach("compliance_call", before=(2026, 4))
    violations.settle(violation_id=Violation.objects.first().pk, status="dismissed", clock=AS_OF)
    count_all()
    assert total(CallCount, "calls") == 7
    assert total(ViolationCount, "violations", status="dismissed") == 1


def test_it_counts_late_calls_as_not_audited(acme, told):
    called(acme, "2026-03-10 16:00", number=ANA + 40)
    counts.mark(acme.pk, [DAY], clock=AS_OF)
    count_all()
    # On record an hour after it was made by the tests' calls, which was before the audit began.
    assert total(CallCount, "audited") == 8
    audited(acme, DAY, AS_OF)
    count_all()
    assert total(CallCount, "calls") == total(CallCount, "audited") == 8


def test_it_counts_each_check_once_whatever_the_rounds(acme):
    asked(acme, "10:00")
    counts.count_checks(clock=at("10:05"))
    asked(acme, "10:05")
    asked(acme, "10:06")
    counts.count_checks(clock=at("10:07"))
    counts.count_checks(clock=at("10:07"))
    counts.count_checks(clock=at("10:06"))
    assert total(CheckCount, "checks") == 3
    # One that a slow transaction put on record behind the mark is found by the day's audit.
    asked(acme, "10:01")
    counts.count_checks(clock=at("10:08"))
    assert total(CheckCount, "checks") == 3
    audited(acme)
    count_all(at("10:09"))
    assert total(CheckCount, "checks") == 4


def test_it_counts_no_check_before_its_round(acme):
    asked(acme, "10:00")
    counts.count_checks(clock=at("09:00"))
    audited(acme)
    counts.count_day(acme.pk, DAY)
    assert total(CheckCount, "checks") == 0
    counts.count_checks(clock=at("11:00"))
    assert total(CheckCount, "checks") == 1


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("role", ["observer", "analyst", "case_officer", "supervisor", "administrator"])
def test_it_shows_the_figures_to_every_role(told, role):
    answer = desk(role).get("/desk/", SPAN)
    assert answer.status_code == 200
    figures = answer.context["figures"]
    assert (figures.all_checks(), figures.denied(), figures.made["violating"]) == (3, 1, 5)
    assert "Calls with a violation" in text(answer)


def test_each_figure_leads_to_the_list_it_counts(acme, told):
    client = desk("observer")
    figures = client.get("/desk/", SPAN).context["figures"]
    listed = client.get(figures.violations_address()).context["rows"]
    assert len(listed) == figures.violations()
    assert len(client.get(figures.open_address()).context["rows"]) == figures.open_violations()
    for _name, n, address in figures.rules_addresses():
        assert len(client.get(address).context["rows"]) == n
    for row, address in figures.sector_rows():
        assert len({found.call for found in client.get(address).context["rows"]}) == row["violating"]
    row = listed[0]
    assert client.get(f"/desk/violations/{row.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("narrowed", "calls"),
    [
        ({"sector": "finance"}, 0), ({"sector": "insurance"}, 7), ({"region": "cn"}, 7), ({"region": "US-FL"}, 0),
        ({"company": "Acme Insurance"}, 6), ({"until": "2026-03-09"}, 0),
    ],
)  # fmt: skip
def test_it_is_narrowed_in_the_address(acme, told, narrowed, calls):
    assert desk("observer").get("/desk/", SPAN | narrowed).context["figures"].made["calls"] == calls


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "yesterday"},
        {"until": "2026-02-01"},
        {"since": "2025-01-01"},
        {"company": "Nobody"},
        {"sector": "x"},
    ],
)
def test_it_says_what_is_wrong_with_an_address(told, wrong):
    answer = desk("observer").get("/desk/", SPAN | wrong)
    assert answer.status_code == 400
    assert "What waits" in text(answer)


def test_it_shames_nobody_by_chance(acme, told):
    client = desk("observer")
    assert client.get("/desk/", SPAN).context["figures"].worst() == []
    CallCount.objects.filter(company=acme).update(calls=10_000, audited=10_000, violating=500)
    CallCount.objects.filter(company=told).update(calls=100, audited=100, violating=6)
    ranked = client.get("/desk/", SPAN).context["figures"].worst()
    # Six of a hundred is a higher share, and says less.
    assert [row["company_id"] for row in ranked] == [acme.pk, told.pk]
    assert ranked[1]["rate"] > ranked[0]["rate"]


def test_it_shows_an_empty_desk(db):
    answer = desk("observer").get("/desk/")
    assert answer.status_code == 200
    assert answer.context["figures"].rate is None


def test_it_is_for_staff_only(client, told):
    assert client.get("/desk/").status_code == 302
    assert desk("observer").post("/desk/").status_code == 405


FILL = """
INSERT INTO compliance_call (
    started_at, received_at, company_id, number, call_log_id, disposition, channel, sector, opt_out_requested, call_id,
    natural_key)
SELECT '2026-03-05Z'::timestamptz + n * interval '1 second', '2026-03-06Z', %(company)s, 8613900000000 + n, 1, 0, 0, 0,
    false, 'o-' || n, 'o-' || n
FROM generate_series(1, 20000) AS n;

INSERT INTO registry_check (
    checked_at, number, company_id, seller_id, caller, decision_id, policy_id, sector, channel, purpose, kind, allowed)
SELECT '2026-03-05Z'::timestamptz + n * interval '1 second', 8613900000000 + n, %(company)s, %(company)s, 1, 0, 0, 0, 0,
    0, 0, false
FROM generate_series(1, 20000) AS n;

ANALYZE
"""


def filled(company_id: int) -> None:
    """Much that the figures are not about: calls and checks of another day."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"company": company_id})


READ = (
    "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables "
    "WHERE relname LIKE ANY (ARRAY['registry_check_2%', 'compliance_call_2%', 'compliance_violation'])"
)


def rows_read() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return dict(cursor.fetchall())


def test_it_reads_no_call_and_no_check_to_show_figures(acme, told):
    filled(acme.pk)
    client = desk("observer")
    before = rows_read()
    assert client.get("/desk/", SPAN).status_code == 200
    assert rows_read() == before


def test_it_reads_one_company_day_to_count_it(acme, told):
    filled(acme.pk)
    before = rows_read()
    counts.mark(acme.pk, [DAY], clock=AS_OF)
    counts.count_day(acme.pk, DAY)
    counts.count_checks(clock=AS_OF + timedelta(minutes=1))
    grown = sum(rows_read().values()) - sum(before.values())
    assert grown < 200


def test_it_links_companies_by_their_ids(acme, told):
    CallCount.objects.filter(company=acme).update(calls=1000, audited=1000, violating=500)
    ((_row, address),) = desk("observer").get("/desk/", SPAN).context["figures"].companies()
    assert f"company={ids.public('com', acme.pk)}" in address


def test_it_counts_by_days_of_utc(acme):
    called(acme, datetime(2026, 3, 10, 23, 59, tzinfo=UTC))
    audited(acme)
    counts.mark(acme.pk, [date(2026, 3, 11)], clock=AS_OF)
    count_all()
    assert list(CallCount.objects.values_list("day", "calls")) == [(DAY, 1)]
