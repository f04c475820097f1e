"""Every page of the desk in a real browser, on the demo's data: nothing that axe calls serious, no sideways scroll."""

from datetime import UTC, datetime

import pytest
from django.conf import settings as configured

from compliance.models import Case, Complaint, Discrepancy, Report, Violation
from config import demo
from registry import ids
from registry.models import Application
from tests.desk.house import member, signed_in
from tests.portal.house import CHROMIUM, DESK, NARROW, browsing, faults, serving

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")
LISTS = (
    "", "complaints/", "complaints/callers/", "violations/", "reconciliation/", "discrepancies/", "suspects/",
    "carrier-records/", "carrier-records/new/", "cases/", "companies/", "applications/", "applications/new/",
    "calls/", "call-logs/", "numbers/", "audits/", "incidents/", "reports/", "what-if/", "account/",
    "lists/companies/", "lists/callers/", "lists/complaints/",
)  # fmt: skip


def details() -> list[str]:
    """The pages about one thing, of each kind that the demo has."""
    violation = Violation.objects.filter(check_id__isnull=False, call__isnull=False).earliest("id")
    company = ids.public("com", violation.company_id)
    complaint = ids.public("cmp", Complaint.objects.filter(state="answered").earliest("id").pk)
    application = ids.public("app", Application.objects.get().pk)
    return [
        f"violations/{violation.pk}/",
        f"calls/{violation.call}/",
        f"calls/?company={company}",
        f"checks/{violation.check_id}/",
        f"unmask/violation/{violation.pk}/",
        f"companies/{company}/",
        f"companies/{company}/license/",
        f"companies/{violation.company_id}/cases/open/",
        f"complaints/{complaint}/",
        f"complaints/{complaint}/close/",
        f"applications/{application}/",
        f"applications/{application}/approve/",
        f"reports/{Report.objects.get().pk}/",
        *(f"cases/{pk}/" for pk in Case.objects.values_list("pk", flat=True)),
        *(
            f"discrepancies/{Discrepancy.objects.filter(kind=kind).earliest('id').pk}/"
            for kind in Discrepancy.objects.values_list("kind", flat=True).distinct()
        ),
    ]


def test_every_page_is_fit_for_everybody_in_both_languages(committed, settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "files"
    demo.load(clock=datetime.now(UTC))
    session = signed_in(member("administrator", demo.STAFF)).cookies[configured.SESSION_COOKIE_NAME].value
    paths = (*LISTS, *details())
    found: dict[str, object] = {}
    with serving() as site, browsing() as browser:
        for language in ("en", "zh-CN"):
            context = browser.new_context(viewport=DESK, locale=language)
            context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": site}])
            page = context.new_page()
            for path in paths:
                answer = page.goto(f"{site}/desk/{path}")
                assert answer is not None
                if answer.status != 200 or not page.url.endswith(f"/desk/{path}"):
                    found[f"{language} {path}"] = (answer.status, page.url)
                    continue
                if wrong := faults(page):
                    found[f"{language} {path}"] = wrong
                page.set_viewport_size(NARROW)
                if page.evaluate(
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                ):
                    found[f"{language} {path} narrow"] = "scrolls sideways"
                page.set_viewport_size(DESK)
            context.close()
    assert found == {}
