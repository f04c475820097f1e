"""A real browser before a real server: headless Chromium, and the portal on a port of this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright

from tests.portal.conftest import sent_code

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--headless", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
#: What WCAG asks that text be readable at without scrolling sideways (1.4.10).
NARROW = {"width": 320, "height": 640}


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser without a window."""
    with pytest.MonkeyPatch.context() as patch:
        # The driver runs an event loop in this thread, which Django takes for a reason to refuse queries.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield browser
            browser.close()


@contextmanager
def serving() -> Iterator[str]:
    """The portal's address while it is served."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        thread.join()


def sign_in(page: Page, site: str, number: str = "13800138000") -> None:
    """Prove a number as a person does, from the front page."""
    page.goto(site)
    page.get_by_label("Your phone number").or_(page.get_by_label("您的电话号码")).fill(number)
    page.locator("main form button").click()
    page.locator("#id_code").fill(sent_code())
    page.locator("main form button").click()
    page.wait_for_url("**/my/")


def faults(page: Page) -> list[str]:
    """What axe finds serious on the page as it is."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{fault['id']}: {[node['html'][:200] for node in fault['nodes']][:3]}"
        for fault in found
        if fault["impact"] in ("serious", "critical", "moderate")
    ]
