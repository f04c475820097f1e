"""Special actions: planned, followed week by week against a baseline, noted, closed; by whom, and what is refused."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from compliance import campaign_progress, campaigns, counts
from compliance.errors import CampaignClosed
from compliance.models import CallCount, Campaign, CampaignNote, Complaint
from registry.errors import InvalidInput
from tests.compliance.calls_made import DAY, LATER
from tests.compliance.complaints_made import filed
from tests.compliance.reports_made import day, made, table
from tests.desk.house import desk, member

pytestmark = pytest.mark.django_db
FORM = {
    "name": "315",
    "first": "2026-03-09",
    "last": "2026-03-19",
    "baseline_first": "2026-02-09",
    "baseline_last": "2026-03-08",
    "sectors": ["insurance"],
    "regions": "cn",
    "departments": "Communications\nConsumers",
    "most_complaints": "0",
    "most_rate": "80",
    "fewest_audits": "2",
}


@pytest.fixture
def clock():
    """The tests' present here: after the day's audits."""
    return LATER


def planned(**given) -> Campaign:
    values = {
        "name": "315",
        "first": date(2026, 3, 9),
        "last": date(2026, 3, 19),
        "baseline_first": date(2026, 2, 9),
        "baseline_last": date(2026, 3, 8),
        "sectors": ["insurance"],
        "regions": ["CN"],
        **given,
    }
    return campaigns.plan(user=member("supervisor"), clock=LATER, **values)


def plain(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {statement}")
        return cursor.fetchone()[0]


@pytest.fixture
def told(acme, files, now):
    """A day of calls, audited and counted; a complaint in the action, and one in the baseline."""
    day(acme)
    for company, when in counts.due():
        counts.count_day(company, when)
    CallCount.objects.create(
        day=date(2026, 3, 3),
        company=acme,
        sector="insurance",
        region="CN",
        calls=80,
        audited=40,
        violating=10,
    )
    filed(clock=LATER - timedelta(days=3))
    filed(clock=LATER - timedelta(days=20), called_at=LATER - timedelta(days=20, hours=1))


def test_its_figures_are_the_plain_counts(told):
    found = campaign_progress.of(planned(), clock=LATER)
    first, second = found["weeks"]
    assert (first["day"], second["day"]) == ("2026-03-09", "2026-03-16")
    assert first["calls"] == first["audited"] == plain("compliance_call") == 7
    bad = plain("(SELECT DISTINCT call_row FROM compliance_violation) AS f")
    assert first["violating"] == bad == 5
    assert first["violation_rate"] == round(5 / 7, 6)
    assert first["days_audited"] == plain("compliance_audit") == 2
    since = "compliance_complaint WHERE received_at >= '2026-03-09' AND received_at < '2026-03-20'"
    assert second["complaints"] == 1
    assert first["complaints"] + second["complaints"] == found["total"]["complaints"] == plain(since)
    assert found["baseline"] == {
        "calls": 20.0,
        "audited": 10.0,
        "violating": 2.5,
        "complaints": 0.2,
        "days_audited": 0.2,
        "violation_rate": 0.25,
    }


@pytest.mark.parametrize("given", [{"sectors": ["food"]}, {"regions": ["US-FL"]}])
def test_it_counts_its_sectors_and_regions_alone(told, given):
    total = campaign_progress.of(planned(**given), clock=LATER)["total"]
    assert total == {**dict.fromkeys(campaign_progress.COUNTS, 0), "violation_rate": None}


def test_it_counts_all_where_none_is_named(told):
    total = campaign_progress.of(planned(sectors=[], regions=[]), clock=LATER)["total"]
    assert (total["calls"], total["complaints"]) == (7, 1)


def test_a_week_that_has_not_begun_has_no_figures(told):
    found = campaign_progress.of(planned(), clock=LATER - timedelta(days=5))
    assert [week["day"] for week in found["weeks"]] == ["2026-03-09"]


def test_a_supervisor_plans_follows_notes_and_closes(told):
    browser = desk("supervisor")
    assert browser.get("/desk/campaigns/new/").status_code == 200
    answer = browser.post("/desk/campaigns/new/", FORM)
    row = Campaign.objects.get()
    assert answer["Location"] == f"/desk/campaigns/{row.pk}/"
    assert (row.sectors, row.regions) == (["insurance"], ["CN"])
    assert row.departments == ["Communications", "Consumers"]
    page = browser.get(f"/desk/campaigns/{row.pk}/")
    assert [target["meets"] for _said, target in page.context["targets"]] == [False, True, True]
    assert b"<svg" in page.content
    assert b"What the figures mean" in page.content
    path = f"/desk/campaigns/{row.pk}/"
    sent = browser.post(f"{path}notes/", {"week": "2026-03-16", "text": "Two firms were visited."})
    assert sent.status_code == 302
    assert CampaignNote.objects.get().week == date(2026, 3, 16)
    assert browser.post(f"{path}closing/", {"outcome": "Half as many."}).status_code == 302
    row.refresh_from_db()
    kept = row.figures
    assert kept["total"]["calls"] == 7
    CallCount.objects.all().delete()
    page = browser.get(path)
    assert page.context["total"][0] == (7, False)
    assert "Half as many." in page.content.decode()
    assert page.context["note_form"] is None
    assert browser.post(f"{path}notes/", {"week": "2026-03-16", "text": "More"}).status_code == 409
    assert browser.post(f"{path}closing/", {"outcome": "Again"}).status_code == 409
    row.refresh_from_db()
    assert (row.figures, CampaignNote.objects.count()) == (kept, 1)


@pytest.mark.parametrize("role", ["observer", "analyst", "case_officer"])
def test_others_look_only(now, role):
    row = planned()
    browser = desk(role)
    assert browser.get("/desk/campaigns/").status_code == 200
    page = browser.get(f"/desk/campaigns/{row.pk}/")
    assert (page.status_code, page.context["close_form"]) == (200, None)
    assert browser.get("/desk/campaigns/new/").status_code == 403
    assert browser.post("/desk/campaigns/new/", FORM).status_code == 403
    assert (
        browser.post(f"/desk/campaigns/{row.pk}/notes/", {"week": "2026-03-09", "text": "x"}).status_code
        == 403
    )
    assert browser.post(f"/desk/campaigns/{row.pk}/closing/", {"outcome": "x"}).status_code == 403
    assert Campaign.objects.get().closed_at is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"last": "2026-03-01"}, "last"),
        ({"last": "2027-06-01"}, "last"),
        ({"first": "x"}, "first"),
        ({"baseline_last": "2026-03-09"}, "baseline_last"),
        ({"sectors": ["magic"]}, "sectors"),
        ({"regions": "C<N"}, "regions"),
        ({"departments": "x" * 101}, "departments"),
        ({"most_rate": "101"}, "most_rate"),
        ({"most_complaints": "-1"}, "most_complaints"),
    ],
)
def test_it_refuses_what_makes_no_sense(now, wrong, field):
    answer = desk("supervisor").post("/desk/campaigns/new/", FORM | wrong)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not Campaign.objects.exists()


def test_it_refuses_notes_that_belong_nowhere(now):
    row = planned()
    browser = desk("supervisor")
    for sent in ({"week": "2026-03-10", "text": "x"}, {"week": "2026-03-09", "text": " "}):
        assert browser.post(f"/desk/campaigns/{row.pk}/notes/", sent).status_code == 400
    assert browser.post(f"/desk/campaigns/{row.pk}/closing/", {"outcome": ""}).status_code == 400
    given = {"campaign_id": row.pk, "user": member("supervisor"), "clock": LATER}
    with pytest.raises(InvalidInput):
        campaigns.note(week=date(2026, 3, 10), text="x", **given)
    campaigns.close(outcome="Done", **given)
    with pytest.raises(CampaignClosed):
        campaigns.note(week=date(2026, 3, 9), text="x", **given)
    assert not CampaignNote.objects.exists()


def test_the_list_is_filtered_and_told_as_csv(now):
    row = planned()
    planned(name="Insurance week")
    campaigns.close(campaign_id=row.pk, outcome="Done", user=member("supervisor"), clock=LATER)
    browser = desk("observer")
    for query, names in (
        ("", ["Insurance week", "315"]),
        ("state=open", ["Insurance week"]),
        ("state=closed", ["315"]),
    ):
        assert [each.name for each in browser.get(f"/desk/campaigns/?{query}").context["rows"]] == names
    lines = b"".join(browser.get("/desk/campaigns/?format=csv").streaming_content).decode().splitlines()
    assert lines[2].startswith(f"cpg_{row.pk},315,2026-03-09,2026-03-19,insurance,CN")


def test_it_is_for_staff_and_knows_what_is_missing(now):
    row = planned()
    assert Client().get(f"/desk/campaigns/{row.pk}/").status_code == 302
    assert desk("observer").get("/desk/campaigns/999999/").status_code == 404
    assert desk("supervisor").post("/desk/campaigns/999999/closing/", {"outcome": "x"}).status_code == 404
    assert desk("supervisor").get(f"/desk/campaigns/{row.pk}/closing/").status_code == 405
    assert desk("supervisor").post("/desk/campaigns/").status_code == 405


def test_the_report_tells_it_by_week(told):
    row = made("campaign", sector="insurance", region="CN")
    week = table(row.figures, "by_week")["2026-03-08"]
    assert date(2026, 3, 10) == DAY
    assert (week["calls"], week["violating"]) == (plain("compliance_call"), 5)
    totals = row.figures["totals"]
    assert totals["violations"] == plain("compliance_violation")
    march = Complaint.objects.filter(
        received_at__gte="2026-03-01T00:00Z", received_at__lt="2026-04-01T00:00Z"
    )
    assert totals["complaints"] == march.count()
