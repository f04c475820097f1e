"""Who called me and who asked: by day and company, with the grounds, for the holder of the number alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import ids, opt_outs
from registry.models import Consent, OptOut
from tests.compliance.calls_made import agreed, asked, called, client, refused
from tests.compliance.complaints_made import filed, matched
from tests.conftest import ACME_CALLER, ANA, CLOCK

URL = "/my/calls/"
MINUTE = timedelta(minutes=1)
CALLED_AT = CLOCK - timedelta(minutes=30)


def shown(browser, **query):
    answer = browser.get(URL, query)
    assert answer.status_code == 200
    return answer


def entries(answer) -> list:
    return [entry for _, companies in answer.context["days"] for entry in companies]


def test_it_shows_a_call_with_its_grounds(ana_at_home, acme):
    consent = agreed(acme)
    called(acme, CALLED_AT, check_id=asked(acme, CALLED_AT - MINUTE))
    answer = shown(ana_at_home)
    (entry,) = entries(answer)
    (call,) = entry.calls
    assert (entry.company, entry.asked, entry.asked_only, entry.refused) == (
        "Acme Insurance",
        1,
        False,
        False,
    )
    assert (call.at, call.caller, call.verdict) == (CALLED_AT, f"+{ACME_CALLER}", "allow")
    assert str(call.reason) == "It holds a consent of yours."
    assert call.consent == ids.public("con", consent)
    page = answer.content.decode()
    assert f"/my/consents/{call.consent}/dispute/" in page
    assert f"/my/companies/{entry.id}/refusal/" in page
    assert call.complain.startswith("/complain/?at=2026-03-10T01")


@pytest.mark.parametrize(
    ("checked", "verdict", "said"),
    [
        (None, None, "It had not asked this register before."),
        (CALLED_AT - MINUTE, "deny", "which had said no"),
    ],
)
def test_it_shows_what_was_not_allowed(ana_at_home, acme, checked, verdict, said):
    check = asked(acme, checked) if checked else None
    called(acme, CALLED_AT, check_id=check)
    answer = shown(ana_at_home)
    assert entries(answer)[0].calls[0].verdict == verdict
    assert said in answer.content.decode()
    assert "not allowed" in answer.content.decode()


def test_it_shows_a_check_that_had_expired(ana_at_home, acme):
    agreed(acme)
    check = asked(acme, CLOCK - timedelta(days=3))
    called(acme, CALLED_AT, check_id=check)
    assert entries(shown(ana_at_home))[0].calls[0].verdict == "expired"


@pytest.mark.parametrize(
    ("ago", "call_after", "asked_only"),
    [
        (timedelta(days=3), None, True),
        (timedelta(days=3), timedelta(hours=20), False),
        (timedelta(hours=5), None, False),
    ],
)
def test_it_says_who_asked_and_did_not_call(ana_at_home, acme, ago, call_after, asked_only):
    at = CLOCK - ago
    asked(acme, at)
    if call_after:
        called(acme, at + call_after)
    day = entries(shown(ana_at_home))[-1]
    assert day.asked_only is asked_only


def test_it_sorts_by_day_and_company_the_newest_first(ana_at_home, acme, db):
    other = client()
    for hours in (1, 2, 26):
        called(acme, CLOCK - timedelta(hours=hours))
    called(other, CLOCK - timedelta(hours=3), caller=None)
    days = shown(ana_at_home).context["days"]
    assert [(f"{day:%d}", sorted(entry.company for entry in found)) for day, found in days] == [
        ("10", ["Acme Insurance", "Seller Life"]),
        ("09", ["Acme Insurance"]),
    ]
    assert [len(entry.calls) for entry in days[0][1]] == [2, 1]


def test_it_marks_whom_the_person_refused(ana_at_home, acme):
    called(acme, CALLED_AT)
    refused(acme, "2026-03-01 09:00")
    answer = shown(ana_at_home)
    assert entries(answer)[0].refused
    assert "/refusal/" not in answer.content.decode()


def test_it_refuses_and_disputes_with_one_tap(ana_at_home, acme):
    agreed(acme)
    called(acme, CALLED_AT, check_id=asked(acme, CALLED_AT - MINUTE))
    entry = entries(shown(ana_at_home))[0]
    ana_at_home.post(f"/my/consents/{entry.calls[0].consent}/dispute/")
    assert Consent.objects.current().order_by("valid").last().status == "disputed"
    assert entries(shown(ana_at_home))[0].calls[0].consent == ""
    ana_at_home.post(f"/my/companies/{entry.id}/refusal/")
    assert OptOut.objects.current().get().company == acme
    assert entries(shown(ana_at_home))[0].refused


def test_it_shows_calls_that_no_company_reported(ana_at_home, acme):
    row = matched(filed())
    matched(filed(number=ANA + 1))
    matched(filed(proven=False, caller=ACME_CALLER, called_at=CALLED_AT - timedelta(hours=3)))
    answer = shown(ana_at_home)
    assert [match.complaint for match in answer.context["unreported"]] == [row]
    assert f"/complain/track/{row.tracking}/" in answer.content.decode()


def test_it_shows_nobody_elses(ana_at_home, acme):
    called(acme, CALLED_AT, number=ANA + 1)
    asked(acme, CALLED_AT, number=ANA + 1)
    answer = shown(ana_at_home)
    assert answer.context["days"] == []
    assert "No company has reported a call" in answer.content.decode()


def test_it_wants_a_proven_number(browser):
    assert browser.get(URL).url == "/sign-in/"
    assert browser.post(URL).status_code in (302, 405)


def test_it_goes_back_month_by_month(ana_at_home, acme):
    called(acme, CLOCK - timedelta(days=40))
    answer = shown(ana_at_home)
    assert (entries(answer), answer.context["earlier"]) == ([], "2026-02-09")
    answer = shown(ana_at_home, until="2026-02-09")
    assert len(entries(answer)) == 1
    assert (answer.context["earlier"], answer.context["later"]) == ("", True)


@pytest.mark.parametrize("until", ["rubbish", "2026-13-40", "9999-12-31", "0001-01-01", "2026-03-11T00:00"])
def test_it_shows_the_newest_for_a_day_that_is_none(ana_at_home, acme, until):
    called(acme, CALLED_AT)
    assert len(entries(shown(ana_at_home, until=until))) == 1


def test_it_asks_the_database_as_often_for_many_as_for_one(ana_at_home, acme, moment):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            shown(ana_at_home)
        return len(context)

    called(acme, CALLED_AT, check_id=asked(acme, CALLED_AT - MINUTE))
    count()
    one = count()
    for hours in range(2, 30):
        called(
            acme,
            CLOCK - timedelta(hours=hours),
            check_id=asked(acme, CLOCK - timedelta(hours=hours, minutes=1)),
        )
    other = client()
    called(other, CALLED_AT)
    opt_outs.register(number=ANA, scope="company", company=other, source="portal", moment=moment)
    assert count() <= one


def test_it_says_when_there_is_more_than_a_page_shows(ana_at_home, acme, monkeypatch):
    monkeypatch.setattr("compliance.portal.calls.MOST", 2)
    for hours in (1, 2, 3):
        called(acme, CLOCK - timedelta(hours=hours))
    answer = shown(ana_at_home)
    assert answer.context["cut"]
    assert len(entries(answer)[0].calls) == 2
