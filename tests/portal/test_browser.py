"""The portal in a real browser: with and without scripts, on a phone and at a desk, in the dark, by keyboard."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from registry import companies, consents, partitions
from registry.codes import CHANNELS
from registry.models import Consent, OptOut
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA
from tests.portal.house import CHROMIUM, DESK, NARROW, PHONE, browsing, faults, serving, sign_in

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")

OPEN = ["/", "/sign-in/", "/who-called/", "/law/", "/receipts/", "/nothing/"]
PERSONAL = [
    "/my/", "/my/opt-outs/", "/my/opt-outs/sectors/", "/my/opt-outs/channels/", "/my/opt-outs/hours/",
    "/my/companies/", "/my/consents/", "/my/asked/", "/my/receipt/", "/my/carers/", "/my/erasure/",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    with browsing() as browser:
        yield browser


@pytest.fixture
def site(committed):
    """The portal, with a company that claims a consent of Ana's and asked about her."""
    clock = datetime.now(UTC)
    partitions.ensure_around("registry_check", clock)
    then = Moment.of(clock - timedelta(days=1))
    acme = companies.enter(name="Acme Insurance", moment=then)
    companies.license(company=acme, sectors=["insurance"], moment=then)
    companies.add_caller(company=acme, number=ACME_CALLER, moment=then)
    companies.enter(name="Bolt Homes", moment=then)
    consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=CHANNELS, given_at=then.at, method="web_form",
        notice_text="You may call me.", evidence=[{"type": "page", "sha256": "0" * 64}], reference="f", moment=then,
    )  # fmt: skip
    check([Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)], Moment.of(clock - timedelta(minutes=5)))
    with serving() as address:
        yield address


@pytest.fixture
def phone(chromium):
    """A page on a phone; a console error or an answer over the size fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="en")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [text for text in complaints if "404" not in text]


def test_it_protects_a_number_in_a_minute(site, phone):
    sign_in(phone, site)
    phone.get_by_role("button", name="Refuse all sales calls").click()
    expect(phone.get_by_role("heading", name="Refused: All sales calls")).to_be_visible()
    assert OptOut.objects.current().get(number=ANA).scope == "all"
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("heading", name="Taken back: All sales calls")).to_be_visible()
    phone.get_by_role("button", name="Undo").click()
    phone.get_by_role("link", name="My number", exact=True).first.click()
    expect(phone.get_by_role("heading", name="You refuse all sales calls")).to_be_visible()


def test_it_works_without_scripts(site, chromium):
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False, locale="en")
    page = context.new_page()
    sign_in(page, site)
    page.get_by_role("button", name="Refuse all sales calls").click()
    expect(page.get_by_role("heading", name="Refused: All sales calls")).to_be_visible()
    page.goto(f"{site}/my/companies/")
    page.get_by_label("Name of the company").fill("acme")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Bolt Homes")).to_have_count(0)
    page.get_by_role("button", name="Refuse Acme Insurance").click()
    expect(page.get_by_role("heading", name="Refused: Acme Insurance")).to_be_visible()
    context.close()


def test_it_searches_and_refuses_without_leaving_the_page(site, phone):
    sign_in(phone, site)
    phone.goto(f"{site}/my/companies/")
    phone.evaluate("document.body.dataset.stayed = 'yes'")
    phone.get_by_label("Name of the company").press_sequentially("acme")
    expect(phone.get_by_role("heading", name="Bolt Homes")).to_have_count(0)
    phone.get_by_role("button", name="Refuse Acme Insurance").click()
    expect(phone.locator("#found .badge:not(.warn)")).to_have_text("refused")
    assert phone.evaluate("document.body.dataset.stayed") == "yes"
    assert OptOut.objects.current().get(number=ANA).company.name == "Acme Insurance"
    assert re.search(r"\?q=acme", phone.url)


def test_it_disputes_a_consent_with_one_tap(site, phone):
    sign_in(phone, site)
    phone.get_by_role("link", name="Who claims my consent").click()
    phone.get_by_role("button", name="I never agreed").click()
    expect(phone.get_by_role("heading", name="The company must prove it")).to_be_visible()
    assert Consent.objects.current().order_by("-valid").first().status == "disputed"


def test_it_keeps_nothing_of_the_pages_in_the_browser(site, phone):
    sign_in(phone, site)
    phone.goto(f"{site}/my/companies/")
    phone.get_by_label("Name of the company").press_sequentially("acme")
    expect(phone.get_by_role("heading", name="Bolt Homes")).to_have_count(0)
    assert phone.evaluate("localStorage.length") == 0
    # The address alone, for the button "back"; never what a page said.
    assert phone.evaluate("Object.keys(sessionStorage)") == ["htmx-current-path-for-history"]


def test_it_can_be_used_by_keyboard(site, phone):
    phone.goto(site)
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="Skip to the content")).to_be_focused()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    expect(phone.get_by_label("Your phone number")).to_be_focused()
    phone.keyboard.type("13800138000")
    phone.keyboard.press("Enter")
    expect(phone.locator("#id_code")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "scheme"), [("en", "light"), ("en", "dark"), ("zh-hans", "light"), ("zh-hans", "dark")]
)
def test_it_is_accessible_and_fits_everywhere(site, chromium, language, scheme):
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site}/language/{language}/")
    found = []
    for path in [*OPEN, None, *PERSONAL, *more(site)]:
        if path is None:
            sign_in(page, site)
            continue
        page.set_viewport_size(PHONE)
        page.goto(site + path)
        found += [f"{path} {fault}" for fault in faults(page)]
        if (high := page.evaluate("document.querySelector('.top nav').offsetHeight")) > 60:
            found.append(f"{path}: the menu takes {high}, more than a line")
        for size in (NARROW, PHONE, DESK):
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                found.append(f"{path} is {wide} wide at {size['width']}")
        found += [f"{path} {small}" for small in page.evaluate(SMALL_TARGETS)]
    context.close()
    assert not found


#: Links and buttons that a finger would miss: under 24 by 24, outside running text (WCAG 2.2, 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
    .filter(element => element.offsetParent && !element.closest('p, h1, h2, h3, td') && !element.matches('.skip'))
    .map(element => [element.getBoundingClientRect(), element])
    .filter(([box, element]) => (box.width < 24 || box.height < 24) && !element.closest('label'))
    .map(([box, element]) => `small target ${box.width}x${box.height} ${element.outerHTML.slice(0, 80)}`)"""


def more(site) -> list[str]:
    """The page of one consent and that of a permission."""
    row = Consent.objects.current().filter(number=ANA).first()
    return [f"/my/consents/con_{row.record_id}/", f"/my/companies/com_{row.company_id}/permission/"]


def test_it_prints_without_its_buttons(site, phone):
    sign_in(phone, site)
    phone.goto(f"{site}/my/receipt/")
    phone.emulate_media(media="print")
    expect(phone.get_by_role("heading", name="+8613800138000")).to_be_visible()
    expect(phone.get_by_role("link", name="Save as PDF")).to_be_hidden()
    expect(phone.get_by_role("navigation", name="Main")).to_be_hidden()
