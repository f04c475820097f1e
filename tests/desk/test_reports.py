"""Reports at the desk: asked for, made, read, and taken away as files."""

import pytest
import time_machine

from compliance.models import Report
from registry import ids
from tests.compliance.reports_made import AS_OF, day, made
from tests.desk.house import desk

pytestmark = pytest.mark.django_db
MARCH = {"kind": "national-month", "first": "2026-03-01", "last": "2026-03-31"}


@pytest.fixture
def told(acme, files):
    with time_machine.travel(AS_OF.replace(month=5), tick=False):
        day(acme)
        yield acme


def test_it_makes_what_is_asked_for(told, eager):
    answer = desk("analyst").post("/desk/reports/", MARCH)
    row = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/reports/{row.pk}/")
    assert (row.state, row.made_by.username) == ("completed", "analyst@regulator.example")
    page = desk("observer").get(f"/desk/reports/{row.pk}/").content.decode()
    for said in (
        row.data_digest,
        row.files["csv"]["sha256"],
        "National month",
        "What the figures mean",
        "<svg",
    ):
        assert said in page


def test_it_keeps_an_asking_that_no_worker_heard(told, monkeypatch):
    monkeypatch.setattr("compliance.tasks.make_report.apply_async", lambda _args: None)
    desk("analyst").post("/desk/reports/", MARCH)
    row = Report.objects.get()
    assert row.state == "queued"
    assert "being made" in desk("observer").get(f"/desk/reports/{row.pk}/").content.decode()


def test_it_narrows_to_what_is_asked(told, eager):
    desk("analyst").post("/desk/reports/", MARCH | {"kind": "company", "company": "Acme Insurance"})
    assert Report.objects.get().parameters == {"company": ids.public("com", told.pk)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "sector"}, "sector"), ({"kind": "company"}, "company"), ({"kind": "x"}, "kind"),
        ({"last": "2026-02-01"}, "last"), ({"first": ""}, "first"), ({"company": "Nobody"}, "company"),
        ({"sector": "insurance"}, "sector"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong(told, wrong, field):
    answer = desk("analyst").post("/desk/reports/", MARCH | wrong)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not Report.objects.exists()


def test_it_is_asked_for_by_who_may(told):
    assert desk("observer").post("/desk/reports/", MARCH).status_code == 403
    assert "Ask for a report" not in desk("observer").get("/desk/reports/").content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("name", "kind"), [("csv", "text/csv"), ("json", "application/json"), ("en.pdf", "application/pdf"),
                       ("zh-hans.pdf", "application/pdf")]
)  # fmt: skip
def test_it_gives_its_files(told, client, name, kind):
    row = made("violations")
    answer = desk("observer").get(f"/desk/reports/{row.pk}/{name}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(kind)
    assert len(b"".join(answer.streaming_content)) == row.files[name]["bytes"]
    assert client.get(f"/desk/reports/{row.pk}/{name}").status_code == 302


def test_it_gives_no_file_that_was_changed(told, files):
    row = made("violations")
    path = files / row.files["csv"]["file"]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"one more\r\n")
    assert desk("observer").get(f"/desk/reports/{row.pk}/csv").status_code >= 400


@pytest.mark.parametrize("path", ["999999/", "999999/csv", "{}/docx"])
def test_it_knows_what_is_missing(told, path):
    row = made("violations")
    assert desk("observer").get(f"/desk/reports/{path.format(row.pk)}").status_code == 404


def test_it_lists_them_by_kind(told):
    row = made("violations")
    made("audited-calls")
    answer = desk("observer").get("/desk/reports/", {"kind": "violations"})
    assert [found.pk for found in answer.context["rows"]] == [row.pk]


@pytest.mark.parametrize("kind", ["national-month", "complaint-times", "audit-coverage", "public-statistics"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_shows_every_kind_in_both_languages(told, kind, language):
    row = made(kind)
    client = desk("observer")
    client.cookies["django_language"] = language
    assert client.get(f"/desk/reports/{row.pk}/").status_code == 200
