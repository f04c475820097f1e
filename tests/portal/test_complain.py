"""A person complains on the portal: one page, without scripts, with or without a proven number."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance import tasks
from compliance.models import Complaint, ComplaintEvidence
from registry import carers
from tests.compliance.complaints_made import PNG
from tests.conftest import ACME_CALLER, ANA, CLOCK

pytestmark = pytest.mark.usefixtures("files")

URL = "/complain/"


@pytest.fixture(autouse=True)
def sent(monkeypatch, django_capture_on_commit_callbacks):
    """What is put in the queue, instead of the queue."""
    messages = []
    monkeypatch.setattr(
        tasks.match_complaint, "apply_async", lambda args, **options: messages.append(args[0])
    )
    return messages


@pytest.fixture
def complain(now, django_capture_on_commit_callbacks):
    """Fill the form in and send it, as a browser does: `complain(browser, caller="…")`."""

    def complain(browser: Client, *, seconds: int = 20, **given):
        page = browser.get(URL)
        data = {
            name: field.initial if field.initial is not None else ""
            for name, field in page.context["form"].fields.items()
            if name not in ("evidence", "hidden", "show_number", "text_updates")
        }
        data |= {name: value for name, value in page.context["form"].initial.items() if value is not None}
        data |= {"day": data["day"].isoformat(), "time": data["time"].strftime("%H:%M"), **given}
        now.shift(timedelta(seconds=seconds))
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(URL, {name: value for name, value in data.items() if value is not None})

    return complain


def text(answer) -> str:
    return answer.content.decode()


def errors(answer) -> set[str]:
    assert answer.status_code == 422
    assert not Complaint.objects.exists()
    return set(answer.context["form"].errors)


def test_it_files_with_the_defaults_and_one_number(browser, complain, sent):
    answer = complain(browser, caller="010 6555 1234")
    made = Complaint.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/complain/track/{made.tracking}/")
    assert (made.caller, made.number, made.proven, made.source) == (ACME_CALLER, None, False, "portal")
    assert (made.called_at, made.tolerance) == (CLOCK, timedelta(hours=1))
    assert (made.category, made.sector, made.voice, made.said_no) == ("commercial", "other", "person", False)
    assert (made.language, len(made.network), made.text_updates) == ("en", 32, False)
    assert sent == [made.pk]


def test_it_files_everything_for_a_proven_number(ana_at_home, complain):
    complain(
        ana_at_home,
        caller="+861065551234",
        day="2026-03-09",
        time="18:40",
        sure="10",
        category="malicious",
        sector="insurance",
        voice="recording",
        said_no="yes",
        company_named="Acme",
        text="Again and again.",
        show_number="on",
        text_updates="on",
        evidence=[SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("b.png", PNG)],
    )
    made = Complaint.objects.get()
    assert (made.number, made.proven) == (ANA, True)
    assert made.called_at == datetime(2026, 3, 9, 10, 40, tzinfo=UTC)
    assert made.tolerance == timedelta(minutes=10)
    assert (made.category, made.sector, made.voice, made.said_no) == (
        "malicious",
        "insurance",
        "recording",
        True,
    )
    assert (made.company_named, made.text) == ("Acme", "Again and again.")
    assert (made.show_number, made.text_updates) == (True, True)
    assert ComplaintEvidence.objects.filter(complaint=made).count() == 2


@pytest.mark.parametrize("given", [{"sure": "day"}, {"time": ""}])
def test_it_takes_a_whole_day(browser, complain, given):
    complain(browser, caller="95588", day="2026-03-08", **given)
    made = Complaint.objects.get()
    assert made.called_at == datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
    assert made.tolerance == timedelta(hours=12)


def test_it_takes_a_hidden_number(browser, complain):
    complain(browser, hidden="on", number="13800138000", said_no="unsure")
    made = Complaint.objects.get()
    assert (made.caller, made.number, made.proven, made.said_no) == (None, ANA, False, None)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"caller": ""}, {"caller"}),
        ({"caller": "abc"}, {"caller"}),
        ({"caller": "95588", "number": "12"}, {"number"}),
        ({"caller": "95588", "day": ""}, {"day"}),
        ({"caller": "95588", "day": "2026-03-12"}, {"day"}),
        ({"caller": "95588", "day": "2025-01-01"}, {"day"}),
        ({"caller": "95588", "day": "0001-01-01"}, {"day"}),
        ({"caller": "95588", "time": "25:00"}, {"time"}),
        ({"caller": "95588", "category": "rude"}, {"category"}),
        ({"caller": "95588", "sector": "spam"}, {"sector"}),
        ({"caller": "95588", "text": "x" * 5001}, {"text"}),
        ({"caller": "95588", "text": "a\0b"}, {"text"}),
        ({"caller": "95588", "evidence": [SimpleUploadedFile("a.png", b"<html>")]}, {"evidence"}),
        ({"caller": "95588", "evidence": [SimpleUploadedFile("a.png", PNG)] * 4}, {"evidence"}),
        ({"caller": "95588", "website": "http://spam.example"}, {"website"}),
        ({"caller": "95588", "token": "rubbish"}, {"token"}),
    ],
)
def test_it_says_which_field_is_wrong_and_keeps_the_rest(browser, complain, given, fields, files, sent):
    answer = complain(browser, company_named="Acme", **given)
    assert errors(answer) == fields
    assert 'value="Acme"' in text(answer)
    assert sent == []
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_it_refuses_what_a_machine_fills_in(browser, complain):
    assert errors(complain(browser, caller="95588", seconds=1)) == {"token"}
    again = complain(browser, caller="95588", seconds=2)
    assert again.status_code == 303


def test_it_refuses_a_form_of_yesterday_and_gives_a_fresh_one(browser, complain, now):
    answer = complain(browser, caller="95588", seconds=25 * 3600)
    assert errors(answer) == {"token"}
    token = re.search(r'name="token" value="([^"]+)"', text(answer))[1]
    now.shift(timedelta(seconds=5))
    data = {name: value for name, value in answer.context["form"].data.items() if name != "token"}
    assert browser.post(URL, data | {"token": token}).status_code == 303


def test_it_takes_a_form_that_is_sent_twice_once(browser, complain, now):
    token = browser.get(URL).context["form"].initial["token"]
    now.shift(timedelta(seconds=5))
    answers = [complain(browser, caller="95588", token=token) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Complaint.objects.count() == 1


def test_it_limits_complaints_by_network(browser, complain, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"complaint": (2, 3600)}
    for place in range(2):
        assert complain(Client(REMOTE_ADDR=f"192.0.2.{place}"), caller="95588").status_code == 303
    refused = complain(Client(REMOTE_ADDR="192.0.2.99"), caller="95588")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 3000
    assert complain(Client(REMOTE_ADDR="198.51.100.1"), caller="95588").status_code == 303
    assert Complaint.objects.count() == 3


def test_it_files_when_the_broker_is_away(browser, complain, monkeypatch):
    def away(*args, **options):
        raise ConnectionError

    monkeypatch.setattr(tasks.match_complaint, "apply_async", away)
    assert complain(browser, caller="95588").status_code == 303
    assert Complaint.objects.get().match_at is not None


def test_it_begins_with_what_the_page_before_knew(browser):
    page = text(
        browser.get(
            URL, {"caller": f"+{ACME_CALLER}", "at": "2026-03-09T10:40:00+00:00", "sector": "insurance"}
        )
    )
    assert f'value="+{ACME_CALLER}"' in page
    assert 'value="2026-03-09"' in page
    assert 'value="18:40"' in page
    assert '<option value="insurance" selected>' in page
    for rubbish in (
        {"caller": "<script>", "at": "yesterday", "sector": "spam"},
        {"at": "2026-03-09T10:40:00"},
    ):
        assert browser.get(URL, rubbish).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_says_where_to_turn_with_a_crime(browser, language):
    browser.get(f"/language/{language}/")
    page = text(browser.get(URL))
    assert 'href="tel:110"' in page
    assert 'href="tel:96110"' in page
    assert ("公安机关" if language == "zh-hans" else "Anti-fraud line") in page


def test_it_needs_no_script_and_no_inline_style(browser):
    page = text(browser.get(URL))
    assert " style=" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count("<script src=") == 1
    assert 'enctype="multipart/form-data"' in page
    assert len(page) < 20_000


def test_it_wants_a_form_of_its_own(db):
    assert Client(enforce_csrf_checks=True).post(URL, {"caller": "95588"}).status_code == 403
    assert not Complaint.objects.exists()


def test_it_answers_only_the_methods_it_has(browser):
    assert browser.put(URL).status_code == 405
    assert browser.delete(URL).status_code == 405


def test_it_ignores_an_empty_file(browser, complain):
    assert complain(browser, caller="95588", evidence=io.BytesIO(b"")).status_code in (303, 422)
    assert not ComplaintEvidence.objects.exists()


@pytest.mark.parametrize(("scope", "proven"), [("everything", True), ("refusals", False)])
def test_it_takes_a_carers_complaint_within_their_leave(ana_at_home, complain, moment, scope, proven):
    carer = carers.appoint(ward=ANA + 1, number=ANA, scope=scope, lasts=timedelta(days=30), moment=moment)
    ana_at_home.post(f"/my/acting/{carer.pk}/")
    complain(ana_at_home, caller="95588")
    made = Complaint.objects.get()
    assert (made.number, made.proven) == ((ANA + 1, True) if proven else (None, False))
    assert list(carer.acts.values_list("what", flat=True)) == (["complain"] if proven else [])
    for path in ("/my/calls/", "/my/complaints/"):
        assert ana_at_home.get(path).status_code == (200 if proven else 403)


def test_it_is_reached_from_the_look_up_of_a_calling_number(browser, acme):
    for number in (ACME_CALLER, ACME_CALLER + 1):
        page = text(browser.post("/who-called/", {"number": f"+{number}"}))
        link = re.search(r'href="(/complain/\?caller=[^"]+)"', page)[1]
        assert f'value="+{number}"' in text(browser.get(link))
