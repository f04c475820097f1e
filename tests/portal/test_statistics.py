"""Public statistics: the month as it was published, and its files at addresses that stay."""

import csv
import io

import pytest
from django.test import Client

from compliance import violations
from compliance.models import CallCount, Violation
from compliance.reports import reports
from compliance.reports.suppression import LEAST
from tests.compliance.calls_made import agreed, at, audited, called
from tests.compliance.reports_made import AS_OF, day
from tests.story import ANA

pytestmark = pytest.mark.django_db
APRIL = AS_OF.replace(month=4, day=2)


@pytest.fixture
def published(acme, files):
    """March, with more than a few calls of one sector, and few violations."""
    day(acme)
    for n in range(30):
        agreed(acme, number=ANA + 100 + n)
        called(acme, f"13:{n:02}", number=ANA + 100 + n)
    audited(acme, clock=AS_OF)
    for report_id in reports.schedule(clock=APRIL):
        reports.make(report_id, clock=APRIL)


def rows(name: str) -> list[dict[str, str]]:
    answer = Client().get(f"/statistics/open-data/{name}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_it_shows_the_month_to_anybody(published):
    page = Client().get("/statistics/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "2026-03" in text
    assert "/statistics/open-data/calls-2026-03.csv" in text
    assert "Acme" not in text
    assert Client().get("/statistics/?month=2026-03").status_code == 200
    assert Client().get("/statistics/?month=2026-02").status_code == 404
    assert Client().post("/statistics/").status_code == 405


def test_it_speaks_chinese(published):
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    assert client.get("/statistics/").status_code == client.get("/statistics/open-data/").status_code == 200


def test_it_publishes_counts_and_no_small_ones(published):
    (line,) = rows("calls-2026-03.csv")
    assert (line["month"], line["sector"], line["region"], line["calls"]) == (
        "2026-03",
        "insurance",
        "CN",
        "37",
    )
    found = rows("violations-2026-03.csv")
    assert {line["code"] for line in found} >= {"no_check", "called_after_deny"}
    for line in found:
        true = Violation.objects.filter(code=line["code"]).count()
        assert line["violations"] in ("", str(true))
        assert line["violations"] == "" or true >= LEAST
    assert [line["violations"] for line in found if line["code"] == "called_after_deny"] == [""]


def test_it_stays_as_it_was_published(published):
    before = Client().get("/statistics/open-data/violations-2026-03.json")
    row = Violation.objects.filter(code="no_check").first()
    violations.settle(violation_id=row.pk, status="dismissed", clock=APRIL)
    assert reports.schedule(clock=APRIL) == []
    after = Client().get("/statistics/open-data/violations-2026-03.json")
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    assert before.json()["suppressed_below"] == LEAST


def test_it_is_not_sent_again_when_unchanged(published):
    first = Client().get("/statistics/open-data/checks-2026-03.csv")
    assert first["Cache-Control"] == "public, max-age=3600"
    again = Client().get("/statistics/open-data/checks-2026-03.csv", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = Client().get("/statistics/open-data/calls-2026-03.csv", headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200


def test_it_lists_its_files_and_each_is_there(published):
    listed = Client().get("/statistics/open-data/?format=json").json()
    assert len(listed["files"]) == 12
    for address in listed["files"]:
        assert Client().get(address.removeprefix("http://testserver")).status_code == 200
    page = Client().get("/statistics/open-data/").content.decode()
    assert listed["licence"] in page


@pytest.mark.parametrize(
    "name", ["calls-2026-02.csv", "calls-2026-03.xml", "people-2026-03.csv", "calls-03.csv"]
)
def test_it_knows_no_other_file(published, name):
    assert Client().get(f"/statistics/open-data/{name}").status_code == 404


def test_it_says_that_nothing_is_published_yet():
    assert "No month is published yet" in Client().get("/statistics/").content.decode()
    assert Client().get("/statistics/open-data/").status_code == 200
    assert not CallCount.objects.exists()
    assert at("10:00") < APRIL
