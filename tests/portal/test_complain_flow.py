"""A complaint in a real browser, on a phone and on a desk, in both languages, with and without scripts."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from compliance import complaint_matching
from compliance.models import Complaint
from registry import companies
from registry.models import Company
from registry.periods import Moment
from tests.compliance.calls_made import agreed, asked, called
from tests.compliance.complaints_made import PNG
from tests.conftest import ACME_CALLER, ANA
from tests.portal.house import CHROMIUM, DESK, PHONE, browsing, faults, serving, sign_in

#: Where pictures go, if somebody wants to look at them.
PICTURES = os.environ.get("PORTAL_PICTURES")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")


@pytest.fixture(scope="module")
def chromium():
    with browsing() as browser:
        yield browser


@pytest.fixture
def address(committed, files, clock):
    """The portal, and Acme, whose number called."""
    since = Moment.of(clock)
    acme = companies.enter(name="Acme Insurance", moment=since)
    companies.license(company=acme, sectors=["insurance"], moment=since)
    companies.add_caller(company=acme, number=ACME_CALLER, moment=since)
    with serving() as where:
        yield where


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def named(viewport: dict, language: str) -> str:
    return f"{'phone' if viewport is PHONE else 'desk'}-{language}"


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("viewport", "language", "scripts"),
    [(PHONE, "en", True), (PHONE, "zh-hans", False), (DESK, "en", False), (DESK, "zh-hans", True)],
)
def test_it_takes_a_complaint(address, chromium, viewport, language, scripts):
    name = named(viewport, language)
    context = chromium.new_context(viewport=viewport, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{address}/language/{language}/?next=/complain/")
    picture(page, f"complain-{name}")
    page.fill("#id_caller", "010 6555 1234")
    page.check("input[name=category][value=illegal]")
    page.select_option("#id_sector", "insurance")
    page.click("details summary")
    page.set_input_files("#id_evidence", {"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    picture(page, f"complain-filled-{name}")
    assert not scripts or (fits(page) and faults(page) == [])
    # A machine would be faster than the form believes a person to be.
    page.wait_for_timeout(2000)
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text({"en": "On record", "zh-hans": "已受理"}[language])
    assert "/complain/track/" in page.url
    picture(page, f"complaint-{name}")
    assert not scripts or (fits(page) and faults(page) == [])
    made = Complaint.objects.get()
    assert (made.caller, made.language, made.evidence.count()) == (ACME_CALLER, language, 1)
    page.click("details summary")
    page.click("details button")
    expect(page.locator("h1")).to_have_text({"en": "Withdrawn", "zh-hans": "已撤回"}[language])
    context.close()


@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "zh-hans"), (DESK, "en")])
def test_it_leads_from_a_call_to_a_complaint(address, chromium, viewport, language):
    acme = Company.objects.get()
    noon = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=2)
    agreed(acme)
    called(acme, noon, check_id=asked(acme, noon - timedelta(minutes=1)))
    called(acme, noon + timedelta(hours=2), number=ANA)
    asked(acme, noon - timedelta(days=3))
    context = chromium.new_context(viewport=viewport)
    page = context.new_page()
    page.goto(f"{address}/language/{language}/")
    sign_in(page, address)
    page.goto(f"{address}/my/calls/")
    expect(page.locator("main ul.list h3")).to_have_count(2)
    picture(page, f"calls-{named(viewport, language)}")
    assert fits(page)
    assert faults(page) == []
    page.locator(f"a[href*='{noon.isoformat()[:13]}']").click()
    expect(page.locator("#id_caller")).to_have_value(f"+{ACME_CALLER}")
    expect(page.locator("#id_time")).to_have_value("12:00")
    page.wait_for_timeout(2000)
    page.click("main button[type=submit]")
    made = Complaint.objects.get()
    assert (made.called_at, made.number, made.proven) == (noon, ANA, True)
    complaint_matching.match(made.pk, clock=datetime.now(UTC))
    page.reload()
    expect(page.locator("h1")).to_have_text({"en": "With the company", "zh-hans": "已转企业"}[language])
    expect(page.locator("main")).to_contain_text("Acme Insurance")
    picture(page, f"relayed-{named(viewport, language)}")
    page.goto(f"{address}/my/complaints/")
    picture(page, f"my-complaints-{named(viewport, language)}")
    expect(page.locator("ul.list a")).to_have_count(1)
    context.close()
