"""The pages of calls, numbers and drafts in a browser: readable by everybody, in both widths and colours."""

import os

import pytest

from compliance.replay import draft, replay
from registry import companies
from registry.models import Company
from registry.periods import Moment
from tests.compliance.calls_made import DAY, LATER, agreed, asked, audited, called, refused
from tests.desk.house import desk
from tests.portal.house import CHROMIUM, DESK, NARROW, PHONE, browsing, faults, serving
from tests.story import ANA, when

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
CALLER = 861065551234
#: What reaches beyond the page.
OVER = """[...document.querySelectorAll("main *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest(".rows"))
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def site(committed, settings):
    """The desk, served, with one call of a story, a replay, and who is signed in."""
    since = Moment.of(when("2025-01-01 00:00"))
    acme: Company = companies.enter(name="Acme Insurance", moment=since)
    companies.license(company=acme, sectors=["insurance"], moment=since)
    companies.add_caller(company=acme, number=CALLER, moment=since)
    agreed(acme)
    check = asked(acme, "10:00")
    refused(acme, "10:02", recorded="2026-03-12 09:00")
    refused(None, "10:03")
    call = called(acme, "10:05", check_id=check)
    asked(acme, "11:00", number=ANA + 1)
    audited(acme)
    text = draft.text_in_force("cn").replace(
        '[[basis]]\nvalue = "consent_required"', '[[basis]]\nvalue = "opt_out"'
    )
    row = replay.request(pack="cn", text=text, first=DAY, last=DAY, clock=LATER)
    replay.run(row.pk, clock=LATER)
    client = desk("supervisor")
    with serving() as address:
        yield address, client.cookies["sessionid"].value, call, check, row.pk


def test_each_page_is_readable_by_everybody(site):
    address, session, call, check, row = site
    folder = os.environ.get("SCREENSHOTS", "")
    paths = {
        "call": f"/desk/calls/{call}/",
        "check": f"/desk/checks/{check}/",
        "calls": "/desk/calls/?id=" + str(call),
        "what-if": "/desk/what-if/",
        "replay": f"/desk/what-if/{row}/",
        "numbers": "/desk/numbers/",
    }
    with browsing() as browser:
        for scheme, view in (("light", DESK), ("dark", PHONE), ("light", NARROW)):
            context = browser.new_context(viewport=view, color_scheme=scheme)
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            page = context.new_page()
            said = []
            page.on("console", lambda message, said=said: said.append(message.text))
            for name, path in paths.items():
                page.goto(address + path)
                if folder:
                    page.screenshot(path=f"{folder}/{name}-{view['width']}.png", full_page=True)
                assert faults(page) == [], (name, view)
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, (name, view, page.evaluate(OVER))
            page.goto(f"{address}/desk/numbers/")
            page.get_by_label("Number", exact=True).fill(f"+{ANA}")
            page.get_by_label("Why do you need").fill("Complaint cmp_7 names this number")
            page.get_by_role("button", name="Show everything").click()
            assert f"+{ANA}" in page.locator("main").inner_text()
            if folder:
                page.screenshot(path=f"{folder}/number-{view['width']}.png", full_page=True)
            assert faults(page) == []
            assert said == []
            context.close()
