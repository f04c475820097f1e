"""The page of a special action in a browser: readable by everybody, on a desk and on a phone."""

import os
from datetime import date, timedelta

import pytest

from compliance import campaigns
from compliance.models import CallCount
from registry import companies
from registry.periods import Moment
from tests.compliance.calls_made import LATER
from tests.desk.house import desk, member
from tests.portal.house import CHROMIUM, DESK, PHONE, browsing, faults, serving
from tests.story import when

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


@pytest.fixture
def site(committed):
    """The desk, served, with an action of six weeks, and who is signed in."""
    acme = companies.enter(name="Acme Insurance", moment=Moment.of(when("2025-01-01 00:00")))
    for n in range(70):
        CallCount.objects.create(
            day=date(2025, 12, 22) + timedelta(days=n),
            company=acme,
            sector="insurance",
            region="CN",
            calls=900 + n,
            audited=900,
            violating=90 - n,
        )
    row = campaigns.plan(
        name="Insurance calls, spring",
        aim="Fewer calls without a check before them.",
        first=date(2026, 1, 19),
        last=date(2026, 3, 1),
        baseline_first=date(2025, 12, 22),
        baseline_last=date(2026, 1, 18),
        sectors=["insurance"],
        regions=["CN"],
        departments=["Communications", "Consumers"],
        most_complaints=100,
        fewest_audits=60,
        user=member("supervisor"),
        clock=LATER,
    )
    campaigns.note(
        campaign_id=row.pk,
        week=date(2026, 1, 26),
        text="Two firms were visited.",
        user=member("supervisor"),
        clock=LATER,
    )
    client = desk("supervisor")
    with serving() as address:
        yield address, client.cookies["sessionid"].value, row.pk


def test_it_is_readable(site):
    address, session, pk = site
    folder = os.environ.get("SCREENSHOTS", "")
    with browsing() as browser:
        for scheme, view in (("light", DESK), ("dark", PHONE)):
            context = browser.new_context(viewport=view, color_scheme=scheme)
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            page = context.new_page()
            for name, path in (("campaign", f"{pk}/"), ("campaigns", ""), ("campaign-new", "new/")):
                page.goto(f"{address}/desk/campaigns/{path}")
                if folder:
                    page.screenshot(path=f"{folder}/{name}-{view['width']}.png", full_page=True)
                assert faults(page) == [], (name, view)
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, (name, view)
            context.close()
