"""The pages open to anybody: front page, law, who called, languages, and what is shown when something goes wrong."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client

from registry import companies, consents, opt_outs
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA, BOLT_CALLER
from tests.portal.conftest import sign_in

PAGES = ("/", "/law/", "/who-called/", "/sign-in/")


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_shows_every_open_page_in_both_languages(browser, path, language):
    browser.get(f"/language/{language}/")
    answer = browser.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in text(answer)
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("path", PAGES)
def test_it_needs_no_inline_script_or_style(browser, path):
    page = text(browser.get(path))
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 1
    policy = browser.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_it_sends_the_headers_that_protect(browser):
    answer = browser.get("/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_it_counts_what_is_on_record(browser, acme, bolt, moment):
    row = opt_outs.register(number=ANA, scope="all", source="portal", moment=moment)
    opt_outs.register(number=ANA + 1, scope="all", source="portal", moment=moment)
    check([Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)], moment)
    assert browser.get("/").context["counts"] == (2, 1, 1)
    opt_outs.withdraw(record_id=row.record_id, moment=Moment.of(moment.at + timedelta(seconds=1)))
    assert browser.get("/").context["counts"] == (2, 1, 1)  # kept for five minutes
    caches["process"].clear()
    assert browser.get("/").context["counts"] == (1, 1, 1)


def test_it_estimates_where_counting_would_be_slow(browser, monkeypatch, moment):
    from registry import counts

    monkeypatch.setattr(counts, "EXACT_UP_TO", 1)
    opt_outs.register(number=ANA, scope="all", source="portal", moment=moment)
    opt_outs.register(number=ANA + 1, scope="all", source="portal", moment=moment)
    assert counts.public(moment).opt_outs >= 1
    assert counts._rounded(1_234_567) == 1_200_000
    assert counts._rounded(7) == 7


def test_it_gives_the_law_with_its_articles(browser):
    page = text(browser.get("/law/"))
    assert "nobody may call to sell" in page
    assert "工信部联信管〔2018〕138号" in page
    assert "09:00–21:00" in page


def test_it_cites_the_law_in_the_language_of_the_page(browser):
    browser.get("/language/zh-hans/")
    page = text(browser.get("/law/"))
    assert "应当征得用户同意，建立用户白名单" in page
    assert 'lang="en"' not in page.split("<main")[1]
    # A foreign law is cited as it is kept here.
    assert 'lang="en"' in text(sign_in(browser, 33612345678).get("/law/")).split("<main")[1]


def test_it_gives_each_number_the_law_of_its_country(browser):
    page = text(sign_in(browser, 33612345678).get("/law/"))
    assert "Monday to Friday" in page
    assert "10:00–13:00, 14:00–20:00" in page


def test_it_says_whose_a_calling_number_is(browser, acme):
    page = text(browser.post("/who-called/", {"number": "010 6555 1234"}))
    assert "Acme Insurance" in page
    assert "Insurance, Loans, cards and investments" in page
    assert "Licensed" in page


def test_it_says_that_a_licence_has_ended(browser, bolt):
    page = text(browser.post("/who-called/", {"number": f"+{BOLT_CALLER}"}))
    assert "Bolt Homes" in page
    assert "No licence in force" in page


def test_it_knows_short_numbers(browser, acme, moment):
    companies.add_caller(company=acme, number=8695588, moment=moment)
    assert "Acme Insurance" in text(browser.post("/who-called/", {"number": "95588"}))


def test_it_says_nothing_about_people(browser, acme, moment):
    consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=moment.at, method="sms",
        notice_text="Yes?", evidence=[], reference="r", moment=moment,
    )  # fmt: skip
    opt_outs.register(number=ANA, scope="company", company=acme, source="portal", moment=moment)
    registered = text(browser.post("/who-called/", {"number": f"+{ANA}"}))
    unknown = text(browser.post("/who-called/", {"number": f"+{ANA + 1}"}))
    assert "No company has registered this number" in registered
    assert "Acme" not in registered

    def plain(page, number):
        import re

        return (
            re.sub(r'value="[A-Za-z0-9]{64}"', "", page).replace(f"+{number}", "").replace(f"%2B{number}", "")
        )

    assert plain(registered, ANA) == plain(unknown, ANA + 1)


def test_it_limits_look_ups_by_network(browser, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"lookup": (2, 60)}
    for place in range(2):
        assert (
            Client(REMOTE_ADDR=f"192.0.2.{place}").post("/who-called/", {"number": "95588"}).status_code
            == 200
        )
    refused = Client(REMOTE_ADDR="192.0.2.77").post("/who-called/", {"number": "95588"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60
    assert "Too many requests" in text(refused)
    assert Client(REMOTE_ADDR="198.51.100.1").post("/who-called/", {"number": "95588"}).status_code == 200


def test_it_takes_no_number_that_is_none(browser):
    answer = browser.post("/who-called/", {"number": "abc"})
    assert answer.status_code == 422
    assert "Use digits only" in text(answer)


def test_it_changes_the_language_and_goes_back(browser):
    answer = browser.get("/language/zh-hans/?next=/law/")
    assert answer.url == "/law/"
    assert answer.cookies["django_language"]["httponly"]
    assert browser.get("/language/en/?next=https://evil.example/").url == "/"
    assert browser.get("/language/xx/").status_code == 404


def test_it_reads_the_language_of_the_browser(browser):
    page = text(browser.get("/", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}))
    assert '<html lang="zh-hans">' in page


def test_it_says_what_went_wrong_on_a_page_of_its_own(browser, settings):
    answer = browser.get("/nothing-here/")
    assert answer.status_code == 404
    assert "There is nothing here" in text(answer)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"number": "13800138000"})
    assert answer.status_code == 403
    assert "The form has gone stale" in text(answer)
    assert browser.put("/").status_code == 405


def test_it_tells_nothing_of_the_inside_when_it_fails(db, now, monkeypatch):
    from registry.portal import home

    def fail(moment):
        raise RuntimeError("secret")

    monkeypatch.setattr(home.counts, "public", fail)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in text(answer)
    assert "secret" not in text(answer)


def test_it_has_pages_for_what_django_refuses(db):
    from django.template.loader import render_to_string

    for name in ("400.html", "403.html"):
        assert "<h1>" in render_to_string(name)
