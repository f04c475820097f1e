"""The desk in a real browser: a first sign-in from the given password to the pages, by app and by passkey."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from compliance import complaint_matching, complaints
from registry import companies, ids, staff, suspensions
from registry.periods import Moment
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import member
from tests.portal.house import CHROMIUM, DESK, NARROW, browsing, faults, serving

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")
GIVEN = "given by the administrator"
CHOSEN = "a plain sentence of hers"


@pytest.fixture(scope="module")
def chromium():
    with browsing() as browser:
        yield browser


@pytest.fixture
def site(committed):
    """The desk, with a company, a suspended one, and a complaint; Rita has a password that was given to her."""
    clock = datetime.now(UTC)
    then = Moment.of(clock - timedelta(days=30))
    acme = companies.enter(name="Acme Insurance", registration="91310000MA1FL5", region="CN-SH", moment=then)
    companies.license(
        company=acme, sectors=["insurance", "finance"], moment=then, conditions="No calls on public holidays."
    )
    companies.add_caller(company=acme, number=ACME_CALLER, moment=then)
    bolt = companies.enter(name="Bolt Homes", registration="91110000MA00", region="CN-BJ", moment=then)
    companies.license(company=bolt, sectors=["real_estate"], moment=then)
    suspensions.suspend(company=bolt, moment=Moment.of(clock - timedelta(days=2)), note="complaints")
    row, _ = complaints.file(
        moment=Moment.of(clock), number=ANA, proven=True, caller=ACME_CALLER, called_at=clock - timedelta(hours=2),
        category="commercial", sector="insurance", said_no=True, text="I had told them not to call.",
    )  # fmt: skip
    complaint_matching.match(row.pk, clock=clock)
    user = member("administrator", "rita@regulator.example")
    staff.give_password(user=user, password=GIVEN, moment=then)
    with serving() as address:
        # Browsers make passkeys for names, not for addresses.
        yield (
            address.replace("127.0.0.1", "localhost"),
            [
                "/desk/complaints/",
                f"/desk/complaints/{ids.public('cmp', row.pk)}/",
                f"/desk/complaints/{ids.public('cmp', row.pk)}/close/",
                "/desk/complaints/callers/",
                "/desk/companies/",
                f"/desk/companies/{ids.public('com', acme.pk)}/",
                f"/desk/companies/{ids.public('com', acme.pk)}/license/",
                "/desk/applications/",
                "/desk/applications/new/",
                "/desk/lists/companies/",
                "/desk/account/",
            ],
        )


@pytest.fixture
def page(chromium):
    """A page at a desk; an error in the console fails the test."""
    context = chromium.new_context(viewport=DESK, locale="en")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not [text for text in said if "400" not in text]


def shot(page, name: str) -> None:
    """Keep a picture for people to look at, where SCREENSHOTS says."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sign_in(page, site: str, password: str) -> None:
    page.goto(f"{site}/desk/sign-in/?next=/desk/account/")
    page.get_by_label("User name").fill("rita@regulator.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def choose(page) -> None:
    page.locator("#id_old_password").fill(GIVEN)
    page.locator("#id_new_password1").fill(CHOSEN)
    page.locator("#id_new_password2").fill(CHOSEN)
    page.get_by_role("button", name="Keep it").click()


def test_a_first_sign_in_by_app_and_the_pages_after_it(site, page):
    address, pages = site
    page.goto(f"{address}/desk/sign-in/")
    assert not faults(page)
    shot(page, "sign-in")
    sign_in(page, address, GIVEN)
    shot(page, "password")
    assert not faults(page)
    choose(page)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    shot(page, "factors")
    page.get_by_role("link", name="Set up an app").click()
    assert not faults(page)
    shot(page, "app")
    secret = page.locator("p.code").inner_text()
    now = int(datetime.now(UTC).timestamp()) // 30
    page.get_by_label("Code the app shows").fill(format_hotp_value(hotp_value(secret, now)))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    shot(page, "recovery-codes")
    assert not faults(page)
    for path in pages:
        page.goto(f"{address}{path}")
        name = re.sub(r"\W+", "-", re.sub(r"_\d+", "", path)).strip("-")
        shot(page, name)
        assert not faults(page), path
        page.set_viewport_size(NARROW)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        shot(page, f"{name}-narrow")
        page.set_viewport_size(DESK)
        assert not wide, path
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_passkey_is_set_up_and_opens_the_desk(site, page):
    address, _ = site
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"automaticPresenceSimulation": True}})
    sign_in(page, address, GIVEN)
    choose(page)
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Name of the passkey").fill("office key")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address, CHOSEN)
    shot(page, "code")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("office key")).to_be_visible()
