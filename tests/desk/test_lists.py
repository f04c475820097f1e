"""The desk's lists: what they show, how they are narrowed, and the same as CSV."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine

from compliance import violations
from compliance.models import Audit, CallLog, Incident, Violation
from registry import ids
from tests.compliance.calls_made import DAY
from tests.compliance.reports_made import AS_OF, day
from tests.desk.house import desk
from tests.story import ANA

pytestmark = pytest.mark.django_db
LISTS = ("violations", "audits", "call-logs", "incidents", "reports")


@pytest.fixture
def told(acme):
    with time_machine.travel(AS_OF, tick=False):
        day(acme)
        log = CallLog.objects.create(
            company=acme, state="failed", format="native", sha256="0" * 64, bytes_total=1, created_at=AS_OF,
            problem={"title": "The file is broken"}, file_name="=march.csv",
        )  # fmt: skip
        Incident.objects.create(
            company=acme, audit=Audit.objects.get(company=acme), check_id=7, checked_at=AS_OF, found_at=AS_OF,
            given={"verdict": "allow", "reasons": ["consent_on_record"]},
            recomputed={"verdict": "deny", "reasons": ["opted_out_of_company"]},
        )  # fmt: skip
        yield log


def rows(name, **query):
    answer = desk("observer").get(f"/desk/{name}/", query)
    assert answer.status_code == 200, answer.content
    return answer.context["rows"]


def table(name, **query):
    answer = desk("observer").get(f"/desk/{name}/", {"format": "csv", **query})
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("name", LISTS)
def test_it_is_for_staff_only(client, told, name):
    assert client.get(f"/desk/{name}/").status_code == 302
    assert desk("observer").get(f"/desk/{name}/").status_code == 200
    assert desk("observer").put(f"/desk/{name}/").status_code in (403, 405)
    assert desk("observer").get(f"/desk/{name}/", {"company": "Nobody", "kind": "?"}).status_code == 400


def test_it_narrows_violations_by_all_that_is_offered(acme, told):
    everything = rows("violations")
    assert len(everything) == Violation.objects.count()
    assert everything == sorted(everything, key=lambda row: (row.call_started_at, row.pk), reverse=True)
    assert {row.code for row in rows("violations", code="no_check")} == {"no_check"}
    assert {row.company_id for row in rows("violations", company=ids.public("com", acme.pk))} == {acme.pk}
    assert (
        len(rows("violations", region="CN")) == len(rows("violations", sector="insurance")) == len(everything)
    )
    assert rows("violations", region="US") == rows("violations", status="confirmed") == []
    assert len(rows("violations", since="2026-03-10", until="2026-03-10")) == len(everything)
    assert rows("violations", since="2026-03-11") == rows("violations", until="2026-03-09") == []


def test_it_writes_violations_as_csv_with_masked_numbers(told):
    lines = table("violations", code="called_after_deny")
    assert [line["code"] for line in lines] == ["called_after_deny"]
    assert lines[0]["number"].startswith("+86138****")
    assert str(ANA) not in str(table("violations"))


def test_it_shows_a_violation_with_its_evidence(acme, told):
    row = Violation.objects.get(code="called_after_deny")
    violations.respond(
        violation_id=row.pk, company_id=acme.pk, text="We regret it.", evidence=[], clock=AS_OF
    )
    page = desk("observer").get(f"/desk/violations/{row.pk}/").content.decode()
    for said in (
        "We regret it.",
        row.evidence["policy"]["digest"],
        ids.public("chk", row.check_id),
        "Answered",
    ):
        assert said in page
    assert str(row.number) not in page
    assert (
        "/desk/unmask/violation/" in desk("case_officer").get(f"/desk/violations/{row.pk}/").content.decode()
    )
    assert desk("observer").get("/desk/violations/999999/").status_code == 404


def test_it_lists_audits(acme, told):
    assert {row.state for row in rows("audits")} == {"completed"}
    assert len(rows("audits", since=DAY.isoformat(), until=DAY.isoformat(), state="completed")) == 2
    assert rows("audits", state="queued") == rows("audits", stale="true") == []
    Audit.objects.filter(company=acme).update(stale_since=AS_OF)
    assert [row.company_id for row in rows("audits", stale="true")] == [acme.pk]
    assert sum(int(line["violations"]) for line in table("audits")) == Violation.objects.count()


def test_it_lists_call_logs(told):
    assert [row.pk for row in rows("call-logs", state="failed", since="2026-03-21")] == [told.pk]
    assert rows("call-logs", state="completed") == []
    assert table("call-logs")[0]["file_name"] == "'=march.csv"


def test_it_closes_an_incident_with_a_note(told):
    row = Incident.objects.get()
    assert [found.pk for found in rows("incidents", open="true")] == [row.pk]
    address = f"/desk/incidents/{row.pk}/"
    assert desk("case_officer").get(address).status_code == 200
    assert desk("case_officer").post(address, {"note": "A defect, mended"}).status_code == 403
    assert desk("supervisor").post(address, {"note": ""}).status_code == 400
    assert desk("supervisor").post(address, {"note": "A defect, mended"}).status_code == 302
    row.refresh_from_db()
    assert (row.note, row.resolved_at) == ("A defect, mended", AS_OF)
    assert desk("supervisor").post(address, {"note": "Again"}).status_code == 409
    assert rows("incidents", open="true") == []
    assert desk("supervisor").get("/desk/incidents/999999/").status_code == 404


def test_it_pages_without_losing_any(acme, told, monkeypatch):
    monkeypatch.setattr("compliance.desk.lists.SIZE", 3)
    seen, after = [], ""
    for _ in range(4):
        answer = desk("observer").get("/desk/violations/", {"after": after})
        seen += [row.pk for row in answer.context["rows"]]
        after = answer.context["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == Violation.objects.count()
    assert AS_OF - timedelta(days=30) < Violation.objects.get(pk=seen[0]).call_started_at
